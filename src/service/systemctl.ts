// `systemctl` for the job of one account, of the whole machine or of the account's own manager.
import { UserError } from "../domain/problem.ts";
import type { Placement } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { type Command, NO_SUCH_PROGRAM, type Ran } from "../system/run_program.ts";
import type { Hands } from "./manager.ts";
import { unitName } from "./systemd_units.ts";

/** Properties of one unit, as `systemctl show` prints them; their order and number differ between versions. */
export type Properties = Readonly<Record<string, string | undefined>>;

/** The job as systemd sees it, or why that cannot be asked. */
export type Seen =
  | { readonly timer: Properties; readonly service: Properties }
  | { readonly trouble: string; readonly noSystemd: boolean };

const PROPERTIES = [
  ...["Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "NeedDaemonReload", "Result"],
  ...["LastTriggerUSec", "NextElapseUSecRealtime"],
  ...["ExecMainStatus", "ExecMainStartTimestamp", "ConditionResult", "ConditionTimestamp"],
];

/** Names of the two units. */
export function unitsOf(placement: Placement): { readonly timer: string; readonly service: string } {
  const name = unitName(placement);
  return { timer: `${name}.timer`, service: `${name}.service` };
}

/** `systemctl` with these words as a person would type it, with `sudo` where it takes root. */
export function commandLine(placement: Placement, args: readonly string[]): string {
  const { scope, asRoot, account } = placement;
  const sudo = scope === "system" && !asRoot ? ["sudo"] : [];
  const user = scope === "user" ? ["--user", ...asRoot && account.uid !== 0 ? ["-M", `${account.name}@`] : []] : [];
  return [...sudo, "systemctl", ...user, ...args].map(shellWord).join(" ");
}

/**
 * Runs it; see `runProgram`. Times are printed in UTC.
 *
 * Root asks the manager of an account as that account: `-M NAME@`, which a person would type, makes a login session for
 * every call, writes that into the journal, and is not known before systemd 248.
 */
export function systemctl(hands: Hands, placement: Placement, args: readonly string[]): Promise<Ran> {
  return hands.run({
    program: "systemctl",
    args: [...placement.scope === "user" ? ["--user"] : [], "--no-ask-password", "--no-pager", ...args],
    env: { TZ: "UTC", ...runtimeOf(placement) },
    ...ownerOf(placement),
  });
}

/** The same for what must work. @throws {UserError} with the words of systemd. */
export async function mustRun(hands: Hands, placement: Placement, args: readonly string[]): Promise<void> {
  const { code, stderr } = await systemctl(hands, placement, args);
  if (code !== 0) throw refusal(placement, args, reasonOf(stderr, code));
}

/** What a person reads when systemd did not do what it was asked to. */
export function refusal(placement: Placement, args: readonly string[], reason: string): UserError {
  return new UserError(`Cannot run "${commandLine(placement, args)}": ${reason}`, hintsFor(reason, placement));
}

/** Both units of the job at one moment. Never throws. */
export async function look(hands: Hands, placement: Placement): Promise<Seen> {
  const { timer, service } = unitsOf(placement);
  const show = ["show", `-p${PROPERTIES.join(",")}`, timer, service];
  const { code, stdout, stderr } = await systemctl(hands, placement, show);
  const blocks = code === 0 ? stdout.trim().split(/\n\n+/).map(propertiesOf) : [];
  const [ofTimer, ofService] = [timer, service].map((id) => blocks.find((block) => block.Id === id));
  if (ofTimer !== undefined && ofService !== undefined) return { timer: ofTimer, service: ofService };
  const noSystemd = code === NO_SUCH_PROGRAM || /not been booted with systemd/.test(stderr);
  return { trouble: noSystemd ? "systemd does not run here" : reasonOf(stderr, code), noSystemd };
}

/**
 * Takes the enabling of the timer back in the files alone, where no manager can be reached: a container, an account that
 * is not logged in. Whether there was any.
 */
export async function disableOffline(hands: Hands, placement: Placement): Promise<boolean> {
  const { code, stderr } = await hands.run({
    program: "systemctl",
    args: [...placement.scope === "user" ? ["--user"] : [], "disable", unitsOf(placement).timer],
    env: { SYSTEMD_OFFLINE: "1", HOME: placement.account.home, ...runtimeOf(placement) },
    ...ownerOf(placement),
  });
  return code === 0 && /^Removed /m.test(stderr);
}

function ownerOf({ scope, asRoot, account: { uid, gid } }: Placement): Pick<Command, "as"> {
  return scope === "user" && asRoot && uid !== 0 ? { as: { uid, gid } } : {};
}

/** Under sudo, su, cron and some logins by ssh nobody says where the manager of the account listens. */
function runtimeOf({ scope, account }: Placement): Readonly<Record<string, string>> {
  return scope === "user" ? { XDG_RUNTIME_DIR: `/run/user/${account.uid}` } : {};
}

function propertiesOf(block: string): Properties {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function reasonOf(stderr: string, code: number): string {
  if (code === NO_SUCH_PROGRAM) return "there is no systemctl on this machine";
  const [first] = stderr.trim().split("\n");
  return first === "" ? `it ended with exit code ${code}` : first;
}

/** The way out of what systemd refuses; the words are those of systemd 252, and others get the general advice. */
function hintsFor(reason: string, placement: Placement): readonly string[] {
  const { scope, account } = placement;
  if (/no systemctl|not been booted|does not run here/.test(reason)) return ["run: sso-heal install --manager cron"];
  if (/is masked/.test(reason)) return [`run: ${commandLine(placement, ["unmask", unitsOf(placement).timer])}`];
  if (scope === "user" && /connect to|No medium found|Transport endpoint/.test(reason)) {
    return [`run: sudo loginctl enable-linger ${shellWord(account.name)}`, "then run the same command again"];
  }
  if (/Access denied|authentication required|Permission denied/.test(reason)) {
    return ["run the same command of sso-heal with sudo"];
  }
  const journal = scope === "system" ? "sudo journalctl" : "journalctl --user";
  return [`see what systemd says: ${journal} -b -n 50`];
}
