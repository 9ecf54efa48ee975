// Replaces small files of our own that may be lost in a power cut, at next to no cost.
import { inFolder } from "./folder.ts";
import { temporaryBeside } from "./temporary.ts";

/**
 * Puts `text` in the place of the file at `path` (absolute). A reader finds the old or the new text, never a part, also
 * when the process is killed. Unlike `writeFileAtomic` it does not wait for the disk (after a power cut the file may be
 * old, or empty) and does not follow links.
 *
 * @throws whatever the system reported; `write_failure.ts` words it.
 */
export function replaceFile(path: string, text: string): void {
  const temporary = temporaryBeside(path);
  try {
    inFolder(temporary, () => Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o600 }));
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made.
    }
    throw error;
  }
}
