// The outside world as one interface: clock, chance, terminal, environment, programs. Files are used through `src/store`.
import type { Command, Ran } from "./run_program.ts";

/** Everything a use case needs from outside. Only `main.ts` builds the real one; tests hand in their own. */
export interface System {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
  /** Physical path of the home directory: every file of ours and of AWS lies below it. */
  readonly home: string;
  /** Directory the user started the program in. */
  readonly cwd: string;
  /** The environment, read once at start; the program itself looks at `ENV` of `sandbox/permissions.ts` only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Name of this machine, and of the account this runs under; for people. */
  readonly host: string;
  readonly user: string;
  readonly os: "darwin" | "linux";
  /** Runs a program to its end; see `run_program.ts`. Only commands with the right to do so may call it. */
  run(command: Command): Promise<Ran>;
}

/** Where text goes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether nobody can have read what `err` was given: no reader any more, or the null device. Absent: somebody can. */
  errIsLost?(): Promise<boolean>;
  /** Whether standard output / standard error is a terminal. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal, 80 when unknown. */
  readonly columns: number;
}
