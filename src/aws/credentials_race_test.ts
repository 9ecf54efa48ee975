// Proves what holds between processes that write the credentials file: killed ones, two of ours, the AWS CLI, strangers.
import assert from "node:assert/strict";
import { AWS_CLI, clientTest } from "../../tests/binary/clients/clients.ts";
import { KEYS, now } from "../../tests/credentials/nasty.ts";
import { lineReader, startScript } from "../../tests/support/second_process.ts";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { sweepTemporary } from "../store/temporary.ts";

const FILE = ".aws/credentials";
const GRANTS = ["--allow-read=.aws,.local/state/sso-heal", "--allow-write=.aws,.local/state/sso-heal"];
const namesIn = (dir: string) => [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();

function put(home: string, path: string, text: string): void {
  const place = `${home}/${path}`;
  Deno.mkdirSync(place.slice(0, place.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(place, text);
}

/** What every script begins with: `write(profile, generation)` in the home it is started in. */
function writer(place: string): string {
  return `
    import { writeCredentials } from "ROOT/src/aws/credentials_file.ts";
    const home = Deno.cwd();
    const keys = ${JSON.stringify(KEYS)};
    const place = ${place};
    const write = (profile, token, file = "${FILE}") =>
      writeCredentials(home + "/" + file, [{ profile, keys: { ...keys, aws_session_token: token } }], place);`;
}
/** A clock far from that of the files and no pauses: as many writes a second as there can be. */
const RESTLESS = `{ home, now: () => 0, sleep: () => Promise.resolve() }`;
const REAL = `{ home, now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }`;

Deno.test("writeCredentials() shows readers the old or the new file while it is killed again and again", async () => {
  await withTemporaryHome(async (home) => {
    const others = `[a]\r\nk = v\n# ${"x".repeat(200_000)}\n`;
    const contents = ["one", "two"].map((token) => `${others}\n[x]\n${now().replace(KEYS.aws_session_token, token)}`);
    put(home, FILE, contents[0]);
    const seen = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const process = startScript(
        `${writer(RESTLESS)}
        console.log("begin");
        for (let at = 1;; at++) {
          await write("x", ["one", "two"][at % 2]);
          if (at === 3) console.log("going");
        }`,
        home,
        GRANTS,
      );
      const next = lineReader(process);
      await next();
      await next();
      for (let look = 0; look < 100 + round * 37; look++) {
        const content = await Deno.readTextFile(`${home}/${FILE}`);
        assert.ok(contents.includes(content), `saw ${content.length} characters`);
        seen.add(content);
      }
      process.kill("SIGKILL");
      await process.status;
      assert.ok(contents.includes(Deno.readTextFileSync(`${home}/${FILE}`)));
    }
    assert.equal(seen.size, 2);
    sweepTemporary(`${home}/.aws`, Date.now() + 11 * 60_000);
    const [file, backup, ...more] = namesIn(`${home}/.aws`);
    assert.deepEqual([file, more], ["credentials", []]);
    assert.match(backup, /^credentials\.sso-heal-backup-\d{8}T\d{6}Z$/);
    assert.equal(Deno.readTextFileSync(`${home}/.aws/${backup}`), contents[0]);
  });
});

clientTest(AWS_CLI, "two writers of ours and aws configure set lose nothing of one another", async () => {
  await withTemporaryHome(async (home) => {
    const others = "# mine\r\n[a]\nk=v\n\n[f]\naws_access_key_id = F0\n";
    put(home, FILE, others);
    const script = (name: string) =>
      `${writer(REAL)}
      for (let at = 0;; at++) {
        const stop = await Deno.stat(home + "/.aws/stop").then(() => true, () => false);
        await write("${name}", stop ? "last" : "token" + at);
        if (stop) break;
        if (at === 0) console.log("going");
        await place.sleep(20 + 50 * Math.random());
      }`;
    const ours = ["x", "y"].map((name) => startScript(script(name), home, GRANTS));
    const ended = ours.map(async (process) => {
      const next = lineReader(process);
      await next();
      return async () => {
        await assert.rejects(next(), /the process ended/);
        return (await process.status).success;
      };
    });
    const ends = await Promise.all(ended);
    const set = async (profile: string, value: string) => {
      const args = ["configure", "set", "aws_access_key_id", value, "--profile", profile];
      const env = { PATH: "/usr/bin:/bin", HOME: home };
      assert.ok((await new Deno.Command(AWS_CLI.program, { args, env, clearEnv: true }).output()).success);
    };
    for (let at = 1; at <= 2; at++) {
      await set("f", `F${at}`);
      await set(`g${at}`, `G${at}`);
    }
    put(home, ".aws/stop", "");
    assert.deepEqual(await Promise.all(ends.map((end) => end())), [true, true]);
    const text = Deno.readTextFileSync(`${home}/${FILE}`);
    // The AWS CLI itself makes \n of \r\n when it rewrites the file.
    assert.ok(text.startsWith("# mine\n[a]\nk=v\n\n[f]\naws_access_key_id = F2\n"), text);
    for (const at of [1, 2]) assert.equal(text.split(`[g${at}]\naws_access_key_id = G${at}\n`).length, 2, text);
    for (const name of ["x", "y"]) {
      const section = new RegExp(
        `^\\[${name}\\]\\n(aws.*\\n){2}aws_session_token ?= ?last\\nx_sso_heal_expiration`,
        "m",
      );
      assert.match(text, section);
      assert.equal(text.split(`[${name}]`).length, 2, text);
    }
    assert.deepEqual(namesIn(`${home}/.aws`).filter((name) => !name.includes("-backup-")), ["credentials", "stop"]);
  });
});

Deno.test("writeCredentials() writes below a linked folder and refuses a link out of the grants by its target", async () => {
  await withTemporaryHome(async (home) => {
    put(home, "team/credentials", "[a]\nk = v\n");
    Deno.mkdirSync(`${home}/.aws`);
    Deno.symlinkSync(`${home}/team`, `${home}/.aws/team`);
    Deno.symlinkSync(`${home}/team/credentials`, `${home}/.aws/outside`);
    Deno.symlinkSync(`${home}/nothing/credentials`, `${home}/.aws/dangling`);
    Deno.symlinkSync(`${home}/.aws/new/credentials`, `${home}/.aws/inside`);
    const process = startScript(
      `${writer(RESTLESS)}
      for (const name of ["outside", "dangling", "inside", "team/credentials"]) {
        console.log(await write("x", "one", ".aws/" + name).then(
          ({ backup }) => "written, " + backup,
          (error) => [error.name, error.message, ...error.hints].join(" | "),
        ));
      }`,
      home,
      GRANTS,
    );
    const next = lineReader(process);
    const refusal = await next();
    assert.ok(refusal.includes(`"${home}/.aws/outside" (a link to "${home}/team/credentials")`), refusal);
    assert.match(
      refusal,
      /^UserError \| Cannot write .*: the target lies outside the folders .*ln -s '.*\/team' ~\/\.aws/,
    );
    const dangling = await next();
    assert.ok(dangling.includes(`"${home}/.aws/dangling" (a link to "${home}/nothing/credentials")`), dangling);
    assert.equal(await next(), "written, undefined");
    assert.deepEqual(namesIn(`${home}/.aws/new`), ["credentials"]);
    const written = await next();
    assert.equal((await process.status).success, true);
    const backup = `credentials.sso-heal-backup-19700101T000000Z`;
    assert.equal(written, `written, ${home}/.aws/team/${backup}`);
    assert.deepEqual(namesIn(`${home}/team`), ["credentials", backup]);
    assert.deepEqual(namesIn(`${home}/.aws`), ["dangling", "inside", "new", "outside", "team"]);
  });
});

/** What `write()` says in a home that belongs to an account that is not root; `prepare` gets the home as root. */
async function writtenByStranger(prepare: (home: string, own: (path: string) => void) => void): Promise<string> {
  let told = "";
  await withTemporaryHome(async (home) => {
    const own = (path: string) => Deno.chownSync(`${home}${path}`, 4343, 4343);
    Deno.chmodSync(home, 0o755);
    // The account may not enter the folder in which Deno lies.
    Deno.copyFileSync(Deno.execPath(), `${home}/deno`);
    Deno.chmodSync(`${home}/deno`, 0o755);
    put(home, FILE, "[a]\nk = v\n");
    put(home, ".local/state/sso-heal/locks/none", "");
    for (const path of ["", "/.aws", "/.local/state/sso-heal", "/.local/state/sso-heal/locks"]) own(path);
    prepare(home, own);
    const before = namesIn(`${home}/.aws`);
    const root = new URL("../../", import.meta.url).href;
    const source = `${writer(RESTLESS)}
      console.log(await write("x", "one").then(() => "written", (error) => error.message + " | " + error.hints));`;
    put(home, "script.ts", source.replaceAll("ROOT/", root));
    const { stdout } = await new Deno.Command(`${home}/deno`, {
      args: ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", ...GRANTS, "script.ts"],
      cwd: home,
      env: { DENO_DIR: `${home}/cache`, HOME: home, NO_COLOR: "1" },
      clearEnv: true,
      uid: 4343,
      gid: 4343,
      stderr: "inherit",
    }).output();
    told = new TextDecoder().decode(stdout).trim().replaceAll(home, "~");
    if (told !== "written") {
      assert.equal(Deno.readTextFileSync(`${home}/${FILE}`), "[a]\nk = v\n");
      assert.deepEqual(namesIn(`${home}/.aws`), before);
    }
  });
  return told;
}

Deno.test({
  name: "writeCredentials() refuses a folder it may not write in and files of others, and leaves them alone",
  ignore: Deno.uid() !== 0,
  async fn() {
    const mode = (bits: number, path: string) => (home: string) => Deno.chmodSync(`${home}/${path}`, bits);
    const rows: [what: string, prepare: (home: string, own: (path: string) => void) => void, told: RegExp][] = [
      ["its own file", (_, own) => own(`/${FILE}`), /^written$/],
      [
        "read-only folder",
        (home, own) => {
          own(`/${FILE}`);
          mode(0o500, ".aws")(home);
        },
        /^Cannot write "~\/\.aws\/credentials": permission denied \| give the file and its folder to the user/,
      ],
      [
        "a file of root that it may not read",
        mode(0o600, FILE),
        /^Cannot edit "~\/\.aws\/credentials": permission denied \| let this user read it/,
      ],
      [
        "a file of root that it may read",
        mode(0o644, FILE),
        /^Cannot write "~\/.*": it belongs to another account \(uid 0, gid 0\) and would change hands \| .*sudo chown 4343:4343 '~\/\.aws\/credentials'$/,
      ],
    ];
    for (const [what, prepare, told] of rows) assert.match(await writtenByStranger(prepare), told, what);
  },
});

Deno.test(
  "writeCredentials() makes nobody else's file its own when root writes",
  { ignore: Deno.uid() !== 0 },
  async () => {
    await withTemporaryHome(async (home) => {
      put(home, FILE, "[a]\nk = v\n");
      Deno.chownSync(`${home}/${FILE}`, 4343, 4242);
      const process = startScript(`${writer(RESTLESS)}\nawait write("x", "one");\nconsole.log("done");`, home, GRANTS);
      assert.equal(await lineReader(process)(), "done");
      await process.status;
      for (const name of namesIn(`${home}/.aws`)) {
        const { uid, gid } = Deno.statSync(`${home}/.aws/${name}`);
        assert.deepEqual([uid, gid, modeOf(`${home}/.aws/${name}`)], [
          4343,
          4242,
          name === "credentials" ? "0644" : "0600",
        ]);
      }
    });
  },
);
