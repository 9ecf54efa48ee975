// The outside world for one test: a clock that only sleep and the test move, a throw-away home, a terminal that
// remembers.
import type { Facts, Level, Log } from "../../src/log/log.ts";
import type { System } from "../../src/system/system.ts";

/** The moment at which every fake clock starts. */
export const START = Date.parse("2026-11-20T10:00:00Z");

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface FakeSystem extends System, AsyncDisposable {
  env: Record<string, string | undefined>;
  /** Epoch milliseconds; `sleep` adds to it. */
  clock: number;
  /**
   * Real milliseconds for what races against a sleep that can be called off (a lock against its timeout): the kernel
   * answers in its own time, whatever clock a test has. A test in which the sleep shall win sets it to 0.
   */
  raceMs: number;
  /** Milliseconds of every sleep, in order. */
  readonly sleeps: number[];
  /** Called in every sleep, after the clock moved: what other processes do meanwhile. */
  duringSleep: (ms: number) => void | Promise<void>;
  /** What `random` gives. */
  chance: number;
  readonly printed: { out: string; err: string };
  /** Lines of {@link FakeSystem.log}. */
  readonly logged: { readonly level: Level; readonly message: string; readonly facts?: Facts }[];
  readonly log: Log;
  /** Runs a program; fails the test unless the test sets it. */
  run: System["run"];
  /** Writes a file below the home; folders are made. */
  write(path: string, text: string): void;
  /** Text of a file below the home; undefined when there is none. */
  read(path: string): string | undefined;
}

/** Resolves after `ms` of real time; rejects when called off before. */
async function lose(signal: AbortSignal, ms: number): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  signal.throwIfAborted();
}

/** A fresh world with an empty home, which is removed at the end of the scope (`await using`). */
export async function fakeSystem(env: Record<string, string | undefined> = {}): Promise<FakeSystem> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-home-" }));
  const printed = { out: "", err: "" };
  const logged: { level: Level; message: string; facts?: Facts }[] = [];
  const line = (level: Level) => (message: string, facts?: Facts) => void logged.push({ level, message, facts });
  const system: FakeSystem = {
    home,
    cwd: home,
    env,
    host: "buildhost",
    user: "builder",
    os: "linux",
    clock: START,
    raceMs: 5_000,
    sleeps: [],
    chance: 0.5,
    printed,
    logged,
    duringSleep: () => {},
    run: ({ program, args }) => Promise.reject(new Error(`no program was expected: ${[program, ...args].join(" ")}`)),
    // No methods: callers take them out of the object.
    now: () => system.clock,
    random: () => system.chance,
    sleep: async (ms, signal) => {
      if (signal !== undefined) await lose(signal, system.raceMs);
      system.sleeps.push(ms);
      system.clock += ms;
      await system.duringSleep(ms);
    },
    terminal: {
      out: (text) => void (printed.out += text),
      err: (text) => void (printed.err += text),
      outIsTerminal: false,
      errIsTerminal: false,
      columns: 80,
    },
    log: {
      debug: line("debug"),
      info: line("info"),
      warning: line("warning"),
      error: line("error"),
      close: () => {},
    },
    write(path, text) {
      const full = `${home}/${path}`;
      Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true, mode: 0o700 });
      Deno.writeTextFileSync(full, text, { mode: 0o600 });
    },
    read(path) {
      try {
        return Deno.readTextFileSync(`${home}/${path}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(home, { recursive: true });
    },
  };
  return system;
}
