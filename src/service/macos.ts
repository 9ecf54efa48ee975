// Facts of a Mac that the job depends on: who is at the screen, whose home is where, what macOS keeps a program from.
import { UserError } from "../domain/problem.ts";
import type { Account, ServiceHint } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { type Command, NO_SUCH_PROGRAM } from "../system/run_program.ts";
import type { Hands } from "./manager.ts";

/** The account at the screen; undefined at the login window, where the screen belongs to root. */
export async function consoleUser(hands: Hands): Promise<string | undefined> {
  const { code, stdout } = await hands.run({ program: "/usr/bin/stat", args: ["-f", "%Su", "/dev/console"] });
  const name = stdout.trim();
  // A Mac that was never set up shows its assistant as `_mbsetupuser`.
  return code !== 0 || ["", "root", "loginwindow", "_mbsetupuser"].includes(name) ? undefined : name;
}

/** Whether nobody is at the screen: then there is no session in which an agent runs. */
export async function isHeadless(hands: Hands): Promise<boolean> {
  return await consoleUser(hands) === undefined;
}

/**
 * The account of `name`, of this Mac or of its directory server. Its home is not `/Users/NAME` by any rule.
 *
 * @throws {UserError} when there is none.
 */
export async function accountOf(hands: Hands, name: string): Promise<Account> {
  const noAccount = (why: string) =>
    new UserError(`Cannot find the account "${name}" on this Mac: ${why}`, ["look: dscl . -list /Users"]);
  if (!/^[^-/\s][^/\r\n]*$/.test(name)) throw noAccount("no account has such a name");
  const ask = async (program: string, args: readonly string[]) => {
    const { code, stdout, stderr } = await hands.run({ program, args });
    if (code !== 0) throw noAccount(stderr.trim().split("\n", 1)[0] || `${program} failed (exit code ${code})`);
    return stdout;
  };
  const number = async (option: string) => Number((await ask("/usr/bin/id", [option, name])).trim());

  const [uid, gid] = [await number("-u"), await number("-g")];
  const entry = await ask("/usr/bin/dscl", ["/Search", "-read", `/Users/${name}`, "NFSHomeDirectory"]);
  // A value with a space stands on a line of its own, one space in.
  const home = /^NFSHomeDirectory:\n? (\/.*)$/m.exec(entry)?.[1];
  if (home === undefined) throw noAccount("its record names no home");
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) throw noAccount("id gives no number for it");
  return { name, uid, gid, home };
}

const QUARANTINE = "com.apple.quarantine";
type As = Command["as"];

/**
 * Takes the mark of a browser's download off our own copy of the binary; whether there was one. With it macOS kills the
 * copy at its start, before its first line. What the user downloaded keeps its mark.
 *
 * @throws {UserError} when it stays.
 */
export async function clearQuarantine(hands: Hands, copy: string, as?: As): Promise<boolean> {
  const xattr = (option: string) => hands.run({ program: "/usr/bin/xattr", args: [option, QUARANTINE, copy], as });
  if ((await xattr("-p")).code !== 0) return false;
  const { code, stderr } = await xattr("-d");
  if (code === 0) return true;
  throw new UserError(`Cannot take the mark of a download off ${copy}: ${stderr.trim() || `exit code ${code}`}`, [
    `run: sudo xattr -d ${QUARANTINE} ${shellWord(copy)}`,
  ]);
}

/**
 * Proves that the signature of our copy fits its bytes: Apple silicon kills what has none.
 *
 * @throws {UserError} when it does not.
 */
export async function proveSignature(hands: Hands, copy: string, as?: As): Promise<void> {
  const { code, stderr } = await hands.run({ program: "/usr/bin/codesign", args: ["-v", copy], as });
  if (code === 0 || code === NO_SUCH_PROGRAM) return;
  throw new UserError(`Cannot use ${copy}: its signature does not fit (${stderr.trim() || `exit code ${code}`})`, [
    "get sso-heal again, and compare it with its SHA256SUMS",
  ]);
}

/** Folders of a home for which macOS asks a person at the screen (TCC); a job gets EPERM, or hangs. */
const ASKED_FOR = ["Desktop", "Documents", "Downloads", "Library/Mobile Documents"];

/** One warning for each of the resolved `paths` (absolute) that macOS may keep from the job. */
export function protectedPaths(home: string, paths: readonly string[]): readonly ServiceHint[] {
  // File names of a Mac know no difference between small and capital letters.
  const roots = ["/Volumes", ...ASKED_FOR.map((folder) => `${home}/${folder}`)].map((root) => root.toLowerCase());
  return paths
    .filter((path) => roots.some((root) => `${path.toLowerCase()}/`.startsWith(`${root}/`)))
    .map((path) => ({
      code: "ProtectedByMacos",
      message: `macOS may keep ${path} from a job: it asks a person at the screen first.`,
      hint: "move it to a folder that is not protected, for example below ~/.aws",
    }));
}

/** Whether the disk must be unlocked by a person after each cold start; undefined when it cannot be told. */
export async function hasFileVault(hands: Hands): Promise<boolean | undefined> {
  const { code, stdout } = await hands.run({ program: "/usr/bin/fdesetup", args: ["status"] });
  return code === 0 ? stdout.includes("FileVault is On") : undefined;
}
