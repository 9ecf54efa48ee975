// Proves that a login and the checks go on with one and the same pending login, whoever began it.
import assert from "node:assert/strict";
import { FakeAws, linkNo, refusal, STILL_WAITING } from "../../tests/support/fake_aws.ts";
import { FakeTeller } from "../../tests/support/fake_teller.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { type HeldLock, holdLock } from "../../tests/support/held_lock.ts";
import { approve, check, checkInShort, contextOf } from "../../tests/support/heal_run.ts";
import {
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
import { loginLockPath } from "../store/paths.ts";
import { removePendingLogin, savePendingLogin } from "../store/pending_login.ts";
import { login } from "./login.ts";

async function logIn(system: FakeSystem, aws: FakeAws, wait = true) {
  const shown: string[] = [];
  const [report] = await login(contextOf(system, aws), {
    choice: { sessions: ["corp"], profiles: [] },
    ifNeeded: false,
    flow: "device",
    wait,
    show: (prompt) => void shown.push("userCode" in prompt ? prompt.userCode : prompt.url),
  });
  return { report, shown };
}

/** What another process does that waits for the approval. */
function holdLogin(system: FakeSystem): Promise<HeldLock> {
  return holdLock(system, loginLockPath(system.home, "corp"));
}

Deno.test("login() goes on with the link of a check, and asks not before its time", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  const { report, shown } = await logIn(system, approve(aws, "pending-device-code"));
  assert.deepEqual([report.result, shown, system.sleeps], ["logged-in", ["WXYZ-WXYZ"], [5000]]);
  assert.deepEqual([storedToken(system, "corp")?.clientId, pendingOf(system, "corp")], ["pending-client", undefined]);
});

Deno.test("login() opens a link in place of one that ran out", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  system.clock = START + 10 * MINUTE;
  const { shown } = await logIn(system, approve(aws, "device-code-1"));
  assert.deepEqual(shown, [linkNo(1).userCode]);
});

Deno.test("login() without waiting gives the link and leaves it to the next check", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  const { report, shown } = await logIn(system, aws, false);
  const { userCode, verificationUri, verificationUriComplete } = linkNo(1);
  assert.deepEqual([report.result, report.exitCode, shown], ["started", 4, [userCode]]);
  assert.deepEqual(report.link, { userCode, verificationUri, verificationUriComplete, expiresAt: START + 600_000 });
  assert.equal((await logIn(system, aws, false)).report.link?.userCode, userCode, "the same a second time");

  system.clock += MINUTE;
  const checked = await check(system, approve(aws, "device-code-1"));
  assert.deepEqual(checkInShort(checked)[1], "corp healthy logged-in healthy");
  assert.equal(recordOf(system, "corp").loginAt, START + MINUTE);
});

Deno.test("runCheck() goes on with the first login of a session, which nothing else knows of yet", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  writeSessions(system, "corp");
  await logIn(system, aws, false);
  system.clock += MINUTE;
  const checked = await check(system, approve(aws, "device-code-1"));
  assert.deepEqual(checkInShort(checked)[1], "corp healthy logged-in healthy");
});

Deno.test("login() without waiting gives the link that another process waits at", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using _lock = await holdLogin(system);
  const { report } = await logIn(system, aws, false);
  assert.deepEqual([report.result, report.link?.userCode], ["started", "WXYZ-WXYZ"]);
});

Deno.test("login() has the result of the check that waits for the same approval", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using _lock = await holdLogin(system);
  system.duringSleep = () => {
    if (system.clock < START + 5000) return;
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 2));
    removePendingLogin(system.home, "corp");
  };
  const { report, shown } = await logIn(system, aws);
  assert.deepEqual([report.result, report.exitCode, shown], ["logged-in", 0, ["WXYZ-WXYZ"]]);
});

