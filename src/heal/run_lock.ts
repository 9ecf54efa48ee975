// Two checks never do the same work: who has something to do holds this lock, until it waits for a person.
import { formatDuration } from "../domain/duration.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { holderOf, type Lock, tryLock } from "../store/lock.ts";
import { runLockPath } from "../store/paths.ts";
import type { Context } from "./context.ts";

/** On a machine with much to do even a free lock takes its time. */
const LEAST_MS = 1_000;
/** A check ends long before. One that does not was stopped, or hangs on a disk that is gone: no reason to wait for it. */
const STUCK_MS = 12 * 60_000;

/**
 * The lock; of no effect where its holder is stuck, because each session has a lock of its own besides.
 *
 * @throws {UserError} (exit 75) when another check still has it after `waitMs`, and a second at least.
 */
export async function lockRun({ system, log }: Pick<Context, "system" | "log">, waitMs: number): Promise<Lock> {
  const { home, now, sleep } = system;
  const path = runLockPath(home);
  const lock = await tryLock(path, { now, sleep, timeoutMs: Math.max(waitMs, LEAST_MS) });
  if (lock !== undefined) return lock;
  const { pid = "unknown", since } = holderOf(path);
  const heldMs = since === undefined ? 0 : now() - since;
  if (heldMs > STUCK_MS) {
    const held = formatDuration(heldMs);
    log.warning(`another check (process ${pid}) is at work for ${held} and seems stuck: look at it, or kill -9 ${pid}`);
    return { release: () => {} };
  }
  throw new UserError(`Cannot check now: another check is running (process ${pid}), and does the same work`, [
    "nothing to do; to wait for its end: sso-heal check --wait-lock 1m",
  ], EXIT.temporary);
}
