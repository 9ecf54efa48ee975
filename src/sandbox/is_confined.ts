// Whether the system really confines a job to our folders: some accept the words of a unit and do nothing.

/** A file of the home that the grants cover, so that only the system can forbid it. */
export const PROBE = ".sso-heal-sandbox-probe";

/** Tries to make a file where no confined job can. */
export function isConfined(home: string): boolean {
  const path = `${home}/${PROBE}`;
  try {
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  } catch {
    return true;
  }
  try {
    Deno.removeSync(path);
  } catch (error) {
    // Another run probed in the same moment, and was faster.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}
