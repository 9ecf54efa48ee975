// Proves that a look at the files says what the last check found, and touches nothing.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, refusal, THROTTLED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE } from "../../tests/support/fake_system.ts";
import { check, contextOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  ROLE_KEYS,
  tokenOf,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { exitCodeOf } from "../domain/outcome.ts";
import { statePaths } from "../store/paths.ts";
import { readStatus } from "./status.ts";

const NO_CHOICE = { sessions: [], profiles: [] };

type Row = [sentence: string, prepare: (system: FakeSystem, aws: FakeAws) => void, exitCode: number, error?: string];

const due = (system: FakeSystem) => writeToken(system, "corp", tokenOf("corp", MINUTE));
const proving = (aws: FakeAws) => aws.on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);

/** After each of these checks status must say the same, with the same exit code. */
const ROWS: readonly Row[] = [
  ["a refresh", (system, aws) => (due(system), proving(aws.on("CreateToken", freshToken(2)))), 0],
  [
    "a refresh that failed for now",
    (system, aws) => (due(system), aws.on("CreateToken", THROTTLED)),
    75,
    THROTTLED.code,
  ],
  [
    "a refusal",
    (system, aws) => (due(system), proving(aws.on("CreateToken", refusal("InvalidGrantException"))).link()),
    4,
    "InvalidGrantException",
  ],
  [
    "a request that AWS does not like",
    (system, aws) => (due(system), aws.on("CreateToken", refusal("InvalidRequestException"))),
    1,
    "InvalidRequestException",
  ],
  [
    "a refused role",
    (system, aws) => (writeToken(system, "corp", tokenOf("corp", HOUR)), aws.on("GetRoleCredentials", FORBIDDEN)),
    1,
  ],
  [
    "a proof that failed for now",
    (system, aws) => {
      writeToken(system, "corp", tokenOf("corp", HOUR));
      for (let call = 0; call < 3; call++) aws.on("GetRoleCredentials", OFFLINE);
    },
    75,
  ],
  ["nothing at all", () => {}, 4],
];

for (const [sentence, prepare, exitCode, error] of ROWS) {
  Deno.test(`readStatus() says the same as the check after ${sentence}`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    writeSessions(system, "corp");
    prepare(system, aws);
    const checked = await check(system, aws);
    const status = await readStatus(contextOf(system, aws), NO_CHOICE);
    assert.equal(exitCodeOf(checked.outcome), exitCode);
    assert.deepEqual(
      [status.outcome, status.lastOutcome, status.lastRunAt],
      [checked.outcome, checked.outcome, system.clock],
    );
    const [before, after] = [checked.sessions[0], status.sessions[0]];
    assert.deepEqual([after.state, after.outcome, after.counted], [before.state, before.outcome, before.counted]);
    assert.deepEqual([before.error?.code, after.error?.code], [error, error]);
    assert.deepEqual(after.profiles, before.profiles);
    assert.equal(after.action, "none");
  });
}

Deno.test("readStatus() says what the files say before the first check, and writes nothing", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp", "lab");
  due(system);
  const { outcome, sessions, lastRunAt, lastOutcome } = await readStatus(contextOf(system, aws), NO_CHOICE);
  assert.deepEqual([outcome, lastRunAt, lastOutcome], ["healthy", undefined, undefined]);
  assert.deepEqual(sessions.map(({ name, state, counted }) => [name, state, counted]), [
    ["corp", "refresh-due", true],
    ["lab", "needs-login", false],
  ]);
  assert.throws(() => Deno.statSync(statePaths(system.home).dir), Deno.errors.NotFound);
  assert.deepEqual(aws.opened, []);
});

Deno.test("readStatus() forgets a failure as soon as another program has stored a new token", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED);
  writeSessions(system, "corp");
  due(system);
  await check(system, aws);
  writeToken(system, "corp", tokenOf("corp", 2 * MINUTE, {}, 7));
  const { sessions: [corp] } = await readStatus(contextOf(system, aws), NO_CHOICE);
  assert.deepEqual([corp.state, corp.outcome, corp.error, corp.retryAt], [
    "refresh-due",
    "healthy",
    undefined,
    undefined,
  ]);
});

Deno.test("readStatus() reads over a heartbeat that makes no sense", async () => {
  for (const text of ["", "{", '{"at":"soon","outcome":"healthy"}', '{"at":"2026-11-20T10:00:00Z","outcome":"fine"}']) {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    writeSessions(system, "corp");
    system.write(".local/state/sso-heal/heartbeat", text);
    assert.equal((await readStatus(contextOf(system, aws), NO_CHOICE)).lastOutcome, undefined, text);
  }
});

Deno.test("readStatus() is broken when our own config has a problem", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  system.write(".config/sso-heal/config.ini", "[chekc]\nx = 1\n[check]\nrefresh_ahead = soon\n");
  assert.equal((await readStatus(contextOf(system, aws), NO_CHOICE)).outcome, "broken");
});
