// Proves how a refresh that fails is told apart: to be tried again, to be repaired, or over for good.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, THROTTLED, UNAVAILABLE } from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { REFRESH_AHEAD_MS, runOf, viewOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  recordOf,
  remember,
  sessionNamed,
  storedToken,
  tokenOf,
  writeToken,
} from "../../tests/support/session_home.ts";
import { readTokenAt, tokenPath } from "../aws/token_cache.ts";
import type { CallFailure } from "../domain/classify.ts";
import { LockHeld } from "../store/lock.ts";
import { awsPaths, sessionLockPath } from "../store/paths.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { listTemporary } from "../store/temporary.ts";
import { refresh, type Refreshed } from "./refresh.ts";

const CORP = sessionNamed("corp");
const OPTIONS = { refreshAheadMs: REFRESH_AHEAD_MS, force: false };
const TOKEN = tokenOf("corp", MINUTE);
const FINGERPRINT = fingerprintOf(TOKEN);

async function lookAndRefresh(system: FakeSystem, aws: FakeAws): Promise<Refreshed> {
  return await refresh(runOf(system, aws), await viewOf(system, CORP), OPTIONS);
}

/** Nothing of the token may change when a refresh fails. */
function assertKept(system: FakeSystem): void {
  assert.deepEqual(
    [storedToken(system, "corp")?.accessToken, storedToken(system, "corp")?.refreshToken],
    ["access-1", "refresh-1"],
  );
  assert.deepEqual([...Deno.readDirSync(`${system.home}/.aws/sso/cache`)].length, 1);
}

type TemporaryRow = [sentence: string, failure: CallFailure, calls: number];

const TEMPORARY: readonly TemporaryRow[] = [
  ["a refused connection", OFFLINE, 3],
  ["no answer in time", { kind: "timeout", code: "Timeout", message: "no answer in time" }, 3],
  ["a certificate nobody knows", { kind: "tls", code: "TlsFailure", message: "not accepted" }, 3],
  ["the page of a proxy", { kind: "unreadable", code: "UnreadableAnswer", status: 200, message: "html" }, 3],
  ["an error of the service", UNAVAILABLE, 3],
  ["a service that is closed", refusal("ServiceUnavailable", 503), 3],
  ["a service that asks for four seconds", refusal("ServiceUnavailable", 503, { retryAfterMs: 4_000 }), 3],
  // To call again would make it worse.
  ["throttling", THROTTLED, 1],
  ["SlowDownException", refusal("SlowDownException"), 1],
  ["a service that asks for a minute", refusal("ServiceUnavailable", 503, { retryAfterMs: MINUTE }), 1],
];

for (const [sentence, failure, calls] of TEMPORARY) {
  Deno.test(`refresh() keeps the token after ${sentence}, and notes when to try again`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    for (let call = 0; call < calls; call++) aws.on("CreateToken", failure);
    writeToken(system, "corp", TOKEN);

    const { action, view, error } = await lookAndRefresh(system, aws);

    assert.deepEqual([action, view.decision.state, error?.temporary], ["failed", "refresh-due", true]);
    assert.equal(error?.code, failure.code);
    assertKept(system);
    const { retryAt = 0, failures, failingSince, lastError, refused } = recordOf(system, "corp");
    assert.equal(retryAt - system.clock, Math.max(45_000, failure.retryAfterMs ?? 0));
    assert.deepEqual([failures, failingSince, lastError?.code, lastError?.broken, refused], [
      1,
      system.clock,
      failure.code,
      undefined,
      undefined,
    ]);
  });
}

Deno.test("refresh() is done when a second try works", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", OFFLINE).on("CreateToken", freshToken(2));
  writeToken(system, "corp", TOKEN);
  const { action, error } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, error, storedToken(system, "corp")?.accessToken], ["refreshed", undefined, "access-2"]);
  assert.deepEqual(recordOf(system, "corp").failures, undefined);
});

Deno.test("refresh() backs off further with every failure in a row", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED);
  writeToken(system, "corp", TOKEN);
  const since = START - HOUR;
  await remember(system, "corp", { token: { fingerprint: FINGERPRINT }, failures: 3, failingSince: since });
  await lookAndRefresh(system, aws);
  const { retryAt = 0, failures, failingSince } = recordOf(system, "corp");
  assert.deepEqual([retryAt - START, failures, failingSince], [0.75 * 8 * MINUTE, 4, since]);
});

Deno.test("refresh() counts failures anew for a new generation", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED);
  writeToken(system, "corp", TOKEN);
  await remember(system, "corp", { token: { fingerprint: "of an older one" }, failures: 9, failingSince: START - DAY });
  await lookAndRefresh(system, aws);
  const { failures, failingSince, token } = recordOf(system, "corp");
  assert.deepEqual([failures, failingSince, token?.fingerprint], [1, START, FINGERPRINT]);
});

const FINAL = [
  "InvalidGrantException",
  "ExpiredTokenException",
  "UnauthorizedClientException",
  "InvalidClientException",
  "AccessDeniedException",
];

