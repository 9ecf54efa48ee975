// `export` as shells and SDKs run it: the right answer on standard output and nothing else, whatever happens.
import assert from "node:assert/strict";
import type { Simulator } from "../aws/simulator.ts";
import { BINARY, type Home } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { keysIn, ROLES_CONFIG } from "./support/roles.ts";
import { startGate } from "./support/gate.ts";
import { assertClean, makeScene, said, type Scene } from "./support/scene.ts";
import { traced } from "./support/strace.ts";
import { until } from "./support/until.ts";

function operations({ aws }: Pick<Scene, "aws">): string[] {
  return aws.requests.map(({ operation }) => operation);
}

const DEV = ["export", "--profile", "dev"];

Deno.test("export answers as a credential_process does, with a token that was due refreshed first", async () => {
  await using scene = await makeScene();
  const first = await scene.home.run(DEV, { cwd: "/" });
  assert.equal(first.code, 0, said(first));
  assert.deepEqual(Object.keys(JSON.parse(first.out)), [
    "Version",
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
  ]);
  assert.deepEqual(operations(scene), ["CreateToken", "GetRoleCredentials"]);
  const second = await scene.home.run([...DEV, "--format", "process"]);
  assert.equal(second.out, first.out, "the second takes what the first has kept");
  assert.equal(scene.aws.requests.length, 2);
  assertClean(scene, [{ ...first, out: "" }, { ...second, out: "" }]);
});

Deno.test({
  name: "export with credentials that were kept starts no process and no worker and opens no connection",
  ...needs("what export does without work", "strace"),
  fn: async () => {
    await using scene = await makeScene();
    await scene.home.run(DEV);
    const run = await traced(scene.home, DEV, { calls: ["execve", "socket", "connect", "prctl", "rename"] });
    assert.equal(run.code, 0, said(run));
    const count = (name: string, word = "") =>
      run.calls.filter((call) => call.name === name && call.text.includes(word));
    assert.equal(count("execve").length, 1);
    assert.deepEqual([...count("socket", "AF_INET"), ...count("connect"), ...count("rename")], []);
    assert.deepEqual(count("prctl", 'PR_SET_NAME, "worker'), []);
  },
});

const IN_SHELLS: readonly (readonly [format: string, script: string])[] = [
  ["env", `eval "$("$0" export --format env)"; printenv AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN`],
  [
    "env-no-export",
    `eval "$("$0" export --format env-no-export)"; printenv AWS_ACCESS_KEY_ID && exit 9
     printf '%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`,
  ],
  [
    "github",
    `"$0" export --format github 2>"$HOME/masks" >"$HOME/env"; set -a; . "$HOME/env"; [ "$AWS_REGION" = eu-west-1 ] || exit 9
     grep -Fqx "::add-mask::$AWS_SECRET_ACCESS_KEY" "$HOME/masks" || exit 9
     printenv AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN`,
  ],
];

for (const [format, script] of IN_SHELLS) {
  Deno.test(`export --format ${format} gives a shell the same credentials`, async () => {
    await using scene = await makeScene();
    const keys = keysIn((await scene.home.run(DEV)).out);
    const { stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", script, BINARY],
      clearEnv: true,
      env: { ...scene.home.env, AWS_PROFILE: "dev" },
    }).output();
    assert.equal(new TextDecoder().decode(stdout), `${keys.join("\n")}\n`);
  });
}

Deno.test("export assumes role by role, and leaves no copy of what it got there", async () => {
  await using scene = await makeScene({ home: { config: ROLES_CONFIG } });
  const { aws, home } = scene;
  const ended = await home.run(["export", "--profile", "deep", "--log-level", "debug"]);
  assert.equal(ended.code, 0, said(ended));
  assert.deepEqual(operations(scene), ["CreateToken", "GetRoleCredentials", "AssumeRole", "AssumeRole"]);
  const [admin, deep] = aws.requests.slice(2).map(({ summary }) => summary);
  assert.match(admin, /role\/path\/Admin RoleSessionName=build ExternalId=tenant$/);
  assert.match(deep, /role\/Deep RoleSessionName=build$/);
  const left = [...home.texts(".aws"), ...home.texts(".local")].filter(([, text]) =>
    keysIn(ended.out).some((secret) => text.includes(secret))
  );
  assert.deepEqual(left, []);
  assertClean(scene, [{ ...ended, out: "" }]);

  const short = JSON.parse((await home.run(["export", "--profile", "admin"])).out).Expiration;
  const leftS = (Date.parse(short) - Date.now()) / 1000;
  assert.ok(leftS > 800 && leftS <= 900, `duration_seconds = 900 gave ${leftS} s`);
  assert.deepEqual(operations(scene).slice(4), ["AssumeRole"], "what SSO gave was kept");
});

interface Failure {
  readonly name: string;
  /** Of the access token; an hour unless given. */
  readonly leftS?: number;
  readonly args?: readonly string[];
  prepare?(scene: { readonly aws: Simulator; readonly home: Home }): void;
  readonly code: number;
  readonly err: RegExp;
}

