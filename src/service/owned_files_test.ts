// Tests of reading and writing files by the shell of the system, with names that mean something to it.
import assert from "node:assert/strict";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import type { Placement } from "../domain/service.ts";
import { type Command, type Ran, runProgram } from "../system/run_program.ts";
import { CRONTAB } from "./manager.ts";
import { OwnedFiles } from "./owned_files.ts";

/** Names of files and folders; a shell or a program would take the careless for something else. */
const ODD_NAMES = [
  ...["plain", "two words", "-rf", "--", "it's", 'say "so"', "$HOME", "`id`", "$(id)", "*", "a;b", "back\\slash"],
  ...["köln 東京", "new\nline", "~", ".hidden", "%s\\n", "{a,b}"],
];
const TEXT = "first\n\n  $x `y` \\n %s\nno end";

function filesOf(home: string, run = runProgram): OwnedFiles {
  const account = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home };
  const hands = { run, now: () => 0, sleep: () => Promise.resolve() };
  return new OwnedFiles(hands, { scope: "user", account, asRoot: false });
}

function namesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

async function fails(work: Promise<unknown>, message: string, hint?: string): Promise<void> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof UserError, `no UserError, but ${error}`);
  assert.ok(error.message.startsWith(message), error.message);
  if (hint !== undefined) assert.equal(error.hints[0], hint);
}

Deno.test("OwnedFiles.write() and read() take every name and every text as it is, and leave nothing beside it", async () => {
  await withTemporaryHome(async (home) => {
    const files = filesOf(home);
    for (const name of ODD_NAMES) {
      const [folder, path] = [`${home}/${name}`, `${home}/${name}/${name}`];
      assert.equal(await files.read(path), undefined, name);
      await files.write(path, TEXT, 0o640);
      assert.equal(await files.read(path), TEXT, name);
      await files.write(path, "", 0o600);
      assert.equal(await files.read(path), "", name);
      assert.deepEqual([namesIn(folder), modeOf(folder), modeOf(path)], [[name], "0700", "0600"], name);
      await files.write(path, undefined, 0o600);
      await files.write(path, undefined, 0o600);
      assert.deepEqual(namesIn(folder), [], name);
    }
    assert.deepEqual(namesIn(home), [...ODD_NAMES].sort());
  });
});

Deno.test("OwnedFiles.write() gives a file its mode whatever it was, and does not write through the old one", async () => {
  await withTemporaryHome(async (home) => {
    const [path, other] = [`${home}/unit`, `${home}/other`];
    Deno.writeTextFileSync(path, "old");
    Deno.linkSync(path, other);
    for (const [mode, shown] of [[0o644, "0644"], [0o600, "0600"], [0o755, "0755"]] as const) {
      await filesOf(home).write(path, "new", mode);
      assert.equal(modeOf(path), shown);
    }
    assert.equal(Deno.readTextFileSync(other), "old");
  });
});

Deno.test("OwnedFiles.write() takes the place of a link, and leaves alone what that leads to", async () => {
  await withTemporaryHome(async (home) => {
    Deno.writeTextFileSync(`${home}/precious`, "stays");
    Deno.symlinkSync("precious", `${home}/unit`);
    await filesOf(home).write(`${home}/unit`, "new", 0o600);
    assert.deepEqual([Deno.lstatSync(`${home}/unit`).isFile, Deno.readTextFileSync(`${home}/precious`)], [
      true,
      "stays",
    ]);
  });
});

Deno.test("OwnedFiles.write() keeps the modes of folders that are there", async () => {
  await withTemporaryHome(async (home) => {
    Deno.mkdirSync(`${home}/shared`);
    Deno.chmodSync(`${home}/shared`, 0o755);
    await filesOf(home).write(`${home}/shared/new/unit`, "x", 0o600);
    assert.deepEqual([modeOf(`${home}/shared`), modeOf(`${home}/shared/new`)], ["0755", "0700"]);
  });
});

Deno.test("OwnedFiles.read() tells what is missing from what cannot be read", async () => {
  await withTemporaryHome(async (home) => {
    const files = filesOf(home);
    Deno.mkdirSync(`${home}/folder`);
    Deno.symlinkSync("nowhere", `${home}/dangling`);
    Deno.writeTextFileSync(`${home}/file`, "");
    assert.equal(await files.read(`${home}/missing/file`), undefined);
    for (const name of ["folder", "dangling"]) {
      await fails(
        files.read(`${home}/${name}`),
        `Cannot read "${home}/${name}": `,
        `look at it: ls -ld ${home}/${name}`,
      );
    }
    await fails(
      files.write(`${home}/file/below`, "x", 0o600),
      `Cannot write "${home}/file/below": `,
      `look at it: ls -ld ${home}/file/below`,
    );
  });
});

Deno.test("OwnedFiles.missing() names the folders that are not there, and removeEmpty() takes away those left empty", async () => {
  await withTemporaryHome(async (home) => {
    const files = filesOf(home);
    Deno.mkdirSync(`${home}/there`);
    Deno.writeTextFileSync(`${home}/file`, "");
    const folders = ["there", "two words", "two words/-p", "full"].map((name) => `${home}/${name}`);
    assert.deepEqual(await files.missing([...folders, `${home}/file`]), [...folders.slice(1), `${home}/file`]);
    await files.makeFolders(folders);
    await files.write(`${home}/full/file`, "stays", 0o600);
    await files.removeEmpty(folders.slice(1));
    assert.deepEqual(namesIn(home), ["file", "full", "there"]);
  });
});

