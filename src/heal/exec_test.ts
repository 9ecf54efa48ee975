// Proves what a program is given, whom exec asks for credentials, and how it ends without.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, START } from "../../tests/support/fake_system.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import { sessionNamed, sessionSections, writeRole } from "../../tests/support/session_home.ts";
import { formatCredentials } from "../render/credentials.ts";
import { Secret } from "../domain/secret.ts";
import type { Command, Ran } from "../system/run_program.ts";
import { execute } from "./exec.ts";
import type { AttachedProgram } from "./exec_start.ts";

async function home(env: Record<string, string> = {}): Promise<FakeSystem> {
  const system = await fakeSystem(env);
  system.write(".aws/config", `${sessionSections("corp")}region = eu-west-1\n`);
  return system;
}

/** Runs `make -v` as corp-dev; `exported` is what `export` answers, where it is asked. */
async function run(system: FakeSystem, exported?: Ran) {
  const asked: Command[] = [];
  const started: AttachedProgram[] = [];
  using aws = new FakeAws();
  if (exported !== undefined) system.run = (command) => Promise.resolve((asked.push(command), exported));
  const options = { profile: "corp-dev", program: "make", args: ["-v"], talk: ["--verbose"] };
  const code = await execute(
    contextOf(system, aws),
    options,
    (program) => Promise.resolve((started.push(program), 42)),
  );
  assert.deepEqual(aws.opened, [], "who starts programs has no network");
  return { code, asked, started };
}

Deno.test("execute() starts the program with what the AWS CLI has kept, in the caller's directory", async () => {
  await using system = await home({ PATH: "/bin", AWS_PROFILE: "other", LANG: "C" });
  writeRole(system, sessionNamed("corp"), HOUR);
  const { code, started } = await run({ ...system, cwd: "/somewhere" });
  assert.equal(code, 42);
  assert.deepEqual(started, [{
    program: "make",
    args: ["-v"],
    cwd: "/somewhere",
    env: {
      PATH: "/bin",
      LANG: "C",
      AWS_ACCESS_KEY_ID: "ASIAOLD",
      AWS_SECRET_ACCESS_KEY: "old-secret",
      AWS_SESSION_TOKEN: "old-session",
      AWS_CREDENTIAL_EXPIRATION: "2026-11-20T11:00:00Z",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
    },
  }]);
});

Deno.test("execute() asks export for others, in a process of its own", async () => {
  await using system = await home({ HTTPS_PROXY: "http://proxy.example" });
  const credentials = {
    accessKeyId: "ASIANEW",
    secretAccessKey: new Secret("s"),
    sessionToken: new Secret("t"),
    expiresAt: START + HOUR,
  };
  const { stdout } = formatCredentials("json", credentials, { profile: "corp-dev", region: "eu-west-2" });
  const { code, asked, started } = await run(system, { code: 0, stdout, stderr: "refreshed\n" });
  assert.equal(code, 42);
  assert.deepEqual(asked, [{
    program: Deno.execPath(),
    args: ["export", "--profile=corp-dev", "--format=json", "--verbose"],
    env: { HTTPS_PROXY: "http://proxy.example" },
    cwd: system.home,
    together: true,
    timeoutMs: 120_000,
  }]);
  assert.deepEqual(started[0].env, {
    HTTPS_PROXY: "http://proxy.example",
    AWS_ACCESS_KEY_ID: "ASIANEW",
    AWS_SECRET_ACCESS_KEY: "s",
    AWS_SESSION_TOKEN: "t",
    AWS_CREDENTIAL_EXPIRATION: "2026-11-20T11:00:00Z",
    AWS_REGION: "eu-west-2",
    AWS_DEFAULT_REGION: "eu-west-2",
  });
  assert.equal(system.printed.err, "refreshed\n");
});

Deno.test("execute() starts nothing without credentials: export has said why, and its exit code counts", async () => {
  for (const code of [1, 4, 75]) {
    await using system = await home();
    const ended = await run(system, { code, stdout: "", stderr: "sso-heal: Cannot\n" });
    assert.deepEqual([ended.code, ended.started], [code, []]);
    assert.deepEqual(system.printed, { out: "", err: "sso-heal: Cannot\n" });
  }
});

Deno.test("execute() says nothing of an answer that it cannot read", async () => {
  await using system = await home();
  await assert.rejects(run(system, { code: 0, stdout: '{"secretAccessKey": "s3cret', stderr: "" }), (error) => {
    assert.doesNotMatch(Deno.inspect(error), /s3cret/);
    return /Cannot read the credentials/.test(String(error));
  });
});
