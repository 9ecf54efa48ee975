// Starts this very program again, for a command that stays: what it has given up at start, a check of its own still gets.
import { sendSignal } from "./send_signal.ts";

/** A run of this program as a child. */
export interface SelfRun {
  readonly pid: number;
  /** Resolves at its end; `signal` names what killed it. */
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Does nothing once it has ended. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/**
 * Starts it in `home`, with our environment, our standard output and error, and nothing to read.
 *
 * @throws what the system says when it cannot be started.
 */
export function startSelf(args: readonly string[], home: string): SelfRun {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: home,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return {
    pid: child.pid,
    ended: child.status,
    kill: (signal) => sendSignal(child, signal),
  };
}
