// Something that only a person can repair, and the error that carries it to the command line.

/** One thing that is wrong: what, where, and the way out. Never holds a secret. */
export interface Problem {
  /** Stable PascalCase word, for JSON. */
  readonly code: string;
  /** One sentence: the action, the thing, the state. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Absolute path of the file it is in. */
  readonly file?: string;
  /** Line in that file, from 1. */
  readonly line?: number;
}

/** Exit codes, the same for every command; the last two are for `exec`, as every shell has them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  login: 4,
  temporary: 75,
  notExecutable: 126,
  notFound: 127,
} as const;
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** A failure whose text is meant for the user: it is shown without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";

  constructor(message: string, readonly hints: readonly string[] = [], readonly exitCode: ExitCode = EXIT.failed) {
    super(message);
  }
}
