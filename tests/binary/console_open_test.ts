// `console --open` with a browser that the test plays: it gets there, and the link is seen by nobody else.
import assert from "node:assert/strict";
import { makeDesktop, pagesLeft } from "./support/desktop.ts";
import { BINARY } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { assertClean, documentOf, said, type Scene } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { until } from "./support/until.ts";

const DEV: readonly string[] = ["console", "--profile", "dev"];
const OPEN: readonly string[] = [...DEV, "--open"];
const PAGE = "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1";

/**
 * Reads the file as a browser does, and opens the address there, after some that are not for it. `$S` is its folder. The
 * real ones keep the address out of their arguments as well.
 */
const VISIT = `cd "$S"
file=\${1#file://}
printf '%s\\n' "$@" "$DISPLAY" "$HOME" "\${LD_LIBRARY_PATH-none}" "\${SSO_HEAL_CWD-none}" > asked
ls -l "$file" | cut -c 1-10 > mode
sed -n 's/.*http-equiv="refresh" content="0; url=\\([^"]*\\)".*/\\1/p' "$file" > address
read -r address < address
get() { url=$1; shift; echo "url = \\"$url\\"" | curl -s -o /dev/null -K - "$@"; }
try() { get "$@" -w '%{http_code}\\n' >> got; }
try "\${address}x"; try "$address?x"; try "\${address%/*}/"
try "$address" -I; try "$address" -X POST; try "$address" -H 'Host: evil.example'
get "$address" -D head -w 'url = %{redirect_url}' > link
curl -s -o /dev/null -w '%{redirect_url}\\n' -K link > page
sleep 1
echo there > stays
`;

const WITH_BROWSER = needs("console --open with a browser", "curl");

