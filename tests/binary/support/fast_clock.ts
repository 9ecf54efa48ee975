// A clock for the program and the simulator together: it can be set, and run many times as fast as the real one.
import { BINARY, type Ended, type Home } from "./home.ts";

/** The library behind faketime(1). Loaded without that command, so that a signal reaches the program itself. */
const LIBRARY = "faketime/libfaketimeMT.so.1";

/** The program runs by libfaketime, the simulator by {@link FastClock.now}. Between two runs the clock stands. */
export class FastClock {
  /** Where the clock stands, epoch milliseconds; a run sets it going from there. */
  #at: number;
  #startedAt: number | undefined;

  /** At a high `rate` the program's own time-outs are short: 10 s of its time are a quarter of a second at 40. */
  constructor(readonly rate = 1, start = Date.now()) {
    this.#at = start;
  }

  readonly now = (): number =>
    this.#startedAt === undefined ? this.#at : this.#at + (performance.now() - this.#startedAt) * this.rate;

  /** The clock stands, at `at`. */
  set(at: number): void {
    this.#startedAt = undefined;
    this.#at = at;
  }

  /** Moves the clock, which then stands. */
  pass(ms: number): void {
    this.set(this.now() + ms);
  }

  /** Starts the program, and with it the clock, if that does not run already. */
  start(home: Home, args: readonly string[], env: Readonly<Record<string, string>> = {}): Deno.ChildProcess {
    const offsetS = (this.now() - Date.now()) / 1000;
    if (this.#startedAt === undefined) this.#startedAt = performance.now();
    return new Deno.Command(BINARY, {
      args: [...args],
      cwd: home.path,
      clearEnv: true,
      env: {
        ...home.env,
        ...env,
        LD_PRELOAD: library(),
        FAKETIME: `${offsetS >= 0 ? "+" : ""}${offsetS.toFixed(3)} x${this.rate}`,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs the program to its end; the clock stands after it. */
  async run(home: Home, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
    const ended = await endOf(this.start(home, args, env));
    this.pass(0);
    return ended;
  }

  /** Waits until the running clock shows `at`. */
  async until(at: number): Promise<void> {
    const ms = (at - this.now()) / this.rate;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** What became of a program that was started. */
export async function endOf(child: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

function library(): string {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    const path = `/usr/lib/${name}/${LIBRARY}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
  throw new Error("There is no libfaketime: apt-get install faketime");
}
