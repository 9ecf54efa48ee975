// A lock that another process holds, for tests of what waits for it.
import { acquireLock } from "../../src/store/lock.ts";
import type { FakeSystem } from "./fake_system.ts";

export interface HeldLock extends AsyncDisposable {
  /** May be called again. */
  release(): void;
}

/** Holds the lock at `path` until the end of the scope (`await using`); whoever waits for it gives up at once. */
export async function holdLock(system: FakeSystem, path: string): Promise<HeldLock> {
  system.raceMs = 0;
  const { now, sleep } = system;
  const lock = await acquireLock(path, { now, sleep, timeoutMs: 0 });
  return {
    release: () => lock.release(),
    async [Symbol.asyncDispose]() {
      lock.release();
      await locksEnd();
    },
  };
}

/** Deno asks the kernel for locks in threads, which end a moment after the lock was let go: no test may end before. */
export async function locksEnd(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
}
