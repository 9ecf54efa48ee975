// Proves how messages get through: past channels that fail and processes that die, and how they are kept true.
import assert from "node:assert/strict";
import { FakeAws, refusal } from "../../tests/support/fake_aws.ts";
import { FakeTeller, UNREACHABLE } from "../../tests/support/fake_teller.ts";
import { type FakeSystem, MINUTE } from "../../tests/support/fake_system.ts";
import { approve, check } from "../../tests/support/heal_run.ts";
import { lostSession } from "../../tests/support/session_home.ts";
import { readAlertState } from "../store/alert_state.ts";
import { statePaths } from "../store/paths.ts";

const statesOf = ({ home }: FakeSystem) => readAlertState(home).state.posts.map(({ state }) => state);

Deno.test("Deliverer takes the next channel of the fallback when one fails, and says there what follows", async () => {
  await using system = await lostSession(["mail", "ops", "extra"], "[alerts]\nfallback = ops, mail\n");
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller().on("ops", UNREACHABLE);
  const { notifications, outcome } = await check(system, aws);
  assert.deepEqual(notifications?.map(({ channel, ok, error }) => [channel, ok, error]), [
    ["ops", false, "Unreachable: no answer"],
    ["extra", true, undefined],
    ["mail", true, undefined],
  ]);
  assert.equal(outcome, "waiting-for-approval", "no failure of the check");
  system.clock += MINUTE;
  await check(system, approve(aws, "device-code-1"));
  assert.deepEqual(teller.said.filter((line) => line.endsWith("healed")).sort(), ["extra healed", "mail healed"]);
});

Deno.test("Deliverer tries a channel that failed with the next run again, under the same name", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller().on("ops", UNREACHABLE);
  await check(system, aws);
  system.clock += 2 * MINUTE;
  aws.on("CreateToken", refusal("AuthorizationPendingException"));
  await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops login-needed ABCD-EFG1"]);
  const ids = teller.deliveries.map(({ delivery }) => delivery.id);
  assert.equal(ids[0], ids[1]);
});

Deno.test("Deliverer fails a channel whose secret is missing alone, and asks nothing of it", async () => {
  await using system = await lostSession(
    ["ops"],
    "[notify phone]\ntype = telegram\ntoken = env:NOT_SET\nchat_id = 1\n",
  );
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  const { notifications } = await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1"]);
  const phone = notifications?.find(({ channel }) => channel === "phone");
  assert.match(phone?.error ?? "", /NOT_SET is not set/);
});

Deno.test("Deliverer sends only what a channel wants to know", async () => {
  await using system = await lostSession(
    ["ops"],
    "events = healed\n[notify lab]\ntype = webhook\nurl = https://lab.example.com/\nsessions = lab*\n",
  );
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  assert.deepEqual(teller.said, []);
});

Deno.test("Deliverer does not send twice what a process that died was sending", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller().on("ops", () => {
    assert.deepEqual(statesOf(system), ["sending"], "noted before");
    throw new Error("killed");
  });
  await assert.rejects(check(system, aws), /killed/);
  assert.deepEqual(statesOf(system), ["sending"]);
  await check(system, aws);
  system.clock += 1000;
  await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1"]);
  system.clock += MINUTE;
  await check(system, approve(aws, "device-code-1"));
  assert.equal(teller.said[1], "ops healed", "whoever may have heard of it hears the end of it");
});

Deno.test("Deliverer sends what was noted but not yet on its way when the process died", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  const path = statePaths(system.home).alerts;
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace('"state":"sent"', '"state":"waiting"'));
  await check(system, aws);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops login-needed ABCD-EFG1"]);
});

Deno.test("Deliverer changes its message with each new link, and ends it when all is well", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller("ops");
  await check(system, aws);
  system.clock += 11 * MINUTE;
  await check(system, aws.link(2));
  system.clock += MINUTE;
  await check(system, approve(aws, "device-code-2"));
  assert.deepEqual(teller.said, [
    "ops login-needed ABCD-EFG1",
    "ops edit login-needed ABCD-EFG2",
    "ops healed",
    "ops edit healed",
  ]);
  const [alarm, edit, , end] = teller.deliveries.map(({ delivery }) => delivery);
  assert.deepEqual([edit.ref, edit.silent, end.ref], [alarm.id, true, alarm.id]);
  assert.equal(new Set(teller.deliveries.map(({ delivery }) => delivery.id)).size, 4);
});

Deno.test("Deliverer changes no message that the service does not know any more", async () => {
  await using system = await lostSession();
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller("ops");
  await check(system, aws);
  teller.on("ops", { ok: false, code: "Gone", message: "deleted", gone: true });
  system.clock += 11 * MINUTE;
  await check(system, aws.link(2));
  system.clock += 11 * MINUTE;
  await check(system, aws.link(3));
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops edit login-needed ABCD-EFG2"]);
});
