// Proves what people are told over many checks: one alarm for one incident, and its end.
import assert from "node:assert/strict";
import { FakeAws, linkNo, NEW_CLIENT, OFFLINE, STILL_WAITING, THROTTLED } from "../../tests/support/fake_aws.ts";
import { FakeTeller, UNREACHABLE } from "../../tests/support/fake_teller.ts";
import { DAY, type FakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { approve, check } from "../../tests/support/heal_run.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import {
  ARN,
  freshToken,
  IDENTITY,
  lostSession,
  remember,
  sessionNamed,
  tokenOf,
  writeRole,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { readAlertState } from "../store/alert_state.ts";
import { alertLockPath, statePaths } from "../store/paths.ts";

Deno.test("tell() gives one alarm over five runs, with everything that a person must know", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  const first = await check(system, aws);
  for (let run = 0; run < 4; run++) {
    system.clock += 1000;
    assert.equal((await check(system, aws)).notifications, undefined);
  }
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1"]);
  assert.deepEqual(first.notifications, [
    { channel: "ops", event: "login-needed", session: "corp", ok: true, error: undefined },
  ]);
  const { incident, since, reason, ...message } = teller.deliveries[0].delivery.message;
  const { userCode, verificationUri, verificationUriComplete } = linkNo(1);
  assert.deepEqual(message, {
    event: "login-needed",
    host: "buildhost",
    user: "builder",
    now: START,
    session: "corp",
    startUrl: "https://corp.awsapps.com/start",
    link: { userCode, verificationUri, verificationUriComplete, expiresAt: START + 600_000 },
    worksUntil: undefined,
    expectedEnd: undefined,
    reminder: 0,
    profiles: [{ name: "corp-dev", accountId: "012345678901", roleName: "ReadOnly", ok: undefined }],
  });
  assert.ok(incident && reason);
  assert.equal(since, START);
});

Deno.test("tell() says when all works again, how long nothing did, and forgets it", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock += 7 * MINUTE;
  await check(system, approve(aws, "device-code-1"));
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops healed"]);
  const [alarm, healed] = teller.deliveries.map(({ delivery }) => delivery.message);
  assert.deepEqual([healed.incident, healed.downtimeMs, healed.approvedBy], [alarm.incident, 7 * MINUTE, undefined]);
  assert.deepEqual(healed.profiles?.map(({ name, ok }) => [name, ok]), [["corp-dev", true]]);
  assert.throws(() => Deno.statSync(statePaths(system.home).alerts), Deno.errors.NotFound);
});

Deno.test("tell() names whoever approved when it is another person than before", async () => {
  await using system = await lostSession();
  await remember(system, "corp", { user: "jane@example.com" });
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock += MINUTE;
  await check(system, approve(aws, "device-code-1", { ...IDENTITY, arn: ARN.replace("jane", "john") }));
  const { approvedBy } = teller.deliveries[1].delivery.message;
  assert.deepEqual(approvedBy, { now: "john@example.com", before: "jane@example.com" });
});

Deno.test("tell() counts no downtime when the old token lived until the approval", async () => {
  await using system = await lostSession();
  const token = tokenOf("corp", 30 * MINUTE);
  writeToken(system, "corp", token);
  writeRole(system, sessionNamed("corp"), HOUR);
  const fingerprint = fingerprintOf(token);
  const refused = { fingerprint, code: "InvalidGrantException", at: START };
  await remember(system, "corp", { token: { fingerprint }, refused });
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws, { probe: false });
  system.clock += 5 * MINUTE;
  await check(system, approve(aws, "device-code-1"), { probe: false });
  const [alarm, healed] = teller.deliveries.map(({ delivery }) => delivery.message);
  assert.deepEqual([alarm.worksUntil, healed.downtimeMs], [START + 30 * MINUTE, 0]);
});

Deno.test("tell() reminds after four hours, with a link that works", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock = START + 4 * HOUR - 1;
  await check(system, aws);
  system.clock = START + 4 * HOUR;
  await check(system, aws.link(2));
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops login-needed ABCD-EFG2"]);
  assert.deepEqual(teller.deliveries.map(({ delivery }) => delivery.message.reminder), [0, 1]);
});

Deno.test("tell() waits half an hour for a link before it says that there is none", async () => {
  await using system = await lostSession();
  using aws = new FakeAws();
  using teller = aws.teller = new FakeTeller();
  for (const minutes of [0, 10, 20, 30]) {
    system.clock = START + minutes * MINUTE;
    await check(system, aws.on("RegisterClient", OFFLINE));
  }
  assert.deepEqual(teller.said, ["ops login-needed"]);
});

Deno.test("tell() speaks of an outage only after alert_after", async () => {
  await using system = await lostSession();
  using aws = new FakeAws();
  using teller = aws.teller = new FakeTeller();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  for (const minutes of [0, 20, 40]) {
    system.clock = START + minutes * MINUTE;
    await check(system, aws.on("CreateToken", THROTTLED), { forceRefresh: true, probe: false });
  }
  assert.deepEqual(teller.said, ["ops failing"]);
  aws.on("CreateToken", freshToken(2));
  await check(system, aws, { forceRefresh: true, probe: false });
  assert.deepEqual([teller.said[1], teller.deliveries[1].delivery.message.downtimeMs], ["ops healed", 39 * MINUTE]);
});

