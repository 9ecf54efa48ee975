// Texts of others inside unit files: each place of a unit has its own rules for what is special.
//
// Proved against systemd 252 by tests/service/units_test.ts: what goes in is what systemd says it understood.
import { UserError } from "../domain/problem.ts";

/** `name` as a part of a unit's name, as `systemd-escape` writes it. */
export function unitWord(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return Array.from(bytes, (byte, index) => {
    const char = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9:_]/.test(char) || (char === "." && index > 0);
    return plain ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

/**
 * A path that is the whole value: `User=`, `WorkingDirectory=`, `EnvironmentFile=`, conditions. Only `%` is special
 * there, but no sign can be quoted.
 *
 * @throws {UserError} for what systemd would read otherwise.
 */
export function wholeValue(text: string): string {
  if (text !== text.trim() || text.endsWith("\\")) refuse(text, "a space or backslash at its end means something else");
  return specifiers(text);
}

/** One word of a list: `BindPaths=`, `ReadWritePaths=`, `RequiresMountsFor=`. More may be written right behind it. */
export function listWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `"${backslashes(specifiers(text))}"`;
}

/** `TemporaryFileSystem=`: read twice, first as words, then up to a colon. */
export function mountWord(path: string, options: string): string {
  if (path.includes(":")) refuse(path, "no colon can stand there");
  return listWord(`${path.replaceAll("\\", "\\\\")}:${options}`);
}

/**
 * The program of `ExecStart=`. Its variables are not filled in, unlike those of the arguments.
 *
 * @throws {UserError} for quotes and backslashes: systemd takes none in the name of a program.
 */
export function programWord(path: string): string {
  if (/["'\\]/.test(path)) refuse(path, "no quote or backslash can stand in the name of a program");
  return listWord(path);
}

/**
 * `Environment=`.
 *
 * @throws {UserError} for a name that is none, and for control characters other than a tab in the value.
 */
export function assignment(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) refuse(name, "it is no name of a variable");
  return listWord(`${name}=${value}`);
}

function specifiers(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) refuse(text, "it holds a line break or another control character");
  return text.replaceAll("%", "%%");
}

function backslashes(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

function refuse(text: string, why: string): never {
  // A value may be a secret of somebody: only its kind is said where it is long.
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 20)}…` : text);
  throw new UserError(`Cannot write ${shown} into a systemd unit: ${why}`, ["choose another path, name or value"]);
}
