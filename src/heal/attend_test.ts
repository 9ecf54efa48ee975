// Proves how a check goes on with a login that waits for a person: over runs and processes, at AWS's pace, to every end.
import assert from "node:assert/strict";
import {
  FakeAws,
  linkNo,
  NEW_CLIENT,
  OFFLINE,
  refusal,
  STILL_WAITING,
  THROTTLED,
} from "../../tests/support/fake_aws.ts";
import { FakeTeller } from "../../tests/support/fake_teller.ts";
import { fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { approve, check, checkInShort } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  pendingLogin,
  pendingOf,
  recordOf,
  storedToken,
  tokenOf,
  writeChannels,
  writeLostSession,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { loginLockPath, pendingLoginPath } from "../store/paths.ts";
import { removePendingLogin, savePendingLogin } from "../store/pending_login.ts";

const HEARTBEAT = ".local/state/sso-heal/heartbeat";
const HISTORY = ".local/state/sso-heal/history.jsonl";
const DENIED = refusal("AccessDeniedException");
const EXPIRED = refusal("ExpiredTokenException");
const STARTED = "corp waiting-for-approval login-started waiting-for-approval";
const WAITING = "corp waiting-for-approval none waiting-for-approval";
const LOGGED_IN = "corp healthy logged-in healthy";

Deno.test("runCheck() opens a link, and the next runs go on with it at its pace", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  const first = await check(system, aws);
  assert.deepEqual(checkInShort(first), ["waiting-for-approval", STARTED]);
  const { userCode, verificationUri, verificationUriComplete } = linkNo(1);
  const expiresAt = START + 600_000;
  assert.deepEqual(first.sessions[0].pendingLogin, { userCode, verificationUri, verificationUriComplete, expiresAt });

  system.clock = START + 4_999;
  assert.deepEqual(checkInShort(await check(system, aws))[1], WAITING);
  assert.equal(aws.calls.length, 2, "not asked before its time");

  system.clock = START + 5_000;
  aws.on("CreateToken", refusal("SlowDownException"), "device-code-1");
  const { sessions: [slower] } = await check(system, aws);
  assert.equal(slower.pendingLogin?.userCode, userCode);

  system.clock += 9_999;
  await check(system, aws);
  system.clock += 1;
  aws.on("CreateToken", STILL_WAITING, "device-code-1");
  await check(system, aws);
  assert.equal(pendingOf(system, "corp")?.intervalMs, 10_000, "slower for good");
});

Deno.test("runCheck() takes the approval: the token is stored and proved, the record knows who and when", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await check(system, aws);
  system.clock += MINUTE;
  const report = await check(system, approve(aws, "device-code-1"));
  assert.deepEqual(checkInShort(report), ["healthy", LOGGED_IN]);
  assert.deepEqual(report.sessions[0].profiles.map(({ name, ok }) => [name, ok]), [["corp-dev", true]]);
  const { accessToken, refreshToken, clientId, clientSecret } = storedToken(system, "corp") ?? {};
  assert.deepEqual([accessToken, refreshToken, clientId, clientSecret], [
    "access-2",
    "refresh-2",
    NEW_CLIENT.clientId,
    NEW_CLIENT.clientSecret,
  ]);
  const { loginAt, user } = recordOf(system, "corp");
  assert.deepEqual([loginAt, user], [START + MINUTE, "jane@example.com"]);
  assert.throws(() => Deno.statSync(pendingLoginPath(system.home, "corp")), Deno.errors.NotFound);
});

Deno.test("runCheck() opens a link although nobody is to be told", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  writeChannels(system, ["ops"]);
  await writeLostSession(system, "corp");
  assert.deepEqual(checkInShort(await check(system, aws, { notify: false }))[1], STARTED);
  assert.deepEqual([teller.said, aws.outlets[0].channels], [[], []]);
});

Deno.test("runCheck() opens a link for a token whose refresh was refused, while that token still works", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException"), "refresh-1").link();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", 10 * MINUTE));
  assert.deepEqual(checkInShort(await check(system, aws, { probe: false }))[1], STARTED);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-1");
});

