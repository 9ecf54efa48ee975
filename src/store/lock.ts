// One at a time across processes: the kernel's file lock, which dies with its holder.
import { EXIT, UserError } from "../domain/problem.ts";
import type { System } from "../system/system.ts";
import { inFolder } from "./folder.ts";
import { writeFailure } from "./write_failure.ts";

const MOMENT_MS = 50;
const TURNS = 10;

/** How long to wait for a lock, and on whose clock. A `System` spread into it serves. */
export interface LockWait extends Pick<System, "now" | "sleep"> {
  /** 0 tries once. */
  readonly timeoutMs: number;
}

/** A lock that is held. */
export interface Lock {
  /** Lets the next one in; a second call does nothing. */
  release(): void;
}

/** Another process (or another part of this one) holds the lock: try again later. */
export class LockHeld extends UserError {
  constructor(readonly path: string) {
    const holder = readHolder(path);
    super(
      `Cannot go on: another sso-heal is at work (it holds "${path}")`,
      ["try again in a minute", `see who it is: ${holder === undefined ? `fuser "${path}"` : `ps -p ${holder}`}`],
      EXIT.temporary,
    );
  }
}

/** Runs `body` under the lock at `path`; see {@link acquireLock}. Released also when `body` throws. */
export async function withLock<T>(path: string, wait: LockWait, body: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(path, wait);
  try {
    return await body();
  } finally {
    lock.release();
  }
}

/** The same, but undefined when somebody else has it: see {@link acquireLock}. */
export async function tryLock(path: string, wait: LockWait): Promise<Lock | undefined> {
  try {
    return await acquireLock(path, wait);
  } catch (error) {
    if (error instanceof LockHeld) return undefined;
    throw error;
  }
}

/**
 * Takes the exclusive lock at `path` (absolute; a file of mode 0600 that is made when missing and never removed).
 *
 * Promised: at most one holder among all processes of this machine, and among the callers inside one process; the
 * kernel frees it when the holder ends in whatever way (exit, `kill -9`, power cut), so there is no stale lock to clean
 * up; a child process does not inherit it.
 *
 * The caller must: look again at what it guards after it got the lock, and not take the same lock twice (it would wait
 * for itself).
 *
 * Limits: only sso-heal honours it (no AWS client locks its caches); on a network file system it excludes other
 * machines only if that file system carries `flock`; waiting is not first come, first served.
 *
 * @throws {LockHeld} when somebody else still has it after `timeoutMs`, {@link UserError} when the file cannot be made,
 * and the reason of `sleep` when that is called off.
 */
export async function acquireLock(path: string, wait: LockWait): Promise<Lock> {
  const giveUpAt = wait.now() + wait.timeoutMs;
  for (;;) {
    const file = openLockFile(path);
    let kept = false;
    try {
      const timeoutMs = Math.max(0, giveUpAt - wait.now());
      if (!await lockBefore(file, path, timeoutMs, wait)) throw new LockHeld(path);
      kept = isStillAt(file, path);
      if (kept) return hold(file);
    } finally {
      // A request that waits in the kernel cannot be called off. But once the file is closed here, the kernel drops the
      // lock the moment it grants it, so a lock won too late is free at once. Until then only the event loop is kept.
      if (!kept) file.close();
    }
  }
}

function openLockFile(path: string): Deno.FsFile {
  try {
    return inFolder(path, () => Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 }));
  } catch (error) {
    throw writeFailure(error, { path });
  }
}

/** Leaves the process id for the message of {@link LockHeld}; it is a hint for people and decides nothing. */
function hold(file: Deno.FsFile): Lock {
  const line = new TextEncoder().encode(`${Deno.pid}\n`);
  try {
    file.writeSync(line);
    file.truncateSync(line.length);
  } catch {
    // A full disk does not take the lock away.
  }
  let held = true;
  return {
    release() {
      if (held) file.close();
      held = false;
    },
  };
}

function readHolder(path: string): string | undefined {
  return holderOf(path).pid;
}

/** Who holds the lock at `path`, or did last, and since when (epoch milliseconds); a hint that decides nothing else. */
export function holderOf(path: string): { readonly pid?: string; readonly since?: number } {
  try {
    const pid = /^[0-9]+/.exec(Deno.readTextFileSync(path))?.[0];
    return { pid, since: Deno.statSync(path).mtime?.getTime() };
  } catch {
    return {};
  }
}

/** Whether the lock came within `timeoutMs`. Deno 2.4 has no `tryLock`, so a blocking request races a clock. */
async function lockBefore(file: Deno.FsFile, path: string, timeoutMs: number, wait: LockWait): Promise<boolean> {
  const won = file.lock(true).then(() => true);
  // Whichever loses a race may still fail later, and nobody waits for it then.
  won.catch(() => {});
  if (await comesAtOnce(won, path)) return true;
  if (timeoutMs === 0) return false;
  const calledOff = new AbortController();
  const tooLate = wait.sleep(timeoutMs, calledOff.signal).then(() => false);
  tooLate.catch(() => {});
  try {
    return await Promise.race([won, tooLate]);
  } finally {
    calledOff.abort();
  }
}

/** Whether the lock is free. The answer takes a moment of real time, whatever clock the caller has: a thread asks. */
async function comesAtOnce(won: Promise<boolean>, path: string): Promise<boolean> {
  const moment = Promise.withResolvers<boolean>();
  const timer = setTimeout(moment.resolve, MOMENT_MS, false);
  try {
    if (await Promise.race([won, moment.promise])) return true;
  } finally {
    clearTimeout(timer);
  }
  // On a busy machine the timer can be delivered before an answer that is older: let the answers that wait come in.
  for (let turn = 0; turn < TURNS; turn++) {
    const answer = Deno.lstat(path).then(() => false, () => false);
    if (await Promise.race([won, answer])) return true;
  }
  return false;
}

/** False when somebody removed or replaced the lock file meanwhile: then the lock we hold guards nothing. */
function isStillAt(file: Deno.FsFile, path: string): boolean {
  try {
    const [ours, current] = [file.statSync(), Deno.statSync(path)];
    return ours.ino === current.ino && ours.dev === current.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    // Newer runtimes ask for the right to read the physical path, which no grant covers behind a linked folder.
    if (error instanceof Deno.errors.NotCapable) return true;
    throw error;
  }
}