Deno.test("OwnedFiles.makeFolders() makes private folders, and says which", async () => {
  await withTemporaryHome(async (home) => {
    const files = filesOf(home);
    Deno.mkdirSync(`${home}/there`, { mode: 0o755 });
    const paths = ["there", "two words/deep", "-p"].map((name) => `${home}/${name}`);
    assert.deepEqual(await files.makeFolders(paths), paths.slice(1));
    assert.deepEqual(await files.makeFolders(paths), []);
    const made = ["two words", "two words/deep", "-p"].map((name) => modeOf(`${home}/${name}`));
    assert.deepEqual(made, ["0700", "0700", "0700"]);
    Deno.writeTextFileSync(`${home}/file`, "");
    await fails(files.makeFolders([`${home}/file`]), "Cannot make the folders of sso-heal: ");
  });
});

Deno.test({
  name: "OwnedFiles.makeFolders() refuses a folder that belongs to somebody else",
  // Only root can give a folder away.
  ignore: Deno.uid() !== 0,
  async fn() {
    await withTemporaryHome(async (home) => {
      Deno.mkdirSync(`${home}/.aws`);
      Deno.chownSync(`${home}/.aws`, 4242, 4242);
      await fails(
        filesOf(home).makeFolders([`${home}/.aws`]),
        `Cannot make the folders of sso-heal: ${home}/.aws belongs to another account`,
      );
    });
  },
});

Deno.test("OwnedFiles.removeFolder() takes all of it, and follows no link", async () => {
  await withTemporaryHome(async (home) => {
    const files = filesOf(home);
    await files.write(`${home}/state/-rf/file`, "x", 0o600);
    await files.write(`${home}/precious/file`, "stays", 0o600);
    Deno.symlinkSync("../precious", `${home}/state/link`);
    await files.removeFolder(`${home}/state`);
    await files.removeFolder(`${home}/state`);
    assert.deepEqual([namesIn(home), namesIn(`${home}/precious`)], [["precious"], ["file"]]);
  });
});

Deno.test("OwnedFiles runs what concerns the home as its owner, and what concerns the machine as root", async () => {
  const account = { name: "alice", uid: 1000, gid: 1001, home: "/home/alice" };
  const asked: Command[] = [];
  const run = (command: Command): Promise<Ran> => {
    asked.push(command);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  };
  const ownerOf = async (path: string, more: Partial<Placement> = {}) => {
    asked.length = 0;
    const placement: Placement = { scope: "user", account, asRoot: true, ...more };
    const files = new OwnedFiles({ run, now: () => 0, sleep: () => Promise.resolve() }, placement);
    await files.read(path);
    await files.write(path, "x", 0o644);
    await files.write(path, undefined, 0o644);
    const owners = new Set(asked.map(({ as }) => JSON.stringify(as)));
    assert.equal(owners.size, 1, "all three by the same");
    return asked[0].as;
  };
  const alice = { uid: 1000, gid: 1001 };
  assert.deepEqual(await ownerOf("/home/alice/.config/systemd/user/sso-heal.timer"), alice);
  assert.deepEqual(await ownerOf("/home/alice/../../etc/passwd"), alice);
  for (const path of ["/etc/systemd/system/x.timer", "/Library/LaunchDaemons/x.plist", "/usr/local/bin/x"]) {
    assert.equal(await ownerOf(path), undefined, path);
  }
  const odd = { ...account, home: "/usr/home/alice" };
  assert.deepEqual(await ownerOf("/usr/home/alice/.aws", { account: odd }), alice);
  assert.equal(await ownerOf("/root/x", { account: { ...account, uid: 0, home: "/root" } }), undefined);
  assert.equal(await ownerOf("/home/alice/x", { asRoot: false }), undefined);
});

Deno.test("OwnedFiles hands the crontab to crontab, and the home to every program of the account", async () => {
  const asked: Command[] = [];
  const run = (command: Command): Promise<Ran> => {
    asked.push(command);
    return Promise.resolve({ code: 0, stdout: "* * * * * x\n", stderr: "" });
  };
  const files = filesOf("/home/alice", run);
  assert.equal(await files.read(CRONTAB), "* * * * * x\n");
  await files.write(CRONTAB, "text\n", 0o600);
  await files.write(CRONTAB, undefined, 0o600);
  assert.deepEqual(asked.map(({ program, args, stdin }) => [program, ...args, stdin]), [
    ["/usr/bin/crontab", "-l", undefined],
    ["/usr/bin/crontab", "-", "text\n"],
    ["/usr/bin/crontab", "-r", undefined],
  ]);
  await files.run("/bin/true", ["x"], { env: { A: "1" } });
  assert.deepEqual(asked.at(-1), { program: "/bin/true", args: ["x"], env: { HOME: "/home/alice", A: "1" } });
});
