// Words for what a small program of the system (cp, mkdir, cat, …) could not do, and what helps.
import { UserError } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import type { Ran } from "../system/run_program.ts";

/** What these programs say in English, and the way out; `folder` is a word for a shell. */
const WAYS: readonly (readonly [words: RegExp, hint: (folder: string) => string])[] = [
  [/No space left|Disk quota/i, (folder) => `make room there: df -h ${folder}`],
  [
    /Read-only file system/i,
    (folder) => `mount it writable (after a disk error: check the disk first): findmnt -T ${folder}`,
  ],
  [
    /Permission denied|not permitted|another account/i,
    (folder) => `give it back to its account (chown, chmod): ls -la ${folder}`,
  ],
];

/** The failure to show; `path` is what was to be read or written. */
export function refused(what: string, path: string, { code, stderr }: Ran): UserError {
  const [first] = stderr.trim().split("\n");
  // `sh: 1: cannot create …`, `mkdir: cannot …`: which program it was helps nobody.
  const reason = first.replace(/^(\S*\/)?[a-z]+: (\d+: )?/, "") || `exit code ${code}`;
  const [, hint] = WAYS.find(([words]) => words.test(reason)) ?? [];
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  return new UserError(`Cannot ${what}: ${reason}`, [
    hint === undefined ? `look at it: ls -ld ${shellWord(path)}` : hint(shellWord(folder)),
  ]);
}
