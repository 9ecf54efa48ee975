// `exec` as a person or a job runs it: the program in its place gets the credentials, and all else is as without it.
import assert from "node:assert/strict";
import { ignoredSignals } from "../../src/system/ignored_signals.ts";
import { needs } from "./support/requirement.ts";
import { keysIn, ROLES_CONFIG } from "./support/roles.ts";
import { assertClean, makeScene, said, type Scene, type SceneOptions } from "./support/scene.ts";
import { traced } from "./support/strace.ts";
import { BINARY } from "./support/home.ts";

const DEV = ["exec", "--profile", "dev", "--"];

function scene(options: SceneOptions = {}): Promise<Scene> {
  return makeScene({ session: { accessTokenLeftS: 3600 }, home: { config: ROLES_CONFIG }, ...options });
}

for (const place of ["the home", "elsewhere"]) {
  Deno.test(`exec runs a program with the credentials, started in ${place}`, async () => {
    await using it = await scene();
    const { home } = it;
    const cwd = place === "the home" ? home.path : home.write("a 'b/x", "").slice(0, -2);
    const own = { FOO: "a 'b'\nc", AWS_PROFILE: "other", AWS_SESSION_EXPIRATION: "old", AWS_ROLE_ARN: "arn" };
    const run = () =>
      home.run([...DEV, "sh", "-c", `pwd; env -0 | sort -z; cat; echo oops >&2; exit 7`], {
        cwd,
        input: "from stdin",
        env: own,
      });
    const [first, second] = [await run(), await run()];
    assert.deepEqual([first.code, first.err], [7, "oops\n"], said(first));
    assert.equal(second.out, first.out);
    assert.deepEqual(it.aws.requests.map(({ operation }) => operation), ["GetRoleCredentials"]);
    const [id, secret, token] = keysIn((await home.run(["export", "--profile", "dev"])).out);
    const lines = first.out.slice(cwd.length + 1).split("\0");
    assert.equal(first.out.slice(0, cwd.length + 1), `${cwd}\n`);
    assert.equal(lines.pop(), "from stdin");
    const env = Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
    const { AWS_CREDENTIAL_EXPIRATION: end, ...rest } = env;
    assert.ok(Date.parse(end) > Date.now());
    assert.deepEqual(rest, {
      ...home.env,
      FOO: own.FOO,
      PWD: cwd,
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_SESSION_TOKEN: token,
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
    });
  });
}

Deno.test("exec assumes roles, leaves no copy of what it got there, and says nothing of it", async () => {
  await using it = await scene();
  const { home } = it;
  const args = ["exec", "--profile", "deep", "--log-level", "debug", "--", "printenv", "AWS_SECRET_ACCESS_KEY"];
  const ended = await home.run(args);
  assert.equal(ended.code, 0, said(ended));
  const secret = ended.out.trim();
  assert.ok(secret.length > 20);
  const left = [...home.texts(".aws"), ...home.texts(".local")].filter(([, text]) => text.includes(secret));
  assert.deepEqual(left, []);
  assertClean(it, [{ ...ended, out: "" }]);
});

const ENDS: readonly (readonly [what: string, words: readonly string[], code: number, err: RegExp])[] = [
  ["the code of the program", ["sh", "-c", "exit 75"], 75, /^$/],
  ["128 + n for a program that signal n ended", ["sh", "-c", "kill -KILL $$"], 137, /^$/],
  [
    "127 for one that is not there",
    ["no-such-program"],
    127,
    /^sso-heal: Cannot run "no-such-program": it is not in PATH\n$/,
  ],
  [
    "126 for one that cannot be run",
    ["/etc/passwd"],
    126,
    /^sso-heal: Cannot run "\/etc\/passwd": it is not executable\n$/,
  ],
  ["2 without one", [], 2, /There is no program to run/],
];

for (const [what, words, code, err] of ENDS) {
  Deno.test(`exec ends with ${what}`, async () => {
    await using it = await scene();
    await it.home.run(["export", "--profile", "dev"]);
    for (const cwd of [it.home.path, "/"]) {
      const ended = await it.home.run([...DEV, ...words], { cwd });
      assert.deepEqual([ended.code, ended.out], [code, ""], said(ended));
      assert.match(ended.err, err);
    }
  });
}

Deno.test("exec starts nothing when a person must sign in, and says how", async () => {
  await using it = await scene({ session: { accessTokenLeftS: -60 } });
  it.aws.endSession();
  const ended = await it.home.run([...DEV, "touch", "started"]);
  assert.deepEqual([ended.code, ended.out], [4, ""], said(ended));
  assert.match(ended.err, /→ run: sso-heal login --session corp\n$/);
  assert.throws(() => Deno.statSync(it.home.file("started")), Deno.errors.NotFound);
  assertClean(it, [ended]);
});

