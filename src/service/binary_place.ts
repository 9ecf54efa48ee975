// Puts the binary where the job will find it, also while a check of the former one runs.
import { UserError } from "../domain/problem.ts";
import type { Account } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import type { Ran } from "../system/run_program.ts";
import { clearQuarantine, proveSignature } from "./macos.ts";
import type { Hands } from "./manager.ts";
import type { OwnedFiles } from "./owned_files.ts";
import { refused } from "./refused.ts";

/** Names of their own: several accounts may be set up at once. */
export const NEW = `.new-${Deno.pid}`;
export const FORMER = `.former-${Deno.pid}`;

/** The stable place: of the machine for what root sets up, else of the account. */
export function binaryPlace(asRoot: boolean, { home }: Pick<Account, "home">): string {
  return asRoot ? "/usr/local/bin/sso-heal" : `${home}/.local/bin/sso-heal`;
}

/**
 * The place that `recorded` means; undefined for any other path. The account itself writes the record, so root must not
 * touch whatever it names there; and it may call its home by another name than root does.
 */
export function recordedPlace(recorded: string | undefined, account: Pick<Account, "home">): string | undefined {
  if (recorded === binaryPlace(true, account)) return recorded;
  return recorded?.endsWith(binaryPlace(false, { home: "" })) ? binaryPlace(false, account) : undefined;
}

/** How what lies at the stable place compares with the program that runs. `linked`: it is a link to something else. */
export type BinaryState = "same" | "other" | "missing" | "linked";

/** Compares `self` (absolute path of the running binary) with what is at `place`. */
export async function compareBinary(hands: Hands, self: string, place: string): Promise<BinaryState> {
  const script = `[ "$1" -ef "$2" ] && exit 10; [ -L "$2" ] && exit 13; [ -e "$2" ] || exit 12; ` +
    `cmp -s -- "$1" "$2" && exit 10; exit 11`;
  const { code } = await hands.run({ program: "/bin/sh", args: ["-c", script, "sh", self, place] });
  return ({ 10: "same", 12: "missing", 13: "linked" } as const)[code] ?? "other";
}

export interface Copy {
  readonly self: string;
  readonly place: string;
  /** Home of whoever runs this program. */
  readonly ownHome: string;
  readonly os: "darwin" | "linux";
}

/**
 * Copies the binary by a temporary name, proves that the copy runs as the account, and renames it: macOS kills a binary
 * that was written in place. The former one stays beside it until {@link dropFormer}.
 *
 * @throws {UserError} with nothing changed.
 */
export async function copyBinary(files: OwnedFiles, { self, place, ownHome, os }: Copy): Promise<void> {
  const { hands, owner: { account: { home, name } } } = files;
  if ((await hands.run({ program: "/bin/sh", args: ["-c", `[ -d "$1" ]`, "sh", place] })).code === 0) {
    throw new UserError(`Cannot put the binary at "${place}": a folder is there`, [
      `if nobody needs it, move it away: mv ${shellWord(place)} ${shellWord(`${place}.mine`)}`,
    ]);
  }
  const copy = place + NEW;
  // What an installation left that was killed is in nobody's use after an hour.
  const make = `set -e; umask 022; mkdir -p -- "\${2%/*}"; ` +
    `find "\${2%/*}" -maxdepth 1 \\( -name 'sso-heal.new-*' -o -name 'sso-heal.former-*' \\) -mmin +60 -exec rm -f -- {} +; ` +
    `rm -f -- "$2"; cp -- "$1" "$2"; chmod 755 "$2"`;
  try {
    await must(
      hands.run({ program: "/bin/sh", args: ["-c", make, "sh", self, copy] }),
      `copy ${self} to ${copy}`,
      place,
    );
    if (os === "darwin") {
      await clearQuarantine(hands, copy);
      await proveSignature(hands, copy);
    }
    const wanted = await hands.run({ program: self, args: ["--version"], env: { HOME: ownHome } });
    const proof = await files.run(copy, ["--version"], { cwd: home });
    if (proof.code !== 0 || proof.stdout !== wanted.stdout) {
      throw new UserError(`Cannot use the copy at ${copy}: it does not run for ${name}`, [
        `try it: ${copy} --version`,
        ...proof.stderr.trim() === "" ? [] : [proof.stderr.trim().split("\n")[0]],
      ]);
    }
    const swap =
      `set -e; rm -f -- "$2"; if [ -e "$1" ]; then ln -- "$1" "$2" || cp -p -- "$1" "$2"; fi; mv -f -- "$3" "$1"`;
    const words = ["sh", place, place + FORMER, copy];
    await must(hands.run({ program: "/bin/sh", args: ["-c", swap, ...words] }), `put the copy at ${place}`, place);
  } catch (error) {
    await hands.run({ program: "rm", args: ["-f", "--", copy, place + FORMER] });
    throw error;
  }
}

/** Gives the former binary its place back; without one, the place is empty again. @throws {UserError} */
export async function restoreFormer(hands: Hands, place: string): Promise<void> {
  const script = `if [ -e "$2" ]; then exec mv -f -- "$2" "$1"; else exec rm -f -- "$1"; fi`;
  await must(
    hands.run({ program: "/bin/sh", args: ["-c", script, "sh", place, place + FORMER] }),
    `restore ${place}`,
    place,
  );
}

/** The new one has proved itself. */
export async function dropFormer(hands: Hands, place: string): Promise<void> {
  await hands.run({ program: "rm", args: ["-f", "--", place + FORMER] });
}

async function must(running: Promise<Ran>, what: string, place: string): Promise<void> {
  const ran = await running;
  if (ran.code !== 0) throw refused(what, place, ran);
}