Deno.test("login() does not ask a second time when another login has just got the approval", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using lock = await holdLogin(system);
  system.duringSleep = () => {
    if (system.clock < START + 5000) return;
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 2));
    removePendingLogin(system.home, "corp");
    lock.release();
  };
  const { report } = await logIn(system, aws);
  assert.deepEqual([report.result, report.exitCode], ["logged-in", 0]);
});

Deno.test("login() does not wait for ever behind a process that opens no link", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await using _lock = await holdLogin(system);
  const { report } = await logIn(system, aws);
  assert.deepEqual([report.exitCode, report.error?.code], [75, "LockHeld"]);
  assert.match(report.error?.message ?? "", /another sso-heal is at work/);
});

Deno.test("login() remembers that somebody denied: no check opens a link unasked", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await writeLostSession(system, "corp");
  writeChannels(system, ["ops"]);
  using _teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock += 5_000;
  const { report } = await logIn(system, aws.on("CreateToken", refusal("AccessDeniedException")));
  assert.equal(report.error?.code, "AccessDeniedException");
  system.clock += 10 * MINUTE;
  const checked = await check(system, aws);
  assert.match(checkInShort(checked)[1], /^corp needs-login none/);
});

Deno.test("login() goes on by itself, and shows the link once, when the other process ends", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using lock = await holdLogin(system);
  system.duringSleep = () => lock.release();
  const { report, shown } = await logIn(system, approve(aws, "pending-device-code"));
  assert.deepEqual([report.result, shown], ["logged-in", ["WXYZ-WXYZ"]]);
});

Deno.test("login() leaves a link that was stopped at to the next check, at its pace", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link().on("CreateToken", refusal("SlowDownException"));
  await writeLostSession(system, "corp");
  let sleeps = 0;
  system.duringSleep = () => {
    if (++sleeps === 2) throw new Error("stopped");
  };
  await assert.rejects(logIn(system, aws), /stopped/);
  assert.equal(pendingOf(system, "corp")?.intervalMs, 10_000);
  system.duringSleep = () => {};
  assert.deepEqual(
    checkInShort(await check(system, approve(aws, "device-code-1")))[1],
    "corp healthy logged-in healthy",
  );
});

Deno.test("login() forgets a link that was denied", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link().on("CreateToken", refusal("AccessDeniedException"));
  writeSessions(system, "corp");
  assert.equal((await logIn(system, aws)).report.error?.code, "AccessDeniedException");
  assert.equal(pendingOf(system, "corp"), undefined);
});

Deno.test("login() ends when nobody approved in time, and forgets the link", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  for (const _ of [1, 2]) aws.on("CreateToken", STILL_WAITING);
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp", { expiresAt: START + 15_000 }));
  const { report } = await logIn(system, aws);
  assert.deepEqual([report.error?.code, report.exitCode], ["ExpiredTokenException", 4]);
  assert.equal(pendingOf(system, "corp"), undefined);
});

Deno.test("runCheck() calls nobody while somebody waits at the link with login, but when that ends", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  using teller = aws.teller = new FakeTeller();
  writeChannels(system, ["ops"]);
  await writeLostSession(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using lock = await holdLogin(system);
  await check(system, aws);
  lock.release();
  assert.deepEqual(teller.said, []);
  await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed WXYZ-WXYZ"]);
});

Deno.test("login() of a person heals what an alarm was about: the next check says so", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  writeChannels(system, ["ops"]);
  await writeLostSession(system, "corp");
  await check(system, aws);
  await logIn(system, approve(aws, "device-code-1"));
  await check(system, aws, { probe: false });
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops healed"]);
});

Deno.test("login() refuses another person than the expected one", async () => {
  await using system = await fakeSystem();
  using aws = approve(new FakeAws().link(), "device-code-1").on("Logout", {}, "access-2");
  system.write(".config/sso-heal/config.ini", "[check]\nexpected_user = somebody-else\n");
  writeSessions(system, "corp");
  const { report } = await logIn(system, aws);
  assert.deepEqual([report.error?.code, report.exitCode, storedToken(system, "corp")], ["WrongUser", 4, undefined]);
});
