// Our temporary files: how they are called, and how those that a killed process left behind are found and removed.
import { folderOf } from "./folder.ts";

const PREFIX = ".sso-heal-";
// Not `.json`: the AWS CLI reads every `*.json` of its cache folders, and `aws sso logout` every file there.
const SUFFIX = ".tmp";
/** A browser shows what is called so. */
const PAGE_SUFFIX = ".html";
const LEFT_BEHIND_MS = 10 * 60_000;

/** Name of a new temporary file in the folder of `target`: renaming works only within one file system. */
export function temporaryBeside(target: string, suffix: typeof SUFFIX | typeof PAGE_SUFFIX = SUFFIX): string {
  // Made with `createNew`, so that chance need not be perfect, only quick.
  const chance = Math.random().toString(36).slice(2);
  return `${folderOf(target)}/${PREFIX}${Deno.pid}-${chance}${suffix}`;
}

/** Paths of the temporary files of ours in `dir`, living and left behind; empty when there is no such folder. */
export function listTemporary(dir: string): string[] {
  const paths: string[] = [];
  try {
    for (const { isFile, name } of Deno.readDirSync(dir)) {
      const isOurs = name.startsWith(PREFIX) && (name.endsWith(SUFFIX) || name.endsWith(PAGE_SUFFIX));
      if (isFile && isOurs) paths.push(`${dir}/${name}`);
    }
  } catch {
    // No such folder yet.
  }
  return paths;
}

/** Whether a temporary file was last written more than ten minutes before `now` (epoch milliseconds). */
export function isLeftBehind(path: string, now: number): boolean {
  try {
    const changedAt = Deno.lstatSync(path).mtime?.getTime() ?? now;
    return now - changedAt > LEFT_BEHIND_MS;
  } catch {
    // It has its name by now, or another sso-heal swept it.
    return false;
  }
}

/**
 * Removes our own temporary files that a killed process left in `dir` more than ten minutes before `now` (epoch
 * milliseconds), and nothing else. Never throws: what cannot be removed today is tried again by the next check.
 * Returns how many were removed. Synchronous, because every check does it and there is hardly ever anything to do.
 *
 * Only for folders whose files can be made again: it does not look into them, and a clock that is set forward makes a
 * file in use look old. What lies beside the tokens is judged by the recovery of tokens.
 */
export function sweepTemporary(dir: string, now: number): number {
  let removed = 0;
  for (const path of listTemporary(dir)) {
    if (!isLeftBehind(path, now)) continue;
    try {
      Deno.removeSync(path);
      removed++;
    } catch {
      // Another sso-heal swept the same file.
    }
  }
  return removed;
}
