// A second copy of the figures, in a folder of a metrics collector, for everybody to read.
import { temporaryBeside } from "./temporary.ts";
import { writeFailure } from "./write_failure.ts";

/** Collectors run under another account; there is no secret in it. */
const MODE = 0o644;

/** Replaces the file at `path` (absolute) at once; the folder must be there. @throws {UserError} */
export async function publishMetrics(path: string, exposition: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await Deno.writeTextFile(temporary, exposition, { createNew: true });
    await Deno.chmod(temporary, MODE);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {
      // It was never made.
    });
    throw writeFailure(error, { path });
  }
}