Deno.test("console --open leads the browser there by a file that nobody else can read", WITH_BROWSER, async () => {
  await using desktop = await makeDesktop(VISIT);
  const { it, env, lines } = desktop;
  const ended = await it.home.run(OPEN, { env, cwd: "/" });
  assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
  assert.match(ended.err, /^Opened in your browser as profile "dev"; the console session lasts 1 h\.\n$/);
  // It outlives the program that has started it.
  await desktop.written("stays");
  const [page, ...rest] = lines("asked");
  assert.ok(page.startsWith(`file://${it.home.path}/.local/state/sso-heal/`), page);
  assert.deepEqual([lines("mode"), pagesLeft(it)], [["-rw-------"], []]);
  assert.match(lines("address")[0], /^http:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/);
  assert.deepEqual(rest, [":0", it.home.path, "none", "none"]);
  assert.deepEqual(lines("got"), ["404", "404", "404", "404", "404", "404"]);
  const head = lines("head").map((line) => line.trim().toLowerCase());
  assert.match(head[0], /^http\/1\.1 303/);
  for (const line of ["cache-control: no-store", "referrer-policy: no-referrer"]) {
    assert.ok(head.includes(line), line);
  }
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

for (const [where, own] of [["of the path", "my-browser"], ["of the folder that it is run in", "bin/my-browser"]]) {
  Deno.test(`console --open takes the browser ${where} that BROWSER names`, WITH_BROWSER, async () => {
    await using desktop = await makeDesktop(VISIT, "my-browser");
    const env = { ...desktop.env, BROWSER: own };
    const ended = await desktop.it.home.run(OPEN, { env, cwd: desktop.folder });
    assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
    await desktop.written("page");
    assert.equal(desktop.it.aws.consoleSessions.length, 1);
  });
}

Deno.test("console --open says when somebody asked for the link as well, who gets nothing", WITH_BROWSER, async () => {
  await using desktop = await makeDesktop(`${VISIT}`.replace("sleep 1", `get "$address" -w '%{http_code}\\n' > again`));
  const ended = await desktop.it.home.run([...OPEN, "--quiet"], { env: desktop.env });
  assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
  assert.match(
    ended.err,
    /^Opened in your browser.*\nsso-heal: The link was asked for twice, and only the first has it\n/,
  );
  await desktop.written("stays");
  assert.deepEqual(desktop.lines("again"), ["404"]);
  assert.equal(desktop.it.aws.consoleSessions.length, 1);
});

/** Runs a program at a terminal, and opens the address that it shows; prints what was said, and where that leads. */
const PERSON = `
import http.client, os, pty, re, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said, leads = b"", None
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    said += part
    shown = re.search(rb"http://(127[.0-9]+:\\d+)(/[0-9a-f-]{36})\\r\\n", said)
    if shown and leads is None:
        there = http.client.HTTPConnection(shown[1].decode())
        there.request("GET", shown[2].decode())
        leads = there.getresponse().getheader("location")
print(said.decode().replace("\\r\\n", "\\n") + "leads to " + str(leads), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

Deno.test({
  name: "console --open at a terminal shows the address when the browser may not read the file",
  ...needs("console --open at a terminal", "python3"),
  fn: async () => {
    await using desktop = await makeDesktop("exit 0");
    const { it: { home }, env } = desktop;
    const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: ["-c", PERSON, BINARY, ...OPEN],
      cwd: home.path,
      clearEnv: true,
      env: { ...home.env, ...env, LD_LIBRARY_PATH: "" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.match(
      text,
      /^Waiting for the browser \(xdg-open\), for 1 min \.\.\.\nDoes it show no page\? [^\n]+\n {2}→ [^\n]+\nOpened in your browser/,
      text + new TextDecoder().decode(stderr),
    );
    assert.match(text, /leads to http:\S+\/federation\?\S+ 0\n$/);
    assert.deepEqual(pagesLeft(desktop.it), []);
  },
});

interface Unable {
  readonly name: string;
  readonly script: string;
  readonly env: Record<string, string>;
  readonly why: RegExp;
}

const UNABLE: readonly Unable[] = [
  { name: "no browser is found", script: "exit 3", env: {}, why: /xdg-open: the program ended with 3/ },
  { name: "it is killed", script: "kill -9 $$", env: {}, why: /xdg-open: the program was ended by SIGKILL/ },
  {
    name: "there is no such program",
    script: VISIT,
    env: { PATH: "/nowhere" },
    why: /xdg-open: there is no such program/,
  },
  { name: "there is no desktop", script: VISIT, env: { DISPLAY: "" }, why: /this session has no desktop/ },
  {
    name: "a browser for the terminal would use it up",
    script: VISIT,
    env: { DISPLAY: "", BROWSER: "xdg-open" },
    why: /this session has no desktop/,
  },
];

Deno.test("console --open prints the link when", async (t) => {
  await sideBySide(t, UNABLE, async ({ script, env, why }) => {
    await using desktop = await makeDesktop(script);
    const ended = await desktop.it.home.run(OPEN, { env: { ...desktop.env, ...env } });
    assert.equal(ended.code, 0, said(ended));
    assert.match(ended.out, /^http:\S+\/federation\?\S+\n$/);
    assert.match(
      ended.err,
      /^sso-heal: Cannot open a browser here: [^\n]+\n {2}→ open this link yourself within 1[45] min/,
    );
    assert.match(ended.err, why);
    assert.deepEqual([desktop.lines("asked"), pagesLeft(desktop.it)], [[], []]);
    assertClean(desktop.it, [{ ...ended, out: "" }]);
  });
});

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
  assert.deepEqual(pagesLeft(desktop.it), []);
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
      const page = lines("asked")[0];
      assert.ok([...seen.values()].some((text) => text.includes(`${page}\0`)), "the browser was watched");
      const secret = new URL(lines("address")[0]).pathname;
      for (const [name, text] of seen) {
        assert.ok(!/^(cmdline|environ) /.test(name) || !text.includes(secret), `the address is in ${name}`);
      }
    }
    for (const [name, text] of seen) assert.ok(!text.includes(tokens[0].slice(0, 40)), `the link is in ${name}`);
    assert.ok(!ended.err.includes(tokens[0]));
    assert.equal(ended.out.includes(tokens[0]), args === DEV);
  });
}