const FAILURES: readonly Failure[] = [
  {
    name: "AWS has ended the session",
    leftS: -60,
    prepare: ({ aws }) => aws.endSession(),
    code: 4,
    err: /needs a person \(.*\)\n {2}→ run: sso-heal login --session corp\n$/,
  },
  {
    name: "nobody ever signed in",
    prepare: ({ home }) => Deno.removeSync(home.file(".aws/sso"), { recursive: true }),
    code: 4,
    err: /→ run: sso-heal login --session corp\n$/,
  },
  {
    name: "AWS refuses the role",
    prepare: ({ aws }) => aws.fail("GetRoleCredentials", "ForbiddenException", 9),
    code: 1,
    err: /AWS refuses role ReadOnly in account 012345678901/,
  },
  {
    name: "the role that is to be assumed is refused",
    args: ["--profile", "admin"],
    prepare: ({ aws }) => aws.fail("AssumeRole", "AccessDenied", 9),
    code: 1,
    err: /AWS refuses role arn:aws:iam::100000000001:role\/path\/Admin of profile "admin"/,
  },
  {
    name: "a second factor is wanted",
    args: ["--profile", "mfa"],
    code: 1,
    err: /config:\d+: .*mfa_serial wants a code/,
  },
  { name: "the source is a machine", args: ["--profile", "machine"], code: 1, err: /credential_source .* is not SSO/ },
  {
    name: "there is no config file",
    prepare: ({ home }) => Deno.removeSync(home.file(".aws/config")),
    code: 1,
    err: /"dev": there is no AWS config file .*\n {2}→ write one with: aws configure sso\n$/,
  },
  { name: "there is no such profile", args: ["--profile", "dve"], code: 1, err: /"dve".*\n {2}→ did you mean "dev"\?/ },
  {
    name: "two profiles are named",
    args: ["--profile", "dev", "--profile", "admin"],
    code: 2,
    err: /can be given once/,
  },
  { name: "the format is none", args: ["--format", "yaml"], code: 2, err: /Option "--format" is process, env/ },
];

for (const { name, leftS: accessTokenLeftS = 3600, args = [], prepare, code, err } of FAILURES) {
  Deno.test(`export prints nothing but why on standard error, and ends with ${code}, when ${name}`, async () => {
    await using scene = await makeScene({ home: { config: ROLES_CONFIG }, session: { accessTokenLeftS } });
    prepare?.(scene);
    const ended = await scene.home.run(["export", ...args], { env: { AWS_PROFILE: "dev" } });
    assert.deepEqual([ended.code, ended.out], [code, ""], said(ended));
    assert.match(ended.err, err);
    assertClean(scene, [ended]);
  });
}

for (const redirection of ["2>&-", "2>/dev/null", "2> >(exit)"]) {
  Deno.test({
    name: `export --format github prints no credentials where their masks are lost (${redirection})`,
    ...needs("masks that are lost", "bash"),
    fn: async () => {
      await using scene = await makeScene();
      await scene.home.run(DEV);
      // Sent to a reader that has gone, the masks come to nobody only once it has.
      const script = `exec ${redirection}; sleep 0.1; "$0" export --profile dev --format github; echo $?`;
      const { stdout } = await new Deno.Command("bash", {
        args: ["-c", script, BINARY],
        clearEnv: true,
        env: scene.home.env,
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "1\n");
    },
  });
}

Deno.test("export ends at once by Ctrl-C while AWS is asked for credentials, which can be had again", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
  await using gate = startGate(scene.aws);
  const child = scene.home.start(DEV, { env: { AWS_ENDPOINT_URL: gate.url } });
  const ended = child.output();
  await child.stdin.close();
  assert.ok(await until(() => gate.waiting > 0, [ended]));
  child.kill("SIGINT");
  // The answer is held back for as long as the test goes on.
  const { code, stdout, stderr } = await ended;
  assert.deepEqual([code, stdout.length], [75, 0]);
  assert.match(new TextDecoder().decode(stderr), /^sso-heal: Stopped by Ctrl-C\n$/);
});

Deno.test("export ends with 75 when AWS cannot be reached, and keeps the token", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: -60 } });
  const before = scene.token();
  await scene.aws.close();
  const ended = await scene.home.run(DEV);
  assert.deepEqual([ended.code, ended.out], [75, ""], said(ended));
  assert.match(ended.err, /^sso-heal: Cannot reach AWS for now/);
  assert.equal(scene.token(), before);
});

Deno.test("eight exports at once with a token that ran out refresh it once, and all answer", async () => {
  await using scene = await makeScene({ aws: { reuse: "refuse" }, session: { accessTokenLeftS: -60 } });
  const ended = await Promise.all(Array.from({ length: 8 }, () => scene.home.run(DEV)));
  assert.deepEqual(ended.map(({ code }) => code), ended.map(() => 0), ended.map(said).join("\n"));
  for (const { out } of ended) assert.equal(keysIn(out).length, 3);
  assert.equal(scene.aws.count("CreateToken"), 1);
  const again = await scene.home.run(["check", "--json"]);
  assert.equal(again.code, 0, said(again));
});
