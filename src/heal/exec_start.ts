// Finds and starts the program that `exec` is for, and says why where that is not possible.
//
// This process may not look at files outside its folders of the home: what the system says to the start of a program tells
// as much.
import { EXIT, UserError } from "../domain/problem.ts";

/** A program, and all that it is given. */
export interface AttachedProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where a program is looked for when PATH is not set at all. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Starts it with our standard input, output and error. A name without "/" is looked for in each folder of PATH in turn, as
 * `execvp` does it: a relative or empty one counts from `cwd`. As its own name (`argv[0]`) the program gets the path where
 * it was found; the runtime cannot give it another.
 *
 * @throws {UserError} exit code 127 when there is no such program, 126 when it cannot be started, as a shell has it.
 */
export function startAttached(attached: AttachedProgram): Deno.ChildProcess {
  const failures: Failure[] = [];
  for (const place of placesOf(attached)) {
    try {
      return start(place, attached);
    } catch (error) {
      failures.push({ place, error });
      if (!isNotHere(error)) break;
    }
  }
  throw whyNot(attached, failures);
}

interface Failure {
  /** A path. */
  readonly place: string;
  readonly error: unknown;
}

function placesOf({ program, cwd, env }: AttachedProgram): string[] {
  if (program === "") return [];
  const absolute = (path: string) => path.startsWith("/") ? path : `${cwd}/${path}`;
  if (program.includes("/")) return [absolute(program)];
  const folders = (env.PATH ?? DEFAULT_PATH).split(":");
  return folders.map((folder) => absolute(folder === "" ? program : `${folder}/${program}`));
}

function start(path: string, { args, cwd, env }: Omit<AttachedProgram, "program">): Deno.ChildProcess {
  return new Deno.Command(path, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...env },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

/** Then the next folder of PATH may have it. */
function isNotHere(error: unknown): boolean {
  const { NotFound, NotADirectory, PermissionDenied } = Deno.errors;
  return [NotFound, NotADirectory, PermissionDenied].some((kind) => error instanceof kind);
}

function whyNot({ program, cwd }: AttachedProgram, failures: readonly Failure[]): UserError {
  const refuse = (why: string, exitCode: 126 | 127, ...hints: string[]) =>
    new UserError(`Cannot run "${program}": ${why}`, hints, exitCode);
  const { notExecutable, notFound } = EXIT;
  const last = failures.at(-1)?.error;
  const message = last instanceof Error ? last.message : String(last);

  if (errorBelow(cwd) instanceof Deno.errors.PermissionDenied) {
    return refuse(`this account may not enter the directory "${cwd}"`, notExecutable, "change to another one");
  }
  if (/No such cwd|cwd is not a directory/.test(message)) {
    return refuse(`the directory "${cwd}" is gone`, notExecutable, "change to another one");
  }
  if (/os error 8\b/.test(message)) {
    const hint = "a script needs a first line such as #!/bin/sh";
    return refuse("it is no program for this machine", notExecutable, hint);
  }
  if (last !== undefined && !isNotHere(last)) return refuse(message, notExecutable);
  if (failures.some((failure) => isForbidden(failure, program))) return refuse("it is not executable", notExecutable);
  const isFile = ({ place, error }: Failure) =>
    error instanceof Deno.errors.NotFound && errorBelow(place) instanceof Deno.errors.NotADirectory;
  if (failures.some(isFile)) {
    return refuse("the interpreter that it names, as in its first line, is not there", notFound);
  }
  return refuse(program.includes("/") ? "there is no such file" : "it is not in PATH", notFound);
}

/** Not where PATH only names a folder that this account may not enter. */
function isForbidden({ place, error }: Failure, program: string): boolean {
  if (!(error instanceof Deno.errors.PermissionDenied)) return false;
  const folder = place.slice(0, place.lastIndexOf("/"));
  return program.includes("/") || !(errorBelow(folder) instanceof Deno.errors.PermissionDenied);
}

/** What the system says of a program that is not there: permission denied, not a directory, or not found. */
function errorBelow(path: string): unknown {
  try {
    return start(`${path}/sso-heal/nothing`, { args: [], cwd: "/", env: {} });
  } catch (error) {
    return error;
  }
}
