// The file with the variables that only the account may read: a check of the job reads it (`store/kept_env.ts`), and
// systemd's `EnvironmentFile=` and sh take it alike.
import { UserError } from "../domain/problem.ts";
import type { Job } from "../domain/service.ts";
import { managedFile } from "./managed_file.ts";
import { MANAGED, type UnitFile } from "./manager.ts";

const HEADER =
  `# ${MANAGED}\n# Variables of each check, written by: sso-heal install. Nobody else may read this file.\n`;
const MODE = 0o600;

/** What both readers take out of double quotes only after a backslash. */
const SPECIAL = /[\\"$`]/g;

/** The file of the variables of `job.secretEnv`; without any it is not to be there. */
export function envFileOf({ envFile, secretEnv }: Pick<Job, "envFile" | "secretEnv">): UnitFile {
  return managedFile(envFile, MODE, () => envFileText(secretEnv));
}

/**
 * The text of the file, names in order, so that the same variables always give the same bytes.
 *
 * @throws {UserError} for a name or a value that no such file can hold; it does not show the value.
 */
export function envFileText(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).sort(([one], [other]) => one < other ? -1 : 1).map(([name, value]) => {
    checkVariable(name, value);
    return `${name}="${value.replace(SPECIAL, "\\$&")}"\n`;
  });
  return HEADER + lines.join("");
}

/**
 * @throws {UserError} unless `name` is one of a variable, and `value` fits on a line: systemd before 256 refuses control
 * characters besides a tab (`env_value_is_valid`), and a line break would begin another variable.
 */
export function checkVariable(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new UserError(`Cannot keep the variable ${JSON.stringify(name)}: that is no name of one`, [
      "a name has letters, digits and _ only, and no digit first",
    ]);
  }
  // deno-lint-ignore no-control-regex -- they are what is refused
  if (!/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(value)) return;
  throw new UserError(`Cannot keep the variable ${name}: its value holds a line break or another control character`, [
    "put the value into a file, and name it in the config: file:PATH in place of env:NAME",
  ]);
}
