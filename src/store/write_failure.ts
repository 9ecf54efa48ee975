// One wording for every file that cannot be written: which file, what is in the way, what to do.
import { UserError } from "../domain/problem.ts";

/** The file that could not be written. */
export interface WriteTarget {
  /** The path as the caller knows it. */
  readonly path: string;
  /** The real place of the file, when `path` is a link. */
  readonly real?: string;
}

/** The failure to show when the system refused to write `target`; a UserError is passed on unchanged. */
export function writeFailure(error: unknown, { path, real = path }: WriteTarget): UserError {
  if (error instanceof UserError) return error;
  const file = real === path ? `"${path}"` : `"${path}" (a link to "${real}")`;
  const code = codeOf(error);
  if (code === "NotCapable" && real !== path) {
    const folder = real.slice(0, real.lastIndexOf("/")) || "/";
    return new UserError(`Cannot write ${file}: the target lies outside the folders sso-heal may touch`, [
      `link the folder and lead the link through it: ln -s '${folder}' ~/.aws/linked`,
      "or build sso-heal with a grant for that folder (see the README)",
    ]);
  }
  const [state, hint] = STATES.get(code) ?? [
    `the system reported ${code}`,
    "see whether the user that runs sso-heal can write in that folder",
  ];
  return new UserError(`Cannot write ${file}: ${state}`, [hint]);
}

type Words = readonly [state: string, hint: string];

const NOT_PERMITTED: Words = [
  "permission denied",
  "give the file and its folder to the user that runs sso-heal (chown)",
];

const STATES: ReadonlyMap<string, Words> = new Map<string, Words>([
  ["EROFS", ["the file system is read-only", "mount it writable (after a disk error: check the disk first)"]],
  ["ENOSPC", ["the disk is full", "free some space on it"]],
  ["EDQUOT", ["the disk quota of this user is used up", "free some space or raise the quota"]],
  ["EFBIG", ["the file would be larger than this process may write", "raise the limit (ulimit -f)"]],
  ["EACCES", NOT_PERMITTED],
  ["EPERM", NOT_PERMITTED],
  ["EIO", ["the disk reported an error", "check the disk"]],
  ["EBUSY", ["it is a mount of its own", "mount its folder, not the single file"]],
  ["EISDIR", ["it is a folder", "move that folder away"]],
  ["ENOTDIR", ["a part of its path is a file", "move that file away"]],
  ["ELOOP", ["its links lead in a circle", "remove the link"]],
  ["EMFILE", ["too many files are open", "raise the limit (ulimit -n)"]],
  ["ENFILE", ["too many files are open on this machine", "try again later"]],
  ["ENOLCK", ["its file system has no locks", "keep ~/.local/state/sso-heal on a local disk"]],
  ["NotCapable", ["it lies outside the folders sso-heal may touch", "use a place in the folders of your own home"]],
]);

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  // Deno has no code for this one; the number is the same on Linux and macOS.
  if (error.message.includes("(os error 27)")) return "EFBIG";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