Deno.test(
  "tell() warns of a registration that ends, with a link that can be approved ahead of time",
  async () => {
    await using system = await lostSession(["ops"], "[alerts]\ntimezone = UTC\n");
    const token = tokenOf("corp", HOUR, { registrationExpiresAt: START + 3 * DAY });
    writeToken(system, "corp", token);
    writeRole(system, sessionNamed("corp"), HOUR);
    using aws = new FakeAws().link();
    using teller = aws.teller = new FakeTeller();
    const report = await check(system, aws);
    assert.deepEqual([report.sessions[0].state, report.outcome], ["healthy", "healthy"]);
    assert.deepEqual(teller.said, ["ops login-soon ABCD-EFG1"]);
    assert.deepEqual(teller.deliveries[0].delivery.message.expectedEnd, {
      at: START + 3 * DAY,
      because: "registration-end",
    });
    system.clock += MINUTE;
    await check(system, approve(aws, "device-code-1"));
    assert.deepEqual([teller.said[1], teller.deliveries[1].delivery.message.downtimeMs], ["ops healed", 0]);
  },
);

Deno.test("tell() leaves the telling to another process that is at it", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await using _lock = await holdLock(system, alertLockPath(system.home));
  await check(system, aws);
  assert.deepEqual(teller.said, []);
});

Deno.test("tell() at once in two processes gives one alarm", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await Promise.all([check(system, aws), check(system, aws)]);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1"]);
});

Deno.test("tell() says nothing when it cannot note it, and the check goes on", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  Deno.mkdirSync(`${statePaths(system.home).alerts}/in-the-way`, { recursive: true });
  assert.equal((await check(system, aws)).outcome, "waiting-for-approval");
  assert.deepEqual(teller.said, []);
  assert.ok(system.logged.some(({ level, message }) => level === "warning" && /cannot tell/.test(message)));
});

Deno.test("tell() says it once more when what was said cannot be read", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  Deno.writeTextFileSync(statePaths(system.home).alerts, "{");
  await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops login-needed ABCD-EFG1"]);
});

Deno.test("tell() gives whoever asks the bot for a link a new one, there and only there", async () => {
  await using system = await lostSession(
    ["ops"],
    "[notify phone]\ntype = telegram\ntoken = t\nchat_id = 1\ncommands = on\n",
  );
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock += 2 * HOUR;
  teller.asked.push({ offset: 7, commands: ["login"] });
  aws.on("StartDeviceAuthorization", () => (system.clock += 1000, linkNo(2)));
  await check(system, aws);
  assert.deepEqual(teller.said.slice(2), ["phone login-needed ABCD-EFG2"]);
  assert.deepEqual(readAlertState(system.home).state.bots, [{ channel: "phone", offset: 7 }]);
});

Deno.test("runCheck() tells the heartbeat URL once, whatever there is to do", async () => {
  const url = "[heartbeat]\nurl = https://hc.example.com/ping/1\n";
  for (const prepare of ["well", "lost"] as const) {
    await using system = await lostSession([], url);
    using aws = new FakeAws();
    using teller = aws.teller = new FakeTeller();
    if (prepare === "lost") aws.link();
    else {
      writeToken(system, "corp", tokenOf("corp", HOUR));
      writeRole(system, sessionNamed("corp"), HOUR);
    }
    await check(system, aws);
    assert.deepEqual([teller.pings, aws.outlets[0].heartbeatUrl], [1, "https://hc.example.com/ping/1"]);
  }
});

Deno.test("tell() tells nobody of a session that was never used here and that nobody chose", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  writeSessions(system, "corp", "never");
  await check(system, aws);
  assert.deepEqual(teller.deliveries.map(({ delivery }) => delivery.message.session), ["corp"]);
  assert.equal(aws.calls.filter(({ input }) => input.clientId === NEW_CLIENT.clientId).length, 1);
});

/** Two sessions that need a person; the alarm of beta has not gone out yet. */
async function betaWaits(
  prove: (system: FakeSystem, aws: FakeAws, teller: FakeTeller) => Promise<void>,
): Promise<void> {
  await using system = await lostSession();
  writeSessions(system, "corp", "beta");
  await remember(system, "beta", { usedAt: START - DAY });
  using aws = new FakeAws().link().link(2, false);
  using teller = aws.teller = new FakeTeller();
  teller.on("ops", UNREACHABLE).on("ops", UNREACHABLE);
  // No two incidents have the same id.
  system.random = () => system.chance /= 2;
  await check(system, aws);
  assert.equal(readAlertState(system.home).state.posts.length, 2);
  teller.deliveries.length = 0;
  await prove(system, aws, teller);
}

Deno.test("tell() says nothing of a session that the check is not about: it may be well again", () =>
  betaWaits(async (system, aws, teller) => {
    system.clock += 3 * MINUTE;
    await check(system, aws.on("CreateToken", STILL_WAITING), { choice: { sessions: ["corp"], profiles: [] } });
    assert.deepEqual(teller.deliveries.map(({ delivery: { message } }) => message.session), ["corp"]);
    assert.equal(readAlertState(system.home).state.incidents.length, 2);
  }));

Deno.test("tell() forgets a session that is in the config no more", () =>
  betaWaits(async (system, aws, teller) => {
    writeSessions(system, "corp");
    system.clock += 3 * MINUTE;
    await check(system, aws.on("CreateToken", STILL_WAITING));
    assert.deepEqual(teller.deliveries.map(({ delivery: { message } }) => message.session), ["corp"]);
    assert.deepEqual(readAlertState(system.home).state.incidents.map(({ session }) => session), ["corp"]);
  }));
