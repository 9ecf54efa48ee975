// Two checks never do the same work: who has something to do holds this lock, until it waits for a person.
import { EXIT, UserError } from "../domain/problem.ts";
import { type Lock, tryLock } from "../store/lock.ts";
import { runLockPath } from "../store/paths.ts";
import type { System } from "../system/system.ts";

/** @throws {UserError} (exit 75) when another check still has it after `waitMs`. */
export async function lockRun({ home, now, sleep }: System, waitMs: number): Promise<Lock> {
  const lock = await tryLock(runLockPath(home), { now, sleep, timeoutMs: waitMs });
  if (lock !== undefined) return lock;
  throw new UserError("Cannot check now: another check is running, and does the same work", [
    "nothing to do; to wait for its end: sso-heal check --wait-lock 1m",
  ], EXIT.temporary);
}
