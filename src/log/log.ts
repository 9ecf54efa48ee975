// What happened, for people: JSON lines in a file that rotates, short lines on standard error.
import { formatInstant } from "../domain/instant.ts";
import type { System } from "../system/system.ts";
import { redact, redactedJson } from "./redact.ts";
import { isDue, rotate } from "./rotation.ts";

/** From the most to the least. */
export const LEVELS = ["debug", "info", "warning", "error"] as const;
export type Level = typeof LEVELS[number];

/** Facts beside the message. `Secret` values print as `[redacted]`. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warning(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** To be called at the end of the run, for a log that keeps something open; the one below does not. */
  close(): void;
}

export interface LogOptions {
  /** Absolute path of the log file; former ones are beside it, see `rotation.ts`. */
  readonly file: string;
  /** The least level that goes to standard error. The file gets that too, and everything from `info` on. */
  readonly level: Level;
  readonly system: Pick<System, "now" | "terminal">;
}

/** The level that the options `--log-level`, `-q` and `-v` ask for; the first of them that is given counts. */
export function chooseLevel(asked: { logLevel?: Level; quiet?: boolean; verbose?: boolean }): Level {
  if (asked.logLevel !== undefined) return asked.logLevel;
  if (asked.quiet) return "error";
  return asked.verbose ? "debug" : "warning";
}

/**
 * A log that touches its file (0600, folder 0700) only with the first line. Every line passes {@link redact}. Nothing
 * here throws: when the file cannot be written, one warning goes to standard error and the run goes on without it.
 */
export function createLog({ file, level, system }: LogOptions): Log {
  const toTerminal = LEVELS.indexOf(level);
  const toFile = Math.min(toTerminal, LEVELS.indexOf("info"));
  let broken = false;

  function write(at: Level, message: string, facts?: Facts): void {
    const rank = LEVELS.indexOf(at);
    if (rank >= toTerminal) system.terminal.err(`sso-heal: ${at}: ${oneLine(message)}\n`);
    if (rank < toFile || broken) return;
    try {
      const now = system.now();
      append(file, lineOf({ at: formatInstant(now), level: at, pid: Deno.pid, message }, facts), now);
    } catch (error) {
      broken = true;
      // A command that only reads has given up its right to write, and logs nothing.
      if (error instanceof Deno.errors.NotCapable) return;
      const state = error instanceof Error ? error.message : "unknown error";
      system.terminal.err(`sso-heal: warning: going on without the log "${file}": ${oneLine(state)}\n`);
    }
  }

  return {
    debug: (message, facts) => write("debug", message, facts),
    info: (message, facts) => write("info", message, facts),
    warning: (message, facts) => write("warning", message, facts),
    error: (message, facts) => write("error", message, facts),
    close: () => {},
  };
}

/** The own fields stand twice, so that they come first and no fact takes their place. */
function lineOf(own: Facts, facts?: Facts): string {
  try {
    return redactedJson({ ...own, ...facts, ...own }) + "\n";
  } catch {
    // Facts that refer to themselves are no JSON; the message is worth more than they are.
    return redactedJson(own) + "\n";
  }
}

/** Foreign words in a message can neither forge a second line nor steer the terminal. */
function oneLine(message: string): string {
  return redact(message.replace(/\p{Cc}+/gu, " "));
}

/**
 * Adds one line to the file at `path`, which is opened for each line: nothing is to be closed at the end, and a file
 * that another process has just rotated is followed. A line is one write at the end of the file, so that the lines of
 * processes that run at the same time do not mix.
 */
function append(path: string, line: string, now: number): void {
  const present = look(path);
  if (present !== undefined && isDue(present, line.length, now)) rotate(path, line.length, now);
  const options = { append: true, mode: 0o600 } as const;
  try {
    Deno.writeTextFileSync(path, line, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(path, line, options);
  }
}

/** Undefined for a file that is not there or cannot be looked at: then the write says what is wrong. */
function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
