// A clock for the program and the simulator together that runs many times as fast as the real one (libfaketime).
import { BINARY, type Home } from "./home.ts";

/** The program runs under `faketime`, the simulator takes {@link FastClock.now}. Between two runs the clock stands. */
export class FastClock {
  /** Where the clock stands, epoch milliseconds; a run sets it going from there. */
  #at: number;
  #startedAt: number | undefined;

  constructor(readonly rate: number, start = Date.now()) {
    this.#at = start;
  }

  readonly now = (): number =>
    this.#startedAt === undefined ? this.#at : this.#at + (performance.now() - this.#startedAt) * this.rate;

  /** Moves the standing clock. */
  set(at: number): void {
    this.#startedAt = undefined;
    this.#at = at;
  }

  /** Starts the program at the present moment of this clock. */
  start(home: Home, args: readonly string[]): Deno.ChildProcess {
    const offsetS = (this.#at - Date.now()) / 1000;
    this.#startedAt = performance.now();
    const spec = `${offsetS >= 0 ? "+" : ""}${offsetS.toFixed(3)} x${this.rate}`;
    return new Deno.Command("/usr/bin/faketime", {
      args: ["-m", "-f", spec, BINARY, ...args],
      cwd: home.path,
      clearEnv: true,
      env: { ...home.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Real milliseconds until the clock shows `at`. */
  async until(at: number): Promise<void> {
    const ms = (at - this.now()) / this.rate;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The clock stands from here on. */
  stop(): void {
    this.set(this.now());
  }
}
