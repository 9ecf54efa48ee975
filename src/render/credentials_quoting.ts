// Values as each shell reads them back unchanged: bare where that is safe, as the AWS CLI writes them, else quoted.
import { UserError } from "../domain/problem.ts";

/** Nothing in it means anything to any shell. A `=` at the start, or behind `:`, is a command's name to zsh. */
const BARE = /^(?!=)(?!.*:=)[A-Za-z\d_@+=:,./-]+$/;

/** One word of sh, bash, zsh, dash: within single quotes nothing but the quote itself is special. */
export function posixWord(value: string): string {
  return BARE.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** One word of fish, where a backslash counts within single quotes, before a quote or another one. */
export function fishWord(value: string): string {
  return BARE.test(value) ? value : `'${value.replace(/[\\']/g, "\\$&")}'`;
}

const POWERSHELL_ESCAPES: Readonly<Record<string, string>> = { "\n": "`n", "\r": "`r" };

/**
 * A string of PowerShell in double quotes. On one line, because `… | Invoke-Expression` runs line by line; typographic
 * quotes end a string too (about_Quoting_Rules).
 */
export function powershellString(value: string): string {
  return `"${value.replace(/[`$"\u201c-\u201e\r\n]/g, (char) => POWERSHELL_ESCAPES[char] ?? `\`${char}`)}"`;
}

/**
 * A `set` of cmd.exe. Its quotes around name and value keep `& | < > ^` from being read as commands; a percent sign, an
 * exclamation mark, a quote or a line break cannot be written so that a batch file, `for /f` and the prompt all read
 * the same.
 *
 * @throws {UserError} for these
 */
export function cmdAssignment(name: string, value: string): string {
  if (BARE.test(value)) return `set ${name}=${value}`;
  refuse("windows-cmd", /[%!"\r\n]/, name, value);
  return `set "${name}=${value}"`;
}

/**
 * A line of an `.env` file, bare or in single quotes, which no reader is known to look into. What the dialects (docker
 * compose, dotenv for Node.js, Python, Ruby) read differently even so is refused.
 *
 * @throws {UserError} for these
 */
export function dotenvAssignment(name: string, value: string): string {
  if (BARE.test(value)) return `${name}=${value}`;
  refuse("dotenv", /['\\$\r\n]/, name, value);
  return `${name}='${value}'`;
}

/** The value is not shown: it is a secret. */
function refuse(format: string, unwritable: RegExp, name: string, value: string): void {
  const char = unwritable.exec(value)?.[0];
  if (char === undefined) return;
  throw new UserError(`Cannot write ${name} for ${format}: its value holds ${JSON.stringify(char)}`, [
    "choose another format: json can hold everything",
  ]);
}
