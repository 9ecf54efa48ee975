// Writes legacy profiles into the credentials file, which is shared with the AWS CLI, the SDKs and people's editors.
import { EXIT, type Problem, UserError } from "../domain/problem.ts";
import { withLock } from "../store/lock.ts";
import { type Owner, ownerOf } from "../store/owner.ts";
import { statePaths } from "../store/paths.ts";
import { QUIET_MS, replaceCredentials } from "../store/replace_credentials.ts";
import type { System } from "../system/system.ts";
import { type CredentialsChange, editCredentials } from "./credentials_edit.ts";
import type { Refusal } from "./credentials_refusals.ts";
import { wordFailure } from "./read_failure.ts";
import { isAllOurs } from "./credentials_written.ts";
import { lookUpFile, type ReadFailure, readText } from "./read_file.ts";
import { quoted } from "./wording.ts";

/** What became of one change; a refusal of one leaves the others alone. */
export interface ChangeOutcome {
  readonly profile: string;
  readonly changed: boolean;
  /** Why this profile was not touched. */
  readonly problem?: Problem;
}

/** The file before and after, both with secrets: never print them as they are. */
export interface CredentialsPlan {
  /** Undefined when there is no file. */
  readonly before: string | undefined;
  readonly after: string;
  readonly outcomes: readonly ChangeOutcome[];
}

/** What {@link writeCredentials} did. */
export interface Written {
  readonly changed: boolean;
  /** Absolute path of the backup, when one was made. */
  readonly backup?: string;
  readonly outcomes: readonly ChangeOutcome[];
}

interface Seen {
  readonly text: string;
  readonly owner: Owner;
  /** Epoch milliseconds. */
  readonly changedAt: number;
}

type Place = Pick<System, "home" | "now" | "sleep">;

const LARGEST_BYTES = 20_000_000;
const TOO_LARGE_HINT = "see what fills it, or name another file";
const LOCK_MS = 10_000;
const MOST_ATTEMPTS = 5;

/** What {@link writeCredentials} would do. Writes nothing. @throws {UserError} as that does for what it reads. */
export function planCredentials(path: string, changes: readonly CredentialsChange[]): CredentialsPlan {
  return planFor(path, lookAt(path)?.text, changes);
}

/**
 * Makes the changes in the file at `path` (absolute) in one write; see {@link editCredentials} for what stays.
 *
 * Promised: a reader finds the old or the new file; mode and owner are kept (0600 for a new file); a link stays and its
 * target is replaced; the file as it was before our first change of anything that is not ours stays beside it
 * ({@link backUpOnce}); two of us write one after the other; what another program writes before the new file has its name is kept, and what it writes
 * into the old file in the moment after is taken over too.
 *
 * Not promised: other programs know no lock. One that read the file before our write and writes it back later undoes
 * ours, as it would undo any; the next run makes it good. Hard links, ACLs and other extended attributes are not kept:
 * see {@link ownerOf}.
 *
 * @throws {UserError} naming the file, what is in the way and the way out: not UTF-8, larger than 20 MB, no file, not
 * ours to replace, a link out of the grants, or (exit code 75) changed by others again and again; `LockHeld`.
 */
export async function writeCredentials(
  path: string,
  changes: readonly CredentialsChange[],
  place: Place,
): Promise<Written> {
  const lock = `${statePaths(place.home).locks}/credentials.lock`;
  return await withLock(lock, { ...place, timeoutMs: LOCK_MS }, async () => {
    let seen = lookAt(path);
    let held = seen?.text;
    let backup: string | undefined;
    let changed = false;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { after, outcomes } = planFor(path, seen?.text, changes);
      if (after === (held ?? "")) return { changed, backup, outcomes };
      await becomeQuiet(seen, place);
      const basis = { held, owner: seen?.owner, isOurs: isAllOurs(held ?? "") };
      const turn = await replaceCredentials(path, after, basis, place);
      if (turn === "overtaken") {
        seen = lookAt(path);
        held = seen?.text;
        continue;
      }
      changed = true;
      backup ??= turn.backup;
      if (turn.late === undefined || seen === undefined) return { changed, backup, outcomes };
      seen = { ...seen, text: turn.late };
      held = after;
    }
    throw new UserError(`Cannot write ${quoted(path)}: another program changes it again and again`, [
      `see which: fuser ${quoted(path)}`,
      "try again in a minute",
    ], EXIT.temporary);
  });
}

function planFor(path: string, before: string | undefined, changes: readonly CredentialsChange[]): CredentialsPlan {
  const { text, edits } = editCredentials(before ?? "", changes);
  // We would never edit it again.
  if (text !== before && isTooLarge(text)) throw refusal(path, "it would become larger than 20 MB", TOO_LARGE_HINT);
  const outcomes = edits.map((edit, at): ChangeOutcome => {
    const { profile } = changes[at];
    if (edit.kind === "refused") return { profile, changed: false, problem: problemOf(path, changes[at], edit) };
    return { profile, changed: edit.changed };
  });
  return { before, after: text, outcomes };
}

function problemOf(path: string, { profile, keys }: CredentialsChange, { code, why, hint, line }: Refusal): Problem {
  const message = `Cannot ${keys ? "write" : "remove the keys of"} profile ${quoted(profile)}: ${why}`;
  return { code, message, hint, file: path, ...(line !== undefined && { line }) };
}

/** Undefined when there is no file. Follows links, as every AWS client does. @throws {UserError} */
function lookAt(path: string): Seen | undefined {
  const found = lookUpFile(path);
  if (found.kind === "missing") return undefined;
  if (found.kind === "failed") throw unreadable(path, found);
  const { stat } = found;
  if (!stat.isFile) throw refusal(path, "it is no ordinary file", "name another file");
  if (stat.size > LARGEST_BYTES) throw refusal(path, "it is larger than 20 MB", TOO_LARGE_HINT);
  const read = readText(path);
  if (read.kind === "missing") return undefined;
  if (read.kind === "failed") throw unreadable(path, read);
  return { text: read.text, owner: ownerOf(stat), changedAt: stat.mtime?.getTime() ?? 0 };
}

function unreadable(path: string, failure: ReadFailure): UserError {
  const { why, hint } = wordFailure(path, failure);
  return refusal(path, why, hint);
}

function refusal(path: string, why: string, hint: string): UserError {
  return new UserError(`Cannot edit ${quoted(path)}: ${why}`, [hint]);
}

function isTooLarge(text: string): boolean {
  // A UTF-16 unit takes at most three bytes.
  return text.length * 3 > LARGEST_BYTES && new TextEncoder().encode(text).length > LARGEST_BYTES;
}

/** The AWS CLI empties the file and fills it then, so what was changed a moment ago may be half of it. */
async function becomeQuiet(seen: Seen | undefined, { now, sleep }: Place): Promise<void> {
  if (seen === undefined) return;
  const ageMs = Math.abs(now() - seen.changedAt);
  if (ageMs < QUIET_MS) await sleep(QUIET_MS - ageMs);
}
