// Two checks never do the same work: who has something to do holds this lock, until it waits for a person.
import { EXIT, UserError } from "../domain/problem.ts";
import { type Lock, tryLock } from "../store/lock.ts";
import { runLockPath } from "../store/paths.ts";
import type { System } from "../system/system.ts";

/** On a machine with much to do even a free lock takes its time. */
const LEAST_MS = 1_000;

/** @throws {UserError} (exit 75) when another check still has it after `waitMs`, and a second at least. */
export async function lockRun({ home, now, sleep }: System, waitMs: number): Promise<Lock> {
  const lock = await tryLock(runLockPath(home), { now, sleep, timeoutMs: Math.max(waitMs, LEAST_MS) });
  if (lock !== undefined) return lock;
  throw new UserError("Cannot check now: another check is running, and does the same work", [
    "nothing to do; to wait for its end: sso-heal check --wait-lock 1m",
  ], EXIT.temporary);
}
