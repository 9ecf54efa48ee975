// Puts a new text in the place of a file that other programs write too, without losing what they write meanwhile.
import type { System } from "../system/system.ts";
import { type Prepared, prepareFile } from "./atomic_file.ts";
import { backUpOnce } from "./credentials_backup.ts";
import { folderOf } from "./folder.ts";
import { keepOwner, type Owner } from "./owner.ts";
import { awsPaths } from "./paths.ts";
import { removeFile } from "./remove_file.ts";
import { sweepTemporary } from "./temporary.ts";
import { writeFailure } from "./write_failure.ts";

/** What was replaced. */
export interface Replaced {
  /** Path of the backup, when one was made. */
  readonly backup?: string;
  /** What another program wrote into the old file in the moment of the change: it believes that it is in the file. */
  readonly late?: string;
}

/** What the file held when the new text was made from it: undefined when there was none. */
export interface Basis {
  readonly held: string | undefined;
  /** Of the file; undefined when there was none. */
  readonly owner: Owner | undefined;
  /** Nothing in it is worth a backup: all of it is ours. */
  readonly isOurs: boolean;
}

type Place = Pick<System, "home" | "now" | "sleep">;

/** How long a program that writes in place may take between emptying a file and filling it. */
export const QUIET_MS = 300;
const LATE_MS = 50;

/**
 * Replaces the file at `path` (absolute) by `text` if it still holds what the text was made from, after
 * {@link backUpOnce}. Owner and mode stay, a new file is 0600; links stay as with `writeFileAtomic`.
 *
 * @returns `overtaken` when it holds something else by now: nothing was changed.
 * @throws {UserError} naming the file, what is in the way, and the way out; nothing was changed then.
 */
export async function replaceCredentials(
  path: string,
  text: string,
  { held, owner, isOurs }: Basis,
  place: Place,
): Promise<Replaced | "overtaken"> {
  const prepared = await prepareFile(path, 0);
  let backup: string | undefined;
  let old: Deno.FsFile | undefined;
  try {
    try {
      if (owner) await keepOwner(prepared, owner);
      await prepared.store(new TextEncoder().encode(text), owner?.mode);
      if (owner && held?.trim() && !isOurs) backup = await backUpOnce(path, held, { now: place.now(), owner });
      old = openIfThere(path);
      if ((old && textOf(old)) !== held) {
        await giveUp(prepared, backup);
        return "overtaken";
      }
      await prepared.publish();
      // Not before: where the file system has another clock, as on a network, our own file would look left behind.
      sweepBeside(prepared, place);
    } catch (error) {
      await giveUp(prepared, backup);
      throw error;
    }
    return { backup, late: old && await lateText(old, held, place) };
  } finally {
    old?.close();
  }
}

async function giveUp(prepared: Prepared, backup: string | undefined): Promise<void> {
  await prepared.discard();
  // It would pass for the last state before our first change, and nobody would make another.
  if (backup) removeFile(backup);
}

/** Removes what a killed run left behind: it holds keys. Beside the tokens the recovery of tokens decides. */
function sweepBeside({ real }: Prepared, { home, now }: Place): void {
  const folder = folderOf(real);
  if (folder !== awsPaths(home).ssoCache) sweepTemporary(folder, now());
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isLinkToNothing(error)) return undefined;
    throw writeFailure(error, { path });
  }
}

/** So Deno words it where grants are narrow; a circle of links was refused before, when the place was prepared. */
function isLinkToNothing(error: unknown): boolean {
  return error instanceof Deno.errors.FilesystemLoop;
}

/** Undefined when nobody wrote into the old file, or nothing that can be used. */
async function lateText(old: Deno.FsFile, held: string | undefined, { sleep }: Place): Promise<string | undefined> {
  await sleep(LATE_MS);
  if (textOf(old) === held) return undefined;
  await sleep(QUIET_MS);
  const text = textOf(old);
  return text === held || text === "" ? undefined : text;
}

/** The whole text, its byte order mark included; undefined when it is not UTF-8. */
function textOf(file: Deno.FsFile): string | undefined {
  // Not `stat()`: Deno 2.9 asks for the right to read the place behind a linked folder.
  const bytes = new Uint8Array(file.seekSync(0, Deno.SeekMode.End));
  file.seekSync(0, Deno.SeekMode.Start);
  let length = 0;
  for (let more = 1; more > 0 && length < bytes.length; length += more) {
    more = file.readSync(bytes.subarray(length)) ?? 0;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length));
  } catch {
    // Half a character: somebody is writing.
    return undefined;
  }
}
