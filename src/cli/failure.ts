// The only place that puts failures into words and gives them an exit code.
import { EXIT, type ExitCode, UserError } from "../domain/problem.ts";
import { clean } from "../render/cells.ts";
import { redact } from "../log/redact.ts";
import { awsPaths, configPaths, statePaths } from "../store/paths.ts";
import { OutputClosed } from "./stop.ts";

/** What to print on standard error, and how to end. */
export interface Failure {
  /** Whole lines; empty when the end is to be quiet. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * Words for whatever was thrown: one line that begins with the name of the program, and the ways out below it. A stack
 * trace only with `debug`.
 */
export function describeFailure(error: unknown, debug = false): Failure {
  const { message, hints, exitCode } = wordsFor(error);
  if (error instanceof OutputClosed) return { text: "", exitCode };
  const lines = [`sso-heal: ${line(message)}`, ...hints.map((hint) => `  → ${line(hint)}`)];
  if (debug && error instanceof Error && error.stack !== undefined) lines.push(...stackOf(error));
  return { text: lines.map((text) => `${text}\n`).join(""), exitCode };
}

interface Words {
  readonly message: string;
  readonly hints: readonly string[];
  readonly exitCode: ExitCode;
}

function wordsFor(error: unknown): Words {
  if (error instanceof UserError) return error;
  if (error instanceof Deno.errors.NotCapable) return outsideSandbox(error);
  const message = error instanceof Error ? error.message : String(error);
  // The operating system said no (EACCES, ENOSPC, …): its words name the file.
  if (error instanceof Error && isSystemError(error)) return { message, hints: [], exitCode: EXIT.failed };
  return {
    message: `Unexpected failure: ${message}`,
    hints: ["this is a bug in sso-heal; please report it with the output of the same command and --log-level debug"],
    exitCode: EXIT.failed,
  };
}

function isSystemError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code);
}

/**
 * A file outside what the binary may touch. Deno's message is `Requires read access to "/path", …`; other kinds of
 * access are a fault of the program.
 */
function outsideSandbox(error: Error): Words {
  const [, access, path] = /(read|write) access to "([^"]+)"/.exec(error.message) ?? [];
  if (path === undefined) {
    return {
      message: `Not permitted: ${error.message.split(",")[0]}`,
      hints: ["this is a bug in sso-heal: a part of it asked for more than its sandbox allows"],
      exitCode: EXIT.failed,
    };
  }
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
  const granted = [awsPaths, configPaths, statePaths].map((paths) => paths("~").dir);
  return {
    message: `Cannot ${access} "${path}": it is outside ${granted.slice(0, -1).join(", ")} and ${granted.at(-1)}, ` +
      "the folders that this binary may touch",
    hints: [
      `link the folder into one of them (ln -s ${folder} ~/.aws/linked) and name the file by that way`,
      "or add the folder to src/sandbox/permissions.ts and build sso-heal again",
    ],
    exitCode: EXIT.failed,
  };
}

function stackOf(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((text) => /^\s+at /.test(text)).map((text) =>
    `    ${line(text.trim())}`
  );
}

/** Foreign words must neither steer the terminal nor carry a secret. */
function line(text: string): string {
  return redact(clean(text));
}
