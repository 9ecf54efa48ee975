// Tests of the lock of the check that has something to do.
import assert from "node:assert/strict";
import { fakeSystem, MINUTE } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { runLockPath } from "../store/paths.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { lockRun } from "./run_lock.ts";

Deno.test("lockRun() lets one check in, and the next when that has ended", async () => {
  await using system = await fakeSystem();
  await using first = await holdLock(system, runLockPath(system.home));
  await assert.rejects(lockRun({ system, log: system.log }, 0), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, EXIT.temporary);
    assert.match(error.message, /^Cannot check now: another check is running/);
    assert.deepEqual(error.hints, ["nothing to do; to wait for its end: sso-heal check --wait-lock 1m"]);
    return true;
  });
  first.release();
  (await lockRun({ system, log: system.log }, 0)).release();
});

Deno.test("lockRun() waits as long as it is told to, and no longer", async () => {
  await using system = await fakeSystem();
  await using _first = await holdLock(system, runLockPath(system.home));
  await assert.rejects(lockRun({ system, log: system.log }, MINUTE), /another check is running/);
  assert.deepEqual(system.sleeps, [MINUTE]);
});

Deno.test("lockRun() goes on at once when the other check ends meanwhile", async () => {
  await using system = await fakeSystem();
  const first = await lockRun({ system, log: system.log }, 0);
  const waiting = lockRun({ system, log: system.log }, MINUTE);
  first.release();
  (await waiting).release();
  assert.deepEqual(system.sleeps, []);
});

Deno.test("lockRun() is a lock of the home: another account is not kept waiting", async () => {
  await using one = await fakeSystem();
  await using other = await fakeSystem();
  const locks = [await lockRun({ system: one, log: one.log }, 0), await lockRun({ system: other, log: other.log }, 0)];
  for (const lock of locks) lock.release();
  assert.equal(locks.length, 2);
});

Deno.test("lockRun() goes on beside a check that is stuck, and says which", async () => {
  await using system = await fakeSystem();
  await using _stuck = await holdLock(system, runLockPath(system.home));
  const now = () => Date.now();
  await assert.rejects(lockRun({ system: { ...system, now }, log: system.log }, 0), /another check is running/);
  const later = () => Date.now() + 13 * MINUTE;
  (await lockRun({ system: { ...system, now: later }, log: system.log }, 0)).release();
  assert.match(system.logged.at(-1)?.message ?? "", new RegExp(`process ${Deno.pid}\\) is at work for 1[23] min`));
});
