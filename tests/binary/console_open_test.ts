// `console --open` with a browser that the test plays: it gets there, and the link is seen by nobody else.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { assertClean, documentOf, makeScene, said, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const DEV: readonly string[] = ["console", "--profile", "dev"];
const OPEN: readonly string[] = [...DEV, "--open"];
const PAGE = "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1";

/** A machine with a desktop, whose browser is a script with a folder of its own. */
interface Desktop extends AsyncDisposable {
  readonly it: Scene;
  readonly env: Readonly<Record<string, string>>;
  /** Lines of a file in the folder; none while it is not there. */
  lines(file: string): string[];
  /** Waits until there is such a file; the browser need not be done when the program is. */
  written(file: string): Promise<void>;
}

/** What a machine with other work needs at most. */
const PATIENT_MS = 20_000;

/** Opens the address as a browser does, after some that are not for it. `$S` is its folder. */
const VISIT = `cd "$S"
printf '%s\\n' "$@" "$DISPLAY" "$HOME" "\${LD_LIBRARY_PATH-none}" "\${SSO_HEAL_CWD-none}" > asked
get() { curl -s -o /dev/null -w '%{http_code}\\n' "$@" >> got; }
get "$1x"; get "$1?x"; get "\${1%/*}/"; get -I "$1"; get -X POST "$1"; get -H 'Host: evil.example' "$1"
curl -s -o /dev/null -D head -w 'url = %{redirect_url}' "$1" > link
curl -s -o /dev/null -w '%{redirect_url}\\n' -K link > page
curl -s -o /dev/null "$1" || echo gone >> got
sleep 1
echo there > stays
`;

