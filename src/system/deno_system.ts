// The real outside world: the clock, chance and terminal of the running process.
import { UserError } from "../domain/problem.ts";
import type { System, Terminal } from "./system.ts";

/** What `sandbox/enter.ts` found at start. */
type Place = Pick<System, "home" | "cwd" | "env" | "host" | "user">;

/** How the process is told to stop, and tells that nobody reads its output any more. */
export interface Ending {
  /** Every {@link System.sleep} under way rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Called once, when the reader of standard output has gone (`| head -1`); later output is dropped. */
  onOutputClosed?(): void;
}

/** The {@link System} of this process. */
export function denoSystem(place: Place, ending: Ending = {}): System {
  return {
    home: place.home,
    cwd: place.cwd,
    env: place.env,
    host: place.host,
    user: place.user,
    os: Deno.build.os === "darwin" ? "darwin" : "linux",
    terminal: denoTerminal(ending),
    now: () => Date.now(),
    sleep: (ms, signal) => sleep(ms, [signal, ending.signal]),
    random: () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32,
    run: async (command) => await (await import("./run_program.ts")).runProgram(command),
  };
}

function denoTerminal(ending: Ending): Terminal {
  let outIsOpen = true;
  let errIsOpen = true;
  return {
    out(text) {
      if (!outIsOpen) return;
      outIsOpen = writeAll(Deno.stdout, text);
      if (!outIsOpen) ending.onOutputClosed?.();
    },
    err(text) {
      try {
        if (errIsOpen) errIsOpen = writeAll(Deno.stderr, text);
      } catch {
        errIsOpen = false; // there is no other place to say so
      }
    },
    errIsLost: async () => !errIsOpen || await (await import("./null_device.ts")).isNullDevice(2),
    get outIsTerminal() {
      return Deno.stdout.isTerminal();
    },
    get errIsTerminal() {
      return Deno.stderr.isTerminal();
    },
    get columns() {
      return columnsOf(Deno.consoleSize);
    },
  };
}

/** The width that `measure` gives, or 80 where there is no terminal or it does not know (0). */
export function columnsOf(measure: () => { columns: number }): number {
  try {
    return measure().columns || 80;
  } catch {
    return 80;
  }
}

/**
 * Writes the whole of `text`: one call may take only a part of it, and a pipe that someone made non-blocking may be
 * full for a moment. False when the reader has gone.
 *
 * @throws {UserError} for any other error of the stream, such as a full disk behind a redirection.
 */
export function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(stream.writeSync(rest));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) {
        throw new UserError(`Cannot write the output: ${error instanceof Error ? error.message : error}`);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  return true;
}

/** The longest that one timer can wait (24.8 days); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `ms`, or rejects with the reason of the first signal that is aborted. */
export function sleep(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const given = signals.filter((signal) => signal !== undefined);
  const aborted = given.find((signal) => signal.aborted);
  if (aborted !== undefined) return Promise.reject(aborted.reason);

  const settle = () => {
    clearTimeout(timer);
    for (const signal of given) signal.removeEventListener("abort", stop);
  };
  const stop = (event: Event) => {
    settle();
    reject((event.target as AbortSignal).reason);
  };
  const timer = setTimeout(() => {
    settle();
    resolve();
  }, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
  for (const signal of given) signal.addEventListener("abort", stop);
  return promise;
}
