// Runs the program that `exec` is for, as if it had been started in its place: terminal, signals and exit code are its own.
import { EXIT, UserError } from "../domain/problem.ts";
import { ignoredSignals } from "../system/ignored_signals.ts";

/** A program, and all that it is given. */
export interface AttachedProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

const SIGNALS: readonly Deno.Signal[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"];
/** The keys of a terminal reach the program without us; a second SIGINT at once means "at any price" to many. */
const KEYS: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT"];

/**
 * Runs it to its end, with our standard input, output and error, and gives its exit code; 128 + n when signal n ended it.
 *
 * Signals to this process are passed on; one that it was started to ignore (`nohup`) stays ignored. SIGINT and SIGQUIT
 * are not passed on where any of the three streams is a terminal: nothing here can see whether a key or `kill` sent them.
 *
 * @throws {UserError} exit code 127 when there is no such program, 126 when it cannot be started, as a shell has it.
 */
export async function runAttached(attached: AttachedProgram): Promise<number> {
  const { program, args, cwd, env } = attached;
  const atTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
  let child: Deno.ChildProcess | undefined;
  const ignored = ignoredSignals(SIGNALS);
  const listeners = SIGNALS.filter((signal) => !ignored.includes(signal)).map((signal) => {
    const isKey = atTerminal && KEYS.includes(signal);
    return [signal, isKey ? () => {} : () => send(child, signal)] as const;
  });
  // Before the start, so that none can end this process alone.
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  try {
    child = new Deno.Command(program, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: { ...env },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    return (await child.status).code;
  } catch (error) {
    throw notStarted(attached, error);
  } finally {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  }
}

function send(child: Deno.ChildProcess | undefined, signal: Deno.Signal): void {
  try {
    child?.kill(signal);
  } catch (error) {
    // Deno says so of a child that has ended; the system of one that ended this moment.
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function notStarted({ program, cwd }: AttachedProgram, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  const subject = `Cannot run "${program}"`;
  if (/No such cwd|cwd is not a directory/.test(message)) {
    return new UserError(`${subject}: the directory "${cwd}" is gone`, ["change to another one"], EXIT.notExecutable);
  }
  if (error instanceof Deno.errors.NotFound) {
    const why = program.includes("/") ? "there is no such file, or not what its first line names" : "it is not in PATH";
    return new UserError(`${subject}: ${why}`, [], EXIT.notFound);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new UserError(`${subject}: it is not executable`, [], EXIT.notExecutable);
  }
  if (/os error 8\b/.test(message)) {
    const hint = "a script needs a first line such as #!/bin/sh";
    return new UserError(`${subject}: it is no program for this machine`, [hint], EXIT.notExecutable);
  }
  return new UserError(`${subject}: ${message}`, [], EXIT.notExecutable);
}
