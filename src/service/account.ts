// For whom a job is: the account that asked, or the one that root names.
import { UserError } from "../domain/problem.ts";
import type { Account } from "../domain/service.ts";
import { accountOf as macAccount } from "./macos.ts";
import type { Hands } from "./manager.ts";

/** Who runs this program, and for whom. */
export interface Caller {
  readonly asRoot: boolean;
  readonly account: Account;
}

/** What tells who it is for. */
export interface Asked {
  readonly os: "darwin" | "linux";
  /** By `--user`. */
  readonly user?: string;
  /** `SUDO_USER` of the environment. */
  readonly sudoUser?: string;
  /** Where this program works. */
  readonly home: string;
  /** The command, for the line that is to be typed. */
  readonly command: string;
}

/** @throws {UserError} when nothing tells for whom root asks, or somebody else than root asks for another account. */
export async function findCaller(hands: Hands, { os, user, sudoUser, home, command }: Asked): Promise<Caller> {
  const [uid, name] = [Number(await id(hands, "-u")), await id(hands, "-un")];
  const asRoot = uid === 0;
  // Who is root already and types sudo has said nothing.
  const wanted = user ?? (asRoot ? sudoUser === name ? undefined : sudoUser : name);
  if (wanted === undefined) {
    throw new UserError("Cannot tell whose AWS sessions to keep alive: root is asking, for nobody", [
      `name the account: ${command} --user NAME`,
      "really for root itself: --user root",
    ]);
  }
  if (wanted === name) return { asRoot, account: { name, uid, gid: Number(await id(hands, "-g")), home } };
  if (!asRoot) {
    throw new UserError(`Cannot do that for ${wanted}: you are ${name}`, [`run: sudo ${command}`]);
  }
  return { asRoot, account: os === "darwin" ? await macAccount(hands, wanted) : await linuxAccount(hands, wanted) };
}

async function id(hands: Hands, option: string): Promise<string> {
  const { code, stdout, stderr } = await hands.run({ program: "id", args: [option] });
  // An id without an account (containers) has a number, and no name.
  if (code !== 0 && option !== "-un") throw new UserError(`Cannot tell who you are: ${stderr.trim()}`);
  return stdout.trim();
}

async function linuxAccount(hands: Hands, name: string): Promise<Account> {
  const { code, stdout } = await hands.run({ program: "getent", args: ["passwd", "--", name] });
  const [found, , uid, gid, , home] = stdout.trim().split(":");
  if (code !== 0 || found !== name || !home?.startsWith("/")) {
    throw new UserError(`Cannot find the account "${name}" on this machine`, ["look: getent passwd"]);
  }
  return { name, uid: Number(uid), gid: Number(gid), home };
}
