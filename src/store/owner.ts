// A file that is replaced is a new file: it must not change hands by that.
import { UserError } from "../domain/problem.ts";
import type { Prepared } from "./atomic_file.ts";

/** Whose file it is, and who may use it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * The owner in what the system says of a file.
 *
 * Of a file with an ACL the bits of the group are those of its mask (acl(5)). That it has one cannot be seen from here: the
 * new file has none, and its group gets what the mask allowed.
 */
export function ownerOf({ uid, gid, mode }: Deno.FileInfo): Owner {
  return { uid: uid ?? 0, gid: gid ?? 0, mode: (mode ?? 0o600) & 0o777 };
}

/**
 * Gives the prepared file to `owner`; the mode is set by the write itself.
 *
 * @throws {UserError} when the system does not allow it and somebody would lose or gain the file: another account, or
 * another group with rights of its own.
 */
export async function keepOwner(prepared: Prepared, { uid, gid, mode }: Owner): Promise<void> {
  const made = ownerOf(await Deno.stat(prepared.temporary));
  if (made.uid === uid && made.gid === gid) return;
  try {
    await Deno.chown(prepared.temporary, uid, gid);
  } catch {
    if (made.uid === uid && (mode & 0o070) === 0) return;
    throw new UserError(
      `Cannot write "${prepared.path}": it belongs to another account (uid ${uid}, gid ${gid}) and would change hands`,
      [`give it to the account that runs sso-heal: sudo chown ${made.uid}:${made.gid} '${prepared.path}'`],
    );
  }
}
