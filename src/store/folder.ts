// The folder of a file that is about to be written.

/**
 * Runs `write`; when the folder of `path` (absolute) is missing, makes it with mode 0700 and runs `write` again. The
 * ordinary case costs nothing.
 *
 * @throws what `write` throws, worded by {@link writeFailure}.
 */
export function inFolder<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(folderOf(path), { recursive: true, mode: 0o700 });
    return write();
  }
}

/** The folder part of an absolute path. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
