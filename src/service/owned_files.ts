// Reads and writes files as the account that owns them, by small programs of the system: root would follow any link in
// somebody's home, and the grants of this program do not cover where jobs lie.
import type { Placement } from "../domain/service.ts";
import type { Command, Ran } from "../system/run_program.ts";
import { readCrontab, writeCrontab } from "./cron.ts";
import { CRONTAB, type Hands } from "./manager.ts";
import { refused } from "./refused.ts";

/** Whose files are meant. */
export type Owner = Placement;

/** What `cat` and `test` say of a path. */
const MISSING = 44;

/** The files of `owner`; see the functions for what can go wrong. */
export class OwnedFiles {
  constructor(readonly hands: Hands, readonly owner: Owner) {}

  /** Text of the file, or of the crontab; undefined when there is none. @throws {UserError} */
  async read(path: string): Promise<string | undefined> {
    if (path === CRONTAB) return await readCrontab(this.hands, this.owner);
    const ran = await this.#sh(path, `[ -e "$1" ] || [ -L "$1" ] || exit ${MISSING}; exec cat -- "$1"`);
    if (ran.code === MISSING) return undefined;
    if (ran.code !== 0) throw refused(`read "${path}"`, path, ran);
    return ran.stdout;
  }

  /** Replaces the file at once; folders are made. Undefined removes it. @throws {UserError} */
  async write(path: string, text: string | undefined, mode: number): Promise<void> {
    if (path === CRONTAB) return await writeCrontab(this.hands, this.owner, text);
    const script = text === undefined
      ? `exec rm -f -- "$1"`
      : `set -e; umask 077; d=\${1%/*}; [ -d "$d" ] || mkdir -p -m "$3" -- "$d"; t="$d/.\${1##*/}.new"; ` +
        `cat > "$t"; chmod "$2" "$t"; exec mv -f -- "$t" "$1"`;
    const folderMode = this.#isSystems(path) ? "755" : "700";
    const ran = await this.#sh(path, script, [mode.toString(8), folderMode], text);
    if (ran.code !== 0) throw refused(`${text === undefined ? "remove" : "write"} "${path}"`, path, ran);
  }

  /**
   * Makes folders of the account (0700) that are not there; which those were.
   *
   * @throws {UserError} also when one belongs to somebody else: what is bound into a confined job shall be the account's.
   */
  async makeFolders(paths: readonly string[]): Promise<readonly string[]> {
    const script = `umask 077; for d; do ` +
      `if [ ! -d "$d" ]; then mkdir -p -- "$d" || exit 1; printf '%s\\n' "$d"; fi; ` +
      `if [ ! -O "$d" ]; then echo "$d belongs to another account" >&2; exit 1; fi; done`;
    const ran = await this.#run({ program: "/bin/sh", args: ["-c", script, "sh", ...paths] });
    if (ran.code !== 0) throw refused("make the folders of sso-heal", `${this.owner.account.home}/`, ran);
    return ran.stdout.split("\n").filter((line) => line !== "");
  }

  /** Those of `folders` that are not there. */
  async missing(folders: readonly string[]): Promise<readonly string[]> {
    const script = `for d; do [ -d "$d" ] || printf '%s\\n' "$d"; done`;
    const { stdout } = await this.run("/bin/sh", ["-c", script, "sh", ...folders]);
    return stdout.split("\n").filter((line) => line !== "");
  }

  /** Removes those of `folders` in which nothing is; the outer ones stand first. */
  async removeEmpty(folders: readonly string[]): Promise<void> {
    const script = `for d; do rmdir -- "$d" 2>/dev/null; done; :`;
    await this.run("/bin/sh", ["-c", script, "sh", ...folders.toReversed()]);
  }

  /** Removes a folder with all that is in it. @throws {UserError} */
  async removeFolder(path: string): Promise<void> {
    const ran = await this.#sh(path, `exec rm -rf -- "$1"`);
    if (ran.code !== 0) throw refused(`remove "${path}"`, path, ran);
  }

  /** Runs a program as the account, in its home. */
  run(program: string, args: readonly string[], more: Partial<Command> = {}): Promise<Ran> {
    return this.#run({ program, args, ...more });
  }

  #sh(path: string, script: string, more: readonly string[] = [], stdin?: string): Promise<Ran> {
    const command: Command = { program: "/bin/sh", args: ["-c", script, "sh", path, ...more], stdin };
    return this.#isSystems(path) ? this.hands.run(command) : this.#run(command);
  }

  #run(command: Command): Promise<Ran> {
    const { asRoot, account: { uid, gid, home } } = this.owner;
    const as = asRoot && uid !== 0 ? { as: { uid, gid } } : {};
    return this.hands.run({ ...command, ...as, env: { HOME: home, ...command.env } });
  }

  /** Texts of the whole machine are root's. */
  #isSystems(path: string): boolean {
    return ["/etc/", "/Library/", "/usr/", "/var/lib/"].some((folder) => path.startsWith(folder)) &&
      !path.startsWith(`${this.owner.account.home}/`);
  }
}
