// What can be wrong with a file of AWS as a whole; loaded only when something is.
import type { Problem } from "../domain/problem.ts";
import type { AwsFile, AwsFileKind } from "./config_file.ts";
import { wordFailure } from "./read_failure.ts";
import type { ReadFailure } from "./read_file.ts";
import { problemAt } from "./setting_checks.ts";
import { quoted } from "./wording.ts";

/** The file is there, but cannot be read. */
export function unreadable(kind: AwsFileKind, path: string, failure: ReadFailure): Problem {
  const code = `${kind === "config" ? "Config" : "Credentials"}${failure.code}`;
  const { why, hint } = wordFailure(path, failure);
  return { code, message: `Cannot read the AWS ${kind} file: ${why}`, hint, file: path };
}

/** There is no such file, and its path holds a `$` that was not replaced. */
export function unknownVariable(kind: AwsFileKind, path: string): Problem {
  return {
    code: "UnknownVariable",
    message: `Cannot read the AWS ${kind} file: ${quoted(path)} names a variable that is not known here`,
    hint: "write the whole path; only variables that AWS clients honour and HOME are looked up",
    file: path,
  };
}

/** Lines of a file that belong to no section, although somebody meant them to. */
export function misreadFile(file: AwsFile): Problem[] {
  return [...strayProblems(file), ...openHeaders(file)];
}

function* strayProblems({ path, document }: AwsFile): Generator<Problem> {
  const line = document.strayLines.find((line) => document.lines[line - 1].trimStart().startsWith("sso_"));
  if (line === undefined) return;
  const message = `Cannot read ${quoted(path)} whole: settings of SSO stand before the first [section]`;
  yield problemAt(
    { file: path, line },
    "OutsideSection",
    message,
    "put a header such as [profile NAME] above this line",
  );
}

function* openHeaders({ path, document }: AwsFile): Generator<Problem> {
  for (const { header, line } of document.sections) {
    if (header !== undefined) continue;
    const message = `Cannot read ${quoted(path)} whole: a header is not of the form [NAME]`;
    yield problemAt(
      { file: path, line },
      "OpenHeader",
      message,
      "correct it: until then the keys below belong to no section",
    );
  }
}