async function makeDesktop(script: string, name = "xdg-open"): Promise<Desktop> {
  const it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const folder = await Deno.makeTempDir({ prefix: "sso-heal-desktop-" });
  Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\nS=${folder}\n${script}`, { mode: 0o700 });
  const desktop: Desktop = {
    it,
    env: { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ":0", LD_LIBRARY_PATH: "/nowhere" },
    lines(file) {
      try {
        return Deno.readTextFileSync(`${folder}/${file}`).split("\n").filter((line) => line !== "");
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    async written(file) {
      const tooLong = Promise.withResolvers<void>();
      const timer = setTimeout(tooLong.resolve, PATIENT_MS);
      assert.ok(await until(() => desktop.lines(file).length > 0, [tooLong.promise]), `there is no ${file}`);
      clearTimeout(timer);
    },
    async [Symbol.asyncDispose]() {
      await it[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
  return desktop;
}

const WITH_BROWSER = needs("console --open with a browser", "curl");

Deno.test("console --open leads the browser to the console by an address that says nothing", WITH_BROWSER, async () => {
  await using desktop = await makeDesktop(VISIT);
  const { it, env, lines } = desktop;
  const ended = await it.home.run(OPEN, { env, cwd: "/" });
  assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
  assert.match(ended.err, /^Opened in your browser as profile "dev"; the console session lasts 1 h\.\n$/);
  // It outlives the program that has started it.
  await desktop.written("stays");
  const [address, ...rest] = lines("asked");
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/);
  assert.deepEqual(rest, [":0", it.home.path, "none", "none"]);
  assert.deepEqual(lines("got"), ["404", "404", "404", "404", "404", "404", "gone"]);
  const head = lines("head").map((line) => line.trim().toLowerCase());
  assert.match(head[0], /^http\/1\.1 303/);
  for (const line of ["cache-control: no-store", "referrer-policy: no-referrer"]) assert.ok(head.includes(line), line);
  assert.deepEqual(lines("page"), [PAGE]);
  assert.equal(it.aws.consoleSessions.length, 1);
  assertClean(it, [ended]);
});

Deno.test("console --open --json says whose session was opened, and no link", WITH_BROWSER, async () => {
  await using desktop = await makeDesktop(VISIT);
  const ended = await desktop.it.home.run([...OPEN, "--json"], { env: desktop.env });
  const { linkExpiresAt, sessionExpiresAt, ...rest } = documentOf(ended);
  const role = { accountId: "012345678901", roleName: "ReadOnly" };
  assert.deepEqual([rest, ended.err], [{ version: 1, opened: true, profile: "dev", ...role }, ""]);
  assert.ok(Date.parse(String(linkExpiresAt)) < Date.parse(String(sessionExpiresAt)));
  assertClean(desktop.it, [ended]);
});

Deno.test("console --open takes the browser that BROWSER names", WITH_BROWSER, async () => {
  await using desktop = await makeDesktop(VISIT, "my-browser");
  const { DISPLAY: _, ...env } = desktop.env;
  const ended = await desktop.it.home.run(OPEN, { env: { ...env, BROWSER: "my-browser" } });
  assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
  await desktop.written("page");
  assert.equal(desktop.it.aws.consoleSessions.length, 1);
});

const UNABLE: readonly (readonly [what: string, script: string, env: Record<string, string>, why: RegExp])[] = [
  ["there is no desktop", VISIT, { DISPLAY: "" }, /this session has no desktop/],
  ["there is no such program", VISIT, { PATH: "/nowhere" }, /xdg-open: there is no such program/],
  ["no browser is found", "exit 3", {}, /xdg-open: the program ended with 3/],
  ["it is killed", "kill -9 $$", {}, /xdg-open: the program was ended by SIGKILL/],
];

for (const [what, script, env, why] of UNABLE) {
  Deno.test(`console --open prints the link when ${what}`, async () => {
    await using desktop = await makeDesktop(script);
    const ended = await desktop.it.home.run(OPEN, { env: { ...desktop.env, ...env } });
    assert.equal(ended.code, 0, said(ended));
    assert.match(ended.out, /^http:\S+\/federation\?\S+\n$/);
    assert.match(
      ended.err,
      /^sso-heal: Cannot open a browser here: [^\n]+\n {2}→ open this link yourself within 15 min/,
    );
    assert.match(ended.err, why);
    assertClean(desktop.it, [{ ...ended, out: "" }]);
  });
}

Deno.test("console --open ends by a signal at once while it waits for the browser", async () => {
  await using desktop = await makeDesktop(`echo begun > "$S/asked"; exec sleep 3`);
  const child = desktop.it.home.start(OPEN, { env: desktop.env });
  const output = child.output();
  await child.stdin.close();
  assert.ok(await until(() => desktop.lines("asked").length > 0, [output]));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await output;
  assert.deepEqual([code, new TextDecoder().decode(stdout)], [75, ""]);
  assert.match(new TextDecoder().decode(stderr), /Stopped by Ctrl-C/);
});

/** Arguments and environment of all processes and all files of the home, again and again until `over`. */
async function watch({ home }: Scene, over: Promise<unknown>): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  let going = true;
  const stop = () => {
    going = false;
  };
  over.then(stop, stop);
  do {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
      for (const file of ["cmdline", "environ"]) {
        try {
          const text = Deno.readTextFileSync(`/proc/${name}/${file}`);
          seen.set(`${file} ${text}`, text);
        } catch {
          // It has ended meanwhile, or is somebody else's.
        }
      }
    }
    try {
      for (const [path, text] of home.texts(".")) seen.set(`${path} ${text.length}`, text);
    } catch (error) {
      // A temporary file that was renamed at that moment; the next round has it by its name.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  } while (going);
  for (const [path, text] of home.texts(".")) seen.set(path, text);
  return seen;
}

const WATCHED = { ignore: Deno.build.os !== "linux" || WITH_BROWSER.ignore };

for (const args of [DEV, OPEN]) {
  Deno.test(`${args.join(" ")} leaves its link in no arguments, no environment and no file`, WATCHED, async () => {
    await using desktop = await makeDesktop(VISIT);
    const { it, env, lines } = desktop;
    const running = it.home.run([...args, "--log-level", "debug"], { env });
    const seen = await watch(it, running);
    const ended = await running;
    assert.equal(ended.code, 0, said(ended));
    const tokens = it.aws.secrets().filter((secret) => secret.startsWith("signin-"));
    assert.equal(tokens.length, 1);
    assert.ok([...seen.keys()].some((name) => name.includes("console\0--profile\0dev")), "the program was watched");
    if (args === OPEN) {
      const address = lines("asked")[0];
      assert.ok([...seen.values()].some((text) => text.includes(`${address}\0`)), "the browser was watched");
    }
    for (const [name, text] of seen) assert.ok(!text.includes(tokens[0].slice(0, 40)), `the link is in ${name}`);
    assert.ok(!ended.err.includes(tokens[0]));
    assert.equal(ended.out.includes(tokens[0]), args === DEV);
  });
}
