// Proves the pace: never more than AWS serves, no time lost, and one pause for all when AWS asks for it.
import assert from "node:assert/strict";
import { FakeAws, THROTTLED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, START } from "../../tests/support/fake_system.ts";
import { runOf } from "../../tests/support/heal_run.ts";
import { ROLE_KEYS } from "../../tests/support/session_home.ts";
import { isThrottled, Pace, paced, PacedAws } from "./pace.ts";

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
  await assert.rejects(paced.call("GetRoleCredentials", TARGET, INPUT), /more patience than this run has time/);
  await paced.call("GetCallerIdentity", TARGET, { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" });
  assert.equal(system.clock, START);
});

Deno.test("PacedAws.call() ends everybody in line when AWS asks again for too much patience", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  const paced = new PacedAws(aws, system, START + 60_000);
  const call = () => paced.call("GetRoleCredentials", TARGET, INPUT).catch(({ message }) => message as string);
  for (let at = 0; at < 3; at++) aws.on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 40_000 });
  await call();
  const said = await Promise.all(Array.from({ length: 8 }, call));
  assert.equal(said.filter((words) => /more patience than this run has time/.test(`${words}`)).length, 6);
  assert.ok(system.clock < START + 41_000, `${system.clock - START} ms`);
});

Deno.test("PacedAws.call() begins nothing after the deadline, and gives a late call no more time than is left", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 55_000 })
    .on("GetRoleCredentials", () => {
      system.clock += 10_000;
      return ROLE_KEYS;
    });
  const paced = new PacedAws(aws, system, START + 60_000);
  await paced.call("GetRoleCredentials", TARGET, INPUT, 10_000).catch(() => {});
  await paced.call("GetRoleCredentials", TARGET, INPUT, 10_000);
  assert.ok((aws.calls[1].timeoutMs ?? Infinity) <= 5_000, `${aws.calls[1].timeoutMs}`);
  await assert.rejects(paced.call("GetRoleCredentials", TARGET, INPUT), /the time of this run is over/);
});

Deno.test("paced() keeps the pace that a run has, and takes the run's own deadline", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 20_000 })
    .on("GetRoleCredentials", ROLE_KEYS);
  const run = paced({ ...runOf(system, aws), deadline: START + 1_000 });
  await assert.rejects(run.aws.call("GetRoleCredentials", TARGET, INPUT), isThrottled);
  await paced({ ...run, deadline: START + 60_000 }).aws.call("GetRoleCredentials", TARGET, INPUT);
  assert.ok(system.clock - START >= 20_000, "it has heard what the other was told");
});
