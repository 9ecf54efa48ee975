// A file of the job that is ours as a whole: known by its mark, and never put in the place of somebody else's.
import { UserError } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import { MANAGED, type UnitFile } from "./manager.ts";

/** `text` is made only when it is wanted. */
export function managedFile(path: string, mode: number, text: () => string): UnitFile {
  return {
    path,
    mode,
    wanted(present) {
      if (present === undefined || isManaged(present)) return text();
      throw new UserError(`Cannot write "${path}": the file that is there was not written by sso-heal`, [
        `look at it; if nobody needs it, move it away: mv ${shellWord(path)} ${shellWord(`${path}.mine`)}`,
      ]);
    },
    without: (present) => isManaged(present) ? undefined : present,
  };
}

/** Whether one of the first lines holds the mark: XML wants two others before it. */
export function isManaged(text: string): boolean {
  return text.split("\n", 3).some((line) => line.includes(MANAGED));
}

/**
 * The template with its `{{names}}` filled; what the values hold is not looked at again. A line that is one placeholder
 * goes when there is nothing to put there.
 *
 * @throws {Error} for a placeholder without a value: a fault of this code.
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const filled = template.split("\n").map((line) => {
    const text = line.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
      if (!Object.hasOwn(values, name)) throw new Error(`the template wants {{${name}}}`);
      return values[name];
    });
    return text === "" && line !== "" ? undefined : text;
  });
  return filled.filter((line) => line !== undefined).join("\n");
}
