// How a command declares itself: the one declaration that feeds parser, help and completion.
import type { Context } from "../heal/context.ts";
import { LEVELS } from "../log/log.ts";

/**
 * One option, by what it takes. `help` is one clause without a full stop; `value` is the word that help shows for what
 * is to be given.
 */
export type Option =
  /** Takes nothing; false when not given. */
  | { readonly kind: "flag"; readonly short?: string; readonly help: string }
  /** May be given more than once. */
  | { readonly kind: "list"; readonly short?: string; readonly value: string; readonly help: string }
  /** `90s`, `10m`, `4h`, `7d`; milliseconds. */
  | {
    readonly kind: "duration";
    readonly short?: string;
    readonly value: string;
    readonly help: string;
    /** What holds when it is not given, written as a person would; help shows it. */
    readonly fallback?: string;
    readonly leastMs?: number;
  }
  /** The words that are no options, in their order; there can be one such row, called `words`. */
  | {
    readonly kind: "words";
    readonly short?: undefined;
    readonly value: string;
    readonly help: string;
    /** Only those behind `--` are meant: what stands before it could be taken for options of ours. */
    readonly behindDashes?: true;
  }
  | { readonly kind: "choice"; readonly short?: string; readonly choices: readonly string[]; readonly help: string };

/** The options of a command by their long name, in the order of its help. */
export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { kind: "flag" } ? boolean
  : O extends { kind: "list" } ? readonly string[]
  : O extends { kind: "words" } ? readonly string[]
  : O extends { kind: "duration"; fallback: string } ? number
  : O extends { kind: "duration" } ? number | undefined
  : O extends { kind: "choice"; choices: readonly (infer Word)[] } ? Word | undefined
  : never;

/** What the command line gave for each option. */
export type Given<T extends Options> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

/** Taken by every command; a command may declare one of them itself to say what it means there. */
export const EVERYWHERE = {
  verbose: { kind: "flag", short: "v", help: "say on standard error what is done" },
  quiet: { kind: "flag", short: "q", help: "print only what needs attention" },
  "log-level": {
    kind: "choice",
    choices: LEVELS,
    help: "how much to say on standard error (default: warning)",
  },
  help: { kind: "flag", short: "h", help: "show this help" },
} as const satisfies Options;

/** One command line that works as it stands, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** What a command is given besides its options. */
export interface CommandContext extends Context {
  /**
   * Aborted when the user or the service manager asks the program to end. Listening begins with the first call: until
   * then such a signal ends the process at once, which is fine as long as it has not begun anything.
   * With `notice`, which is said then, only the first signal is heard.
   */
  stopSignal(notice?: string): AbortSignal;
}

/** A command; its name and summary are its row in `registry.ts`, so that they are known without loading it. */
export interface Command<T extends Options = Options> {
  readonly options: T;
  readonly examples: readonly Example[];
  /** A paragraph for its help, where the options do not say it all. */
  readonly details?: string;
  /** Gives the exit code: one of `EXIT` in domain/problem.ts, for `exec` that of its program. */
  run(context: CommandContext, given: Given<T> & Given<typeof EVERYWHERE>): Promise<number>;
}

/** Types the options that `run` gets by the declaration itself. */
export function defineCommand<const T extends Options>(command: Command<T>): Command<T> {
  return command;
}
