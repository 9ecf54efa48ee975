// Tests of the use case of `run`: what it starts, what it leaves in our records, and how patient it is.
import assert from "node:assert/strict";
import { type FakeSystem, fakeSystem, START } from "../../tests/support/fake_system.ts";
import { readServiceRecord, writeServiceRecord } from "../store/service_record.ts";
import { patienceMs, runInForeground } from "./run_in_foreground.ts";

const OPTIONS = { everyMinutes: 5, once: false, checkOptions: ["--quiet"] };

/** Runs one check, in which `during` happens and the program is asked to end; answers how it was started. */
async function runOnce(system: FakeSystem, during: () => Promise<void> | void = () => {}, options = OPTIONS) {
  const stop = new AbortController();
  const started: (readonly [args: readonly string[], home: string])[] = [];
  await runInForeground({ system, log: system.log, stop: stop.signal }, options, (args, home) => {
    started.push([args, home]);
    const ended = Promise.resolve(during()).then(() => {
      stop.abort();
      return { code: 0, signal: null };
    });
    return { pid: 4242, ended, kill: () => {} };
  });
  return started;
}

Deno.test("runInForeground() starts a scheduled check in the home, and says meanwhile that it is the manager", async () => {
  await using system = await fakeSystem();
  let record;
  const started = await runOnce(system, () => void (record = readServiceRecord(system.home)));
  assert.deepEqual(started, [[["check", "--scheduled", "--quiet"], system.home]]);
  assert.deepEqual(record, { manager: "run", scope: "user", everyMs: 300_000, since: START, pid: Deno.pid });
  assert.equal(readServiceRecord(system.home), undefined);
  assert.deepEqual(system.logged, []);
});

Deno.test("runInForeground() is no manager for a single check", async () => {
  await using system = await fakeSystem();
  let record;
  await runOnce(system, () => void (record = readServiceRecord(system.home)), { ...OPTIONS, once: true });
  assert.equal(record, undefined);
});

Deno.test("runInForeground() takes the place of a `run` that was killed, and leaves it to one that came later", async () => {
  await using system = await fakeSystem();
  const other = { manager: "run", scope: "user", everyMs: 60_000, since: 1, pid: 1 } as const;
  await writeServiceRecord(system.home, other);
  await runOnce(system, async () => {
    assert.equal(readServiceRecord(system.home)?.since, START);
    await writeServiceRecord(system.home, other);
  });
  assert.deepEqual(readServiceRecord(system.home), other);
});

Deno.test("runInForeground() checks all the same where it cannot leave word", async () => {
  await using system = await fakeSystem();
  system.write(".local/state/sso-heal", "a file in the place of the folder");
  assert.equal((await runOnce(system)).length, 1);
  assert.match(system.logged[0].message, /^status will not know of this: Cannot /);
});

Deno.test("patienceMs() is long only where our end is the end of the check", () => {
  assert.deepEqual([patienceMs(1, 0), patienceMs(7, 1), patienceMs(700, 600)], [8_000, 8_000, 800]);
});
