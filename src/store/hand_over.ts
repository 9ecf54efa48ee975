// A page for the browser of this account that leads it to an address which nobody else may learn: every user of a machine
// can read the arguments of a program, but not this file.
import { inFolder } from "./folder.ts";
import { statePaths } from "./paths.ts";
import { sweepTemporary, temporaryBeside } from "./temporary.ts";
import { writeFailure } from "./write_failure.ts";

/** A page on the disk. */
export interface Page {
  /** A `file:` URL. */
  readonly url: string;
  /** Removes it; never throws. */
  remove(): void;
}

/**
 * Writes a page (mode 0600, in the folder of the state of `home`) that leads to `address`, and removes those that were
 * left behind before `now` (epoch milliseconds).
 *
 * Not every browser can read it: one that is confined (snap, flatpak) sees no hidden folders of the home.
 *
 * @param address in letters that mean nothing to HTML
 * @throws {UserError} when it cannot be written.
 */
export function writePage(home: string, address: string, now: number): Page {
  const { dir } = statePaths(home);
  sweepTemporary(dir, now);
  const path = temporaryBeside(`${dir}/page`, ".html");
  try {
    inFolder(path, () => Deno.writeTextFileSync(path, leadingTo(address), { createNew: true, mode: 0o600 }));
  } catch (error) {
    throw writeFailure(error, { path });
  }
  return {
    url: `file://${path.split("/").map(encodeURIComponent).join("/")}`,
    remove() {
      try {
        Deno.removeSync(path);
      } catch {
        // Its address leads nowhere any more, and the sweep of a later check removes it.
      }
    },
  };
}

function leadingTo(address: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>sso-heal</title>
<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${address}">
<p><a href="${address}">On to the AWS console</a></p></html>
`;
}
