// Tests of the loop of `run`: when it checks, how it ends, and that no check ends it.
import assert from "node:assert/strict";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import type { SelfRun } from "../system/start_self.ts";
import { checkAndEnd, keepChecking, type Keeper } from "./keep_checking.ts";

type Status = Awaited<SelfRun["ended"]>;

/** A check that a test ends, or that a signal ends if it is told to. */
interface FakeCheck extends SelfRun {
  readonly signals: string[];
  end(status?: Partial<Status>): void;
}

interface World extends Keeper {
  readonly system: FakeSystem;
  /** Minutes after the start at which checks began. */
  readonly startedAt: number[];
  readonly stopNow: () => void;
}

/** Every 10 minutes at 3, 13, 23 …; `become` says what becomes of the check number `n`, counted from 1. */
async function world(become: (check: FakeCheck, n: number, keeper: World) => void): Promise<World> {
  const system = await fakeSystem();
  system.raceMs = 0;
  system.chance = 0;
  const stop = new AbortController();
  const startedAt: number[] = [];
  const keeper: World = {
    system,
    log: system.log,
    schedule: { everyMs: 10 * MINUTE, offsetMs: 3 * MINUTE },
    stop: stop.signal,
    stopNow: () => stop.abort(),
    patience: () => Promise.resolve(),
    startedAt,
    startCheck() {
      startedAt.push((system.clock - START) / MINUTE);
      const ended = Promise.withResolvers<Status>();
      const signals: string[] = [];
      const end = (status: Partial<Status> = {}) => ended.resolve({ code: 0, signal: null, ...status });
      const check = { pid: 4242, ended: ended.promise, signals, end, kill: (name: string) => void signals.push(name) };
      become(check, startedAt.length, keeper);
      return check;
    },
  };
  return keeper;
}

/** Ends the loop when the check number `last` has begun. */
function endsAt(last: number, become: (check: FakeCheck, n: number, keeper: World) => void = (check) => check.end()) {
  return (check: FakeCheck, n: number, keeper: World) => {
    become(check, n, keeper);
    if (n < last) return;
    check.end();
    keeper.stopNow();
  };
}

Deno.test("keepChecking() checks at once, and then at the minutes of this machine", async () => {
  const keeper = await world(endsAt(4));
  await using system = keeper.system;
  assert.equal(await keepChecking(keeper), 0);
  assert.deepEqual(keeper.startedAt, [0, 3, 13, 23]);
  assert.ok(system.sleeps.every((ms) => ms <= MINUTE), "it looks at the clock at least once a minute");
});

Deno.test("keepChecking() catches up exactly once after the machine slept", async () => {
  const keeper = await world(endsAt(5));
  await using system = keeper.system;
  system.duringSleep = () => {
    if (system.clock > START + 5 * MINUTE && system.clock < START + HOUR) system.clock += 7 * HOUR;
  };
  await keepChecking(keeper);
  assert.deepEqual(keeper.startedAt, [0, 3, 426, 433, 443]);
});

Deno.test("keepChecking() goes on when the clock is set back", async () => {
  const keeper = await world(endsAt(4));
  await using system = keeper.system;
  let wasSetBack = false;
  system.duringSleep = () => {
    if (wasSetBack || system.clock < START + 5 * MINUTE) return;
    wasSetBack = true;
    system.clock = START - 5 * HOUR;
  };
  await keepChecking(keeper);
  assert.deepEqual(keeper.startedAt, [0, 3, -297, -287]);
});

Deno.test("keepChecking() never checks twice at a time: a long one is followed when it is over", async () => {
  const keeper = await world(endsAt(4, (check, n, { system }) => {
    if (n === 2) system.clock += 11 * MINUTE;
    check.end();
  }));
  await using _ = keeper.system;
  await keepChecking(keeper);
  assert.deepEqual(keeper.startedAt, [0, 3, 14, 23]);
});

