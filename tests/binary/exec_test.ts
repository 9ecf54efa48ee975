// `exec` as a person or a job runs it: the program in its place gets the credentials, and all else is as without it.
import assert from "node:assert/strict";
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
  ["the same for a real-time signal", ["sh", "-c", "kill -64 $$"], 192, /^$/],
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

Deno.test("exec looks for a program as a shell in the same directory does, and leaves PATH as it is", async () => {
  await using it = await scene();
  const { home } = it;
  await home.run(["export", "--profile", "dev"]);
  const script = (folder: string) =>
    Deno.chmodSync(home.write(`w/${folder}uname`, '#!/bin/sh\necho "$0 $PATH"\n'), 0o700);
  for (const folder of ["", "bin/"]) script(folder);
  const cwd = home.file("w");
  const rows: [path: string, found: string][] = [["bin:/bin", "bin/uname"], [":/bin", "uname"], [
    "/sbin:.:/bin",
    "uname",
  ]];
  for (const [PATH, found] of rows) {
    const ended = await home.run([...DEV, "uname"], { cwd, env: { PATH } });
    assert.equal(ended.out, `${cwd}/${found} ${PATH}\n`, said(ended));
  }
});

Deno.test({
  name: "exec learns how its program ended also where its parent ignores SIGCHLD",
  ...needs("a parent that ignores SIGCHLD", "python3"),
  fn: async () => {
    await using it = await scene();
    const ignoring =
      "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])";
    const { path, env } = it.home;
    // By another name of the home a shell is asked whether it is the same; the first run has export give credentials.
    Deno.symlinkSync(path, it.home.file("link"));
    for (const [cwd, HOME] of [[path, path], ["/", path], [path, it.home.file("link")]]) {
      const { code, stderr } = await new Deno.Command("/usr/bin/python3", {
        args: ["-c", ignoring, BINARY, ...DEV, "sh", "-c", "exit 9"],
        cwd,
        clearEnv: true,
        env: { ...env, HOME },
      }).output();
      assert.equal(code, 9, new TextDecoder().decode(stderr));
    }
  },
});

Deno.test({
  name: "exec says that another account may not enter the directory it was started in",
  // Only root can start a program as another account.
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using it = await scene();
    const { home } = it;
    await home.run(["export", "--profile", "dev"]);
    await Deno.copyFile(BINARY, home.file("sso-heal"));
    await using closed = await makeScene();
    const chown = await new Deno.Command("chown", { args: ["-R", "4242:4242", home.path] }).output();
    assert.ok(chown.success);
    const become = `exec setpriv --reuid=4242 --regid=4242 --clear-groups "$@"`;
    for (const cwd of [closed.home.path, closed.home.file(".aws")]) {
      const { code, stderr } = await new Deno.Command("/bin/sh", {
        args: ["-c", become, "sh", home.file("sso-heal"), ...DEV, "pwd"],
        cwd,
        clearEnv: true,
        env: home.env,
      }).output();
      const why = `sso-heal: Cannot run "pwd": this account may not enter the directory "${cwd}"\n`;
      assert.deepEqual([code, new TextDecoder().decode(stderr)], [126, `${why}  → change to another one\n`]);
    }
  },
});
