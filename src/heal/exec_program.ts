// Runs the program that `exec` is for, as if it had been started in its place: terminal, signals and exit code are its own.
import { PassedSignals } from "./exec_signals.ts";
import { type AttachedProgram, startAttached } from "./exec_start.ts";

/**
 * Runs it to its end, with our standard input, output and error, and gives its exit code; 128 + n when signal n ended it.
 * Signals reach it as {@link PassedSignals} says, and go on being heard: one that comes late must not change the exit code.
 *
 * @param signals for whoever goes on afterwards, and is to end them
 * @throws {UserError} as {@link startAttached} does.
 */
export async function runAttached(attached: AttachedProgram, signals?: PassedSignals): Promise<number> {
  // Before the start, so that none can end this process alone.
  const passed = signals ?? await PassedSignals.listen();
  const child = startAttached(attached);
  passed.passTo(child);
  return await exitCodeOf(child);
}

async function exitCodeOf(child: Deno.ChildProcess): Promise<number> {
  try {
    return (await child.status).code;
  } catch (error) {
    // The runtime knows no name for a real-time signal.
    const [, signal] = /^Invalid signal: (\d+)$/.exec((error as Error).message) ?? [];
    if (signal === undefined) throw error;
    return 128 + Number(signal);
  }
}