for (const code of FINAL) {
  Deno.test(`refresh() calls the session over after ${code}, and never tries that token again`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("CreateToken", refusal(code, code === "InvalidClientException" ? 401 : 400));
    writeToken(system, "corp", TOKEN);

    const { action, view, error } = await lookAndRefresh(system, aws);

    assert.deepEqual([action, view.decision.state, error?.code], ["failed", "needs-login", code]);
    assert.deepEqual(recordOf(system, "corp").refused, { fingerprint: FINGERPRINT, code, at: system.clock });
    assertKept(system);
    system.clock += DAY;
    const later = await viewOf(system, CORP, true);
    assert.deepEqual([later.decision.state, later.decision.action], ["needs-login", "start-login"]);
  });
}

Deno.test("refresh() tries the token that follows a refused one", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException")).on("CreateToken", freshToken(8));
  writeToken(system, "corp", TOKEN);
  await lookAndRefresh(system, aws);
  writeToken(system, "corp", tokenOf("corp", MINUTE, {}, 7));
  const { action, view } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, view.decision.state], ["refreshed", "healthy"]);
  assert.equal(recordOf(system, "corp").refused, undefined);
});

type BrokenRow = [
  sentence: string,
  failure: CallFailure,
  code: string,
  world: { region?: string; clockOffsetMs?: number },
];

const REFUSED = refusal("InvalidGrantException");
const BROKEN: readonly BrokenRow[] = [
  [
    "a KMS key that refuses",
    refusal("AccessDeniedException", 400, { reason: "KMS_AccessDeniedException" }),
    "KMS_AccessDeniedException",
    {},
  ],
  ["a request that AWS does not like", refusal("InvalidRequestException"), "InvalidRequestException", {}],
  ["a scope that AWS does not like", refusal("InvalidScopeException"), "InvalidScopeException", {}],
  ["an exception nobody knows", refusal("BrandNewException", 418), "BrandNewException", {}],
  ["a refusal in another region", REFUSED, "RegionDiffers", { region: "eu-central-1" }],
  ["a refusal with a slow clock", REFUSED, "ClockWrong", { clockOffsetMs: 5 * MINUTE + 1 }],
  ["a refusal with a fast clock", REFUSED, "ClockWrong", { clockOffsetMs: -HOUR }],
];

for (const [sentence, failure, code, { region = "us-east-1", clockOffsetMs }] of BROKEN) {
  Deno.test(`refresh() calls the session broken after ${sentence}, and asks again the next time`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("CreateToken", failure);
    aws.clockOffsetMs = clockOffsetMs;
    writeToken(system, "corp", { ...TOKEN, region });

    const { action, error } = await lookAndRefresh(system, aws);

    assert.deepEqual([action, error?.code, error?.temporary], ["failed", code, false]);
    assertKept(system);
    const { refused, lastError, retryAt } = recordOf(system, "corp");
    assert.deepEqual([refused, lastError?.code, lastError?.broken, retryAt], [undefined, code, true, undefined]);
    assert.equal((await viewOf(system, CORP)).decision.action, "refresh");
  });
}

Deno.test("refresh() needs a login when AWS refuses and the clock is off by five minutes only", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", REFUSED);
  aws.clockOffsetMs = -5 * MINUTE;
  writeToken(system, "corp", TOKEN);
  assert.equal((await lookAndRefresh(system, aws)).view.decision.state, "needs-login");
});

Deno.test("refresh() needs a login when the file is gone after a refusal", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    Deno.removeSync(tokenPath(system.home, CORP));
    return REFUSED;
  });
  writeToken(system, "corp", TOKEN);
  const { action, view } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, view.decision.state, recordOf(system, "corp").refused], [
    "failed",
    "needs-login",
    undefined,
  ]);
});

Deno.test("refresh() keeps an answer beside the token when it cannot take its place", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    const path = tokenPath(system.home, CORP);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    return freshToken(2);
  });
  writeToken(system, "corp", TOKEN);
  await assert.rejects(lookAndRefresh(system, aws), /UserError: Cannot write .*: it is a folder/);
  const [left] = listTemporary(awsPaths(system.home).ssoCache);
  assert.equal(readTokenAt(left, CORP)?.refreshToken?.reveal(), "refresh-2");
});

Deno.test("refresh() is done although the state folder takes no record any more", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  writeToken(system, "corp", TOKEN);
  // A folder in the place of the records' folder's file stops root, too.
  system.write(".local/state/sso-heal/sessions", "not a folder");
  const { action, view, error } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, view.decision.state, error], ["refreshed", "healthy", undefined]);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
  assert.deepEqual(system.logged.map(({ level }) => level), ["warning", "info"]);
});

Deno.test("refresh() gives up when another sso-heal holds the session until the end of the run", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const seen = await viewOf(system, CORP);
  await using _lock = await holdLock(system, sessionLockPath(system.home, "corp"));
  await assert.rejects(refresh(runOf(system, aws), seen, OPTIONS), LockHeld);
  assert.equal(system.clock, START + 5 * MINUTE);
});

Deno.test("refresh() begins no call after the end of the run", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const seen = await viewOf(system, CORP, true);
  const run = runOf(system, aws);
  system.clock = run.deadline;
  const { action, error } = await refresh(run, seen, { ...OPTIONS, force: true });
  assert.deepEqual([action, error?.code], ["failed", "Timeout"]);
});
