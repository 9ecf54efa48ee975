// Changes our own record of a session without losing what another process noted meanwhile.
import { withLock } from "../store/lock.ts";
import { sessionLockPath } from "../store/paths.ts";
import { readSessionRecord, saveSessionRecord, type SessionRecord } from "../store/session_record.ts";
import type { System } from "../system/system.ts";

const LOCK_MS = 20_000;

/** Applies `change` to the stored record under the session's lock, and saves it if it is another one then. */
export async function updateRecord(
  system: System,
  name: string,
  change: (record: SessionRecord) => SessionRecord,
): Promise<void> {
  await withSessionLock(system, name, LOCK_MS, () => updateRecordLocked(system, name, change));
}

/** The same for a caller that holds the lock. */
export async function updateRecordLocked(
  system: System,
  name: string,
  change: (record: SessionRecord) => SessionRecord,
): Promise<void> {
  await saveSessionRecord(system.home, change(readSessionRecord(system.home, name).record));
}

/** Runs `body` as the only one on this machine that refreshes the session or changes its record. */
export function withSessionLock<T>(
  system: System,
  name: string,
  timeoutMs: number,
  body: () => Promise<T>,
): Promise<T> {
  const { now, sleep } = system;
  return withLock(sessionLockPath(system.home, name), { timeoutMs, now, sleep }, body);
}