Deno.test("runCheck() tries again with the next run when there is no link for now", async () => {
  for (const failure of [OFFLINE, THROTTLED]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("RegisterClient", failure);
    await writeLostSession(system, "corp");
    const { sessions: [corp] } = await check(system, aws);
    assert.deepEqual([corp.state, corp.error?.code], ["needs-login", failure.code]);
    assert.deepEqual(checkInShort(await check(system, aws.link()))[1], STARTED);
  }
});

Deno.test("runCheck() opens no link after somebody denied, until the reminder", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await check(system, aws);
  system.clock += MINUTE;
  assert.equal((await check(system, aws.on("CreateToken", DENIED))).sessions[0].state, "needs-login");
  for (const minutes of [1, 10, 60, 60, 107]) {
    system.clock += minutes * MINUTE;
    assert.equal((await check(system, aws)).sessions[0].state, "needs-login");
  }
  system.clock = START + 4 * HOUR;
  assert.deepEqual(checkInShort(await check(system, aws.link(2)))[1], STARTED);
});

Deno.test("runCheck() renews a link that ran out for one hour, then not before the reminder", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await check(system, aws);
  for (const number of [2, 3, 4, 5]) {
    system.clock += 14 * MINUTE;
    assert.deepEqual(checkInShort(await check(system, aws.link(number)))[1], STARTED);
    assert.equal(pendingOf(system, "corp")?.userCode, linkNo(number).userCode);
  }
  system.clock += 14 * MINUTE;
  assert.equal((await check(system, aws)).sessions[0].state, "needs-login");
  system.clock = START + 4 * HOUR;
  assert.deepEqual(checkInShort(await check(system, aws.link(6)))[1], STARTED);
});

Deno.test("runCheck() opens the next link in the same run when AWS says that the code is over", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await check(system, aws);
  system.clock += MINUTE;
  assert.deepEqual(checkInShort(await check(system, aws.on("CreateToken", EXPIRED).link(2)))[1], STARTED);
});

Deno.test("runCheck() opens a new link at once for a code that a former run has used up", async () => {
  await using system = await fakeSystem();
  await writeLostSession(system, "corp");
  using aws = new FakeAws().link();
  await check(system, aws);
  system.clock += 5_000;
  aws.on("CreateToken", refusal("InvalidGrantException"), "device-code-1").link(2);
  const second = await check(system, aws);
  assert.deepEqual(checkInShort(second)[1], STARTED);
  assert.equal(second.sessions[0].pendingLogin?.userCode, linkNo(2).userCode);
});

Deno.test("runCheck() reports a refused code, and has a new link with the next run", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await check(system, aws);
  system.clock += MINUTE;
  const { sessions: [corp] } = await check(system, aws.on("CreateToken", refusal("InvalidClientException", 401)));
  assert.deepEqual([corp.state, corp.error?.code], ["needs-login", "InvalidClientException"]);
  system.clock += MINUTE;
  assert.deepEqual(checkInShort(await check(system, aws.link(2)))[1], STARTED);
});

Deno.test("runCheck() leaves a pending login to the process that holds it", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  await writeLostSession(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp", { nextPollAt: START }));
  await using _lock = await holdLock(system, loginLockPath(system.home, "corp"));
  assert.deepEqual(checkInShort(await check(system, aws))[1], WAITING);
  assert.deepEqual(aws.operations, []);
});

Deno.test("runCheck() tries again for a link that AWS does not give for now, as long as it may wait", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("RegisterClient", OFFLINE).on("RegisterClient", NEW_CLIENT)
    .on("StartDeviceAuthorization", THROTTLED).link(1, true);
  await writeLostSession(system, "corp");
  const report = await check(system, approve(aws, "device-code-1"), { waitApprovalMs: 9 * MINUTE });
  assert.deepEqual(checkInShort(report), ["healthy", LOGGED_IN]);
  assert.ok(system.clock < START + 2 * MINUTE);
});