Deno.test("exec takes no option of the program for its own", async () => {
  await using it = await scene();
  const ended = await it.home.run([...DEV, "echo", "--help", "-v", "--profile", "x", "--scheduled", "--", ""]);
  assert.deepEqual([ended.code, ended.out], [0, "--help -v --profile x --scheduled -- \n"], said(ended));
  const without = await it.home.run(["exec", "--profile", "dev", "rm", "-v", "file"]);
  assert.equal(without.code, 2);
  assert.match(without.err, /→ write: sso-heal exec \[options\] -- rm …/);
});

Deno.test("exec gives a program of its own nothing of what the job's checks are given", async () => {
  await using it = await scene();
  it.home.write(".config/sso-heal/env", "SMTP_PASSWORD=hidden\n");
  const ended = await it.home.run([...DEV, "sh", "-c", "env", "--scheduled"]);
  assert.equal(ended.code, 0, said(ended));
  assert.doesNotMatch(ended.out, /SMTP_PASSWORD/);
});

Deno.test({
  name: "exec has no secret in the arguments of any process",
  ...needs("the arguments of what exec starts", "strace"),
  fn: async () => {
    await using it = await scene({ session: { accessTokenLeftS: 60 } });
    const run = await traced(it.home, ["exec", "--profile", "deep", "--", "/bin/true"], {
      calls: ["execve"],
      cwd: "/",
    });
    assert.equal(run.code, 0, said(run));
    assert.ok(run.calls.filter(({ text }) => text.includes('"export"')).length > 0);
    for (const secret of it.aws.secrets()) {
      for (const { text } of run.calls) assert.ok(!text.includes(secret), text);
    }
  },
});

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

for (const signal of SIGNALS) {
  Deno.test({
    name: `exec passes ${signal} on, wherever it was started`,
    // As under `nohup`.
    ignore: ignoredSignals([signal]).length > 0,
    fn: async () => {
      await using it = await scene();
      await it.home.run(["export", "--profile", "dev"]);
      for (const cwd of [it.home.path, "/"]) {
        const script = `trap 'echo got; exit 33' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`;
        const child = it.home.start([...DEV, "sh", "-c", script], { cwd });
        const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        assert.equal((await reader.read()).value, "ready\n");
        child.kill(signal);
        assert.equal((await reader.read()).value, "got\n");
        await Promise.all([reader.cancel(), child.stderr.cancel(), child.stdin.close()]);
        assert.equal((await child.status).code, 33);
      }
    },
  });
}

/** Types Ctrl-C once the program is ready, and prints what was on the terminal and how it ended. */
const TYPIST = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        part = b""
    if not part:
        break
    if b"ready" in part:
        time.sleep(0.1)
        os.write(terminal, b"\\x03")
    said += part
print(said.decode().replace("\\r\\n", "|"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const AT_TERMINAL: readonly (readonly [what: string, script: string, shown: string])[] = [
  [
    "reaches a program once",
    `n=0; trap 'n=$((n+1))' INT; echo ready; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.05; done; [ -t 0 ] && exit 4$n`,
    "ready|^C 41\n",
  ],
  ["ends one that does not care", "echo ready; sleep 60", "ready|^C 130\n"],
];

for (const [what, script, shown] of AT_TERMINAL) {
  Deno.test({
    name: `Ctrl-C at a terminal ${what}`,
    ...needs("exec at a terminal", "python3"),
    fn: async () => {
      await using it = await scene();
      await it.home.run(["export", "--profile", "dev"]);
      for (const cwd of [it.home.path, "/"]) {
        const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
          args: ["-c", TYPIST, BINARY, ...DEV, "sh", "-c", script],
          cwd,
          clearEnv: true,
          env: it.home.env,
        }).output();
        assert.equal(new TextDecoder().decode(stdout), shown, new TextDecoder().decode(stderr));
      }
    },
  });
}

Deno.test("exec leaves a program the protection of nohup, and of a script that ignores signals", async () => {
  await using it = await scene();
  await it.home.run(["export", "--profile", "dev"]);
  const script = "for s in HUP INT QUIT; do kill -$s $PPID; kill -$s $$; done; sleep 0.1; echo survived; exit 3";
  for (const cwd of [it.home.path, "/"]) {
    const { code, stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", `trap '' INT QUIT; exec nohup "$@"`, "sh", BINARY, ...DEV, "sh", "-c", script],
      cwd,
      clearEnv: true,
      env: it.home.env,
      stdin: "null",
    }).output();
    assert.deepEqual([code, new TextDecoder().decode(stdout)], [3, "survived\n"]);
  }
});
