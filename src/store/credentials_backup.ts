// The file as it was before we changed it for the first time, for the day somebody doubts us.
import { prepareFile } from "./atomic_file.ts";
import { folderOf } from "./folder.ts";
import { keepOwner, type Owner } from "./owner.ts";

const MARK = ".sso-heal-backup-";

/**
 * Stores `text` beside the file at `path` (absolute) as `NAME.sso-heal-backup-YYYYMMDDTHHMMSSZ` (mode 0600, the owner
 * of the file, on the disk when this returns) unless the folder has a backup of it already. `now` is in epoch
 * milliseconds. Beside the link, where `path` is one: its target may lie in a folder that is shared or versioned.
 *
 * @returns the path of the backup that was made, undefined when there was one.
 * @throws {UserError} when it cannot be written.
 */
export async function backUpOnce(
  path: string,
  text: string,
  { now, owner }: { readonly now: number; readonly owner: Owner },
): Promise<string | undefined> {
  const prefix = path.slice(path.lastIndexOf("/") + 1) + MARK;
  for (const { name } of Deno.readDirSync(folderOf(path))) {
    if (name.startsWith(prefix)) return undefined;
  }
  const backup = `${folderOf(path)}/${prefix}${stampOf(now)}`;
  const prepared = await prepareFile(backup, 0);
  try {
    await keepOwner(prepared, { ...owner, mode: 0o600 });
    await prepared.store(new TextEncoder().encode(text));
    await prepared.publish();
  } catch (error) {
    await prepared.discard();
    throw error;
  }
  return backup;
}

/** `20261121T083059Z` */
function stampOf(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
}
