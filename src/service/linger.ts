// Lingering: whether the manager of an account runs while nobody is logged in. Without it user timers end at logout.
import { UserError } from "../domain/problem.ts";
import type { Account } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import type { Hands } from "./manager.ts";

/** False also where it cannot be asked: logind knows every account that lingers, and refuses those it does not know. */
export async function isLingering(hands: Hands, account: Account): Promise<boolean> {
  const { code, stdout } = await loginctl(hands, ["show-user", account.name, "--property=Linger"]);
  return code === 0 && stdout.trim() === "Linger=yes";
}

/**
 * From now on, also after a reboot. The manager of the account comes up within a moment.
 *
 * @throws {UserError} when only root may do that for this account, with the line to run.
 */
export function enableLinger(hands: Hands, account: Account): Promise<void> {
  return change(hands, "enable-linger", account, "let jobs of", "run without a login");
}

/** Its jobs end with its last login. @throws {UserError} like {@link enableLinger}. */
export function disableLinger(hands: Hands, account: Account): Promise<void> {
  return change(hands, "disable-linger", account, "end the jobs of", "with its logins");
}

async function change(hands: Hands, verb: string, { name }: Account, before: string, after: string): Promise<void> {
  const { code, stderr } = await loginctl(hands, [verb, name]);
  if (code === 0) return;
  const reason = stderr.trim().split("\n")[0] || `loginctl ended with exit code ${code}`;
  const hints = [`run: sudo loginctl ${verb} ${shellWord(name)}`, "then run the same command of sso-heal again"];
  throw new UserError(`Cannot ${before} "${name}" ${after}: ${reason}`, hints);
}

function loginctl(hands: Hands, args: readonly string[]) {
  return hands.run({ program: "loginctl", args: ["--no-ask-password", "--no-pager", ...args] });
}
