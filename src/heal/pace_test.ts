// Proves the pace: never more than AWS serves, no time lost, and one pause for all when AWS asks for it.
import assert from "node:assert/strict";
import { FakeAws, THROTTLED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, START } from "../../tests/support/fake_system.ts";
import { ROLE_KEYS } from "../../tests/support/session_home.ts";
import { isThrottled, Pace, PacedAws } from "./pace.ts";

const TARGET = { endpoint: "https://portal.sso.us-east-1.amazonaws.com", region: "us-east-1" };
const INPUT = { accessToken: "access-1", accountId: "012345678901", roleName: "ReadOnly" };

async function takes(system: FakeSystem, pace: Pace, count: number, workMs = 0): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    await pace.take();
    times.push(system.clock - START);
    system.clock += workMs;
  }
  return times;
}

Deno.test("Pace.take() lets at most twenty through in any second, and hardly fewer", async () => {
  await using system = await fakeSystem();
  const times = await takes(system, new Pace(system), 200);
  for (const [at, time] of times.entries()) {
    const within = times.slice(at).filter((other) => other < time + 1000).length;
    assert.ok(within <= 20, `${within} in the second from ${time}`);
  }
  assert.ok(times[199] < 200 / 18 * 1000, `${times[199]} ms for 200`);
});

Deno.test("Pace.take() makes up for a call that a busy machine made late, and for no more", async () => {
  await using system = await fakeSystem();
  const pace = new Pace(system);
  await takes(system, pace, 5);
  system.clock += 60_000;
  const startedAt = system.clock - START;
  assert.deepEqual((await takes(system, pace, 3)).map((time) => time - startedAt > 0), [false, false, true]);
});

Deno.test("Pace.take() is not put off by a clock that is set back", async () => {
  await using system = await fakeSystem();
  const pace = new Pace(system);
  await takes(system, pace, 3);
  system.clock -= 3_600_000;
  const sleeps = system.sleeps.length;
  await takes(system, pace, 3);
  assert.ok(system.sleeps.slice(sleeps).every((ms) => ms < 100), `${system.sleeps.slice(sleeps)}`);
});

Deno.test("PacedAws.call() holds everybody back for as long as AWS asks", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 20_000 })
    .on("GetRoleCredentials", ROLE_KEYS).on("GetRoleCredentials", ROLE_KEYS);
  const paced = new PacedAws(aws, system, START + 60_000);
  await assert.rejects(paced.call("GetRoleCredentials", TARGET, INPUT), isThrottled);
  await Promise.all([1, 2].map(() => paced.call("GetRoleCredentials", TARGET, INPUT)));
  assert.ok(system.clock - START >= 20_000 && system.clock - START < 20_500, `${system.clock - START} ms`);
});

Deno.test("PacedAws.call() waits longer each time when AWS does not say how long, and forgets it after a success", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  const paced = new PacedAws(aws, system, START + 3_600_000);
  const waited: number[] = [];
  for (const reply of [THROTTLED, THROTTLED, THROTTLED, ROLE_KEYS, THROTTLED, ROLE_KEYS]) {
    aws.on("GetRoleCredentials", reply);
    const before = system.clock;
    await paced.call("GetRoleCredentials", TARGET, INPUT).catch(() => {});
    waited.push(Math.round((system.clock - before) / 1000));
  }
  assert.deepEqual(waited, [0, 2, 3, 6, 0, 2]);
});

Deno.test("PacedAws.call() fails at once while AWS asks for more time than there is, and leaves STS alone", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 90_000 })
    .on("GetCallerIdentity", { arn: "arn", accountId: "012345678901" });
  const paced = new PacedAws(aws, system, START + 60_000);
  await assert.rejects(paced.call("GetRoleCredentials", TARGET, INPUT));
  await assert.rejects(paced.call("GetRoleCredentials", TARGET, INPUT), /the time of this run is over/);
  await paced.call("GetCallerIdentity", TARGET, { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" });
  assert.equal(system.clock, START);
});
