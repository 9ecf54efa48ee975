// Removes a file that belongs to us or to a session that is over.
import { writeFailure } from "./write_failure.ts";

/** Whether there was a file to remove. @throws {UserError} when it cannot be removed. */
export function removeFile(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw writeFailure(error, { path });
  }
}