Deno.test("runCheck() has the result of the process that holds the pending login, while it waits", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  await writeLostSession(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using _lock = await holdLock(system, loginLockPath(system.home, "corp"));
  system.duringSleep = () => {
    if (system.clock < START + 20_000) return;
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 5));
    removePendingLogin(system.home, "corp");
  };
  const { sessions: [corp] } = await check(system, aws, { waitApprovalMs: 9 * MINUTE });
  assert.deepEqual([corp.state, aws.operations], ["healthy", []]);
  assert.ok(system.clock < START + 30_000, "at once");
});

Deno.test("runCheck() at once in two processes opens one link, and asks once", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  await Promise.all([check(system, aws), check(system, aws)]);
  assert.deepEqual(aws.operations, ["RegisterClient", "StartDeviceAuthorization"]);
  system.clock += MINUTE;
  aws.on("CreateToken", STILL_WAITING);
  await Promise.all([check(system, aws), check(system, aws)]);
  assert.equal(aws.operations.filter((name) => name === "CreateToken").length, 1);
});

Deno.test("runCheck() waits for the approval until its time is over, and leaves word before", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  for (let poll = 0; poll < 12; poll++) aws.on("CreateToken", STILL_WAITING);
  let before: string | undefined;
  system.duringSleep = () => void (before ??= system.read(HEARTBEAT));
  const report = await check(system, aws, { waitApprovalMs: MINUTE });
  assert.equal(system.clock, START + MINUTE);
  assert.deepEqual(checkInShort(report)[0], "waiting-for-approval");
  assert.match(before ?? "", /"waiting-for-approval"/);
  assert.equal(system.read(HISTORY)?.trimEnd().split("\n").length, 2);
});

Deno.test("runCheck() ends at once when somebody approves while it waits", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link().on("CreateToken", STILL_WAITING);
  await writeLostSession(system, "corp");
  const report = await check(system, approve(aws, "device-code-1"), { waitApprovalMs: 9 * MINUTE });
  assert.deepEqual([checkInShort(report)[1], system.clock], [LOGGED_IN, START + 10_000]);
});

Deno.test("runCheck() opens the next link while it waits when one runs out", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
  for (const number of [1, 2]) aws.on("StartDeviceAuthorization", { ...linkNo(number), expiresInS: 60, intervalS: 50 });
  await writeLostSession(system, "corp");
  aws.on("CreateToken", STILL_WAITING, "device-code-1");
  await check(system, approve(aws, "device-code-2"), { waitApprovalMs: 9 * MINUTE });
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("runCheck() goes on with the other sessions while one of them waits for a person", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link().on("CreateToken", freshToken(3), "client-lab");
  await writeLostSession(system, "corp");
  writeSessions(system, "corp", "lab");
  writeToken(system, "lab", tokenOf("lab", MINUTE));
  const report = await check(system, aws, { probe: false });
  assert.deepEqual(checkInShort(report), ["waiting-for-approval", STARTED, "lab healthy refreshed healthy"]);
});

Deno.test("runCheck() writes the secrets of a pending login to its file alone, which nobody else may read", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller("ops");
  writeChannels(system, ["ops"]);
  await writeLostSession(system, "corp");
  const report = await check(system, aws);
  const path = pendingLoginPath(system.home, "corp");
  assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  assert.equal((Deno.statSync(path.slice(0, path.lastIndexOf("/"))).mode ?? 0) & 0o777, 0o700);
  const state = `${system.home}/.local/state/sso-heal`;
  const files = [...Deno.readDirSync(state)].filter(({ isFile }) => isFile).map(({ name }) => `${state}/${name}`);
  const seen = [
    ...files.map((file) => Deno.readTextFileSync(file)),
    JSON.stringify([report, system.logged, teller.deliveries]),
    Deno.inspect([report, pendingOf(system, "corp")], { depth: 9 }),
  ].join("\n");
  assert.match(seen, /ABCD-EFG1/);
  const kept = Deno.readTextFileSync(path);
  for (const secret of [linkNo(1).deviceCode, NEW_CLIENT.clientSecret]) {
    assert.deepEqual([kept.includes(secret), seen.includes(secret)], [true, false], secret);
  }
});