Deno.test("keepChecking() goes on after a check that failed, was killed, hangs or could not be started", async () => {
  const keeper = await world(endsAt(5, (check, n) => {
    if (n === 1) check.end({ code: 1 });
    if (n === 2) check.end({ code: 137, signal: "SIGKILL" });
    if (n === 3) queueMicrotask(() => setTimeout(() => check.end({ code: 143, signal: "SIGTERM" }), 20));
    if (n === 4) throw new Error("no more processes");
  }));
  await using system = keeper.system;
  await keepChecking(keeper);
  assert.equal(keeper.startedAt.length, 5);
  assert.deepEqual(system.logged.map(({ message }) => message), [
    "the check was killed by SIGKILL",
    "the check hangs: it is ended",
    "cannot start the check: no more processes",
  ]);
});

Deno.test("keepChecking() kills a check that hangs and does not listen", async () => {
  let hanging: FakeCheck | undefined;
  const keeper = await world(endsAt(2, (check, n) => {
    if (n > 1) return;
    hanging = check;
    const { kill } = check;
    check.kill = (name) => {
      kill(name);
      if (name === "SIGKILL") check.end({ code: 137, signal: name });
    };
  }));
  await using _ = keeper.system;
  await keepChecking(keeper);
  assert.deepEqual(hanging?.signals, ["SIGTERM", "SIGKILL"]);
  assert.deepEqual(keeper.startedAt, [0, 12], "the next one is late then, and comes at once");
});

Deno.test("keepChecking() gives the answer of a first check that calls the command line wrong", async () => {
  const keeper = await world((check) => check.end({ code: 2 }));
  await using _ = keeper.system;
  assert.equal(await keepChecking(keeper), 2);
  assert.deepEqual(keeper.startedAt, [0]);
});

Deno.test("keepChecking() does not end by a later one: the configuration may be under repair", async () => {
  const keeper = await world(endsAt(4, (check, n) => check.end({ code: n === 1 ? 0 : 2 })));
  await using _ = keeper.system;
  assert.equal(await keepChecking(keeper), 0);
});

Deno.test("keepChecking() hands the request to end to the check, and ends with 0 when it has", async () => {
  const signals: string[] = [];
  const keeper = await world((check, _, { stopNow }) => {
    check.kill = (name) => {
      signals.push(name);
      check.end({ code: 75 });
    };
    queueMicrotask(stopNow);
  });
  keeper.patience = () => Promise.withResolvers<void>().promise;
  await using system = keeper.system;
  system.raceMs = 5_000;
  assert.equal(await keepChecking(keeper), 0);
  assert.deepEqual([signals, system.logged], [["SIGTERM"], []]);
});

Deno.test("keepChecking() leaves a check that does not end in time to itself", async () => {
  const keeper = await world((_check, _, { stopNow }) => queueMicrotask(stopNow));
  await using system = keeper.system;
  assert.equal(await keepChecking(keeper), 0);
  assert.match(system.logged[0].message, /^ending while the check still finishes/);
});

Deno.test("checkAndEnd() ends as the check does", async (t) => {
  const rows: readonly (readonly [why: string, status: Partial<Status> | "stop" | "fail", code: number])[] = [
    ["fine", { code: 0 }, 0],
    ["a person is needed", { code: 4 }, 4],
    ["temporary", { code: 75 }, 75],
    ["a code that no command has", { code: 101 }, 1],
    ["killed", { code: 137, signal: "SIGKILL" }, 1],
    ["asked to end", "stop", 75],
    ["not started", "fail", 1],
  ];
  for (const [why, status, code] of rows) {
    await t.step(why, async () => {
      const keeper = await world((check, _, { stopNow }) => {
        if (status === "fail") throw new Error("no more processes");
        if (status === "stop") queueMicrotask(stopNow);
        else check.end(status);
      });
      await using _ = keeper.system;
      assert.equal(await checkAndEnd(keeper), code);
      assert.equal(keeper.startedAt.length, 1);
    });
  }
});
