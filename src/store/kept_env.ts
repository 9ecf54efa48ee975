// The variables that `install` kept for the job and that only the account may read.
import { configPaths } from "./paths.ts";

/** None where there is no such file, or it cannot be read: then the check says what it lacks. */
export function readKeptEnv(home: string): Readonly<Record<string, string>> {
  try {
    return parseKeptEnv(Deno.readTextFileSync(configPaths(home).env));
  } catch {
    return {};
  }
}

/** Lines of `NAME="value"`, a backslash before `"`, `$`, a backquote and itself; `NAME=value` and comments are read, too. */
export function parseKeptEnv(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))[ \t\r]*$/gm);
  return Object.fromEntries(
    [...found].map(([, name, double, single, bare]) => [name, double?.replace(/\\(.)/g, "$1") ?? single ?? bare]),
  );
}
