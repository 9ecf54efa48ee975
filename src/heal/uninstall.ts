// `uninstall`: takes every job of ours out of every manager; what the account has learned and configured stays.
import { UserError } from "../domain/problem.ts";
import type { Account, Scope } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { findCaller } from "../service/account.ts";
import { recordedPlace } from "../service/binary_place.ts";
import { CRONTAB } from "../service/manager.ts";
import { isManaged } from "../service/managed_file.ts";
import { disableLinger } from "../service/linger.ts";
import { OwnedFiles } from "../service/owned_files.ts";
import { unitName } from "../service/systemd_units.ts";
import { configPaths, statePaths } from "../store/paths.ts";
import { parseServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";
import { findInstalled, type Installed, nameOf, placementOf, recordPath } from "./jobs.ts";

export interface UninstallOptions {
  readonly user?: string;
  /** Remove the state folder too. */
  readonly purge: boolean;
  readonly dryRun: boolean;
  /** The command, for a line that is to be typed with `sudo`. */
  readonly command: string;
}

/** What is gone, or would be, as a person calls it. */
export interface Uninstalled {
  readonly gone: readonly string[];
  /** What only root can take out, and other troubles: one sentence each. */
  readonly left: readonly { readonly message: string; readonly hint: string }[];
}

/** Takes out all there is; one that resists stops no other. @throws {UserError} when it is not clear for whom. */
export async function uninstall(system: System, options: UninstallOptions): Promise<Uninstalled> {
  const { os, home, env } = system;
  const { user, purge, dryRun, command } = options;
  const caller = await findCaller(system, { os, user, sudoUser: env.SUDO_USER, home, command });
  const files = new OwnedFiles(system, { ...caller, scope: "user" });
  const { account, asRoot } = caller;
  const record = parseServiceRecord(await files.read(recordPath(account)) ?? "");
  const gone: string[] = [];
  const left: { message: string; hint: string }[] = [];
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    try {
      if (!dryRun) await act();
      gone.push(what);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      left.push({ message: error.message, hint: error.hints[0] ?? "then run uninstall again" });
    }
  };
  const named = user === undefined ? `${command} --user ${shellWord(account.name)}` : command;
  const installed = await findInstalled(files, os);
  for (const job of installed) {
    const where = job.units.map(({ unit }) => unit.path === CRONTAB ? "the crontab" : unit.path).join(", ");
    if (job.scope === "system" && !asRoot) {
      left.push({ message: `${nameOf(job)} is root's: ${where}`, hint: `run: sudo ${named}` });
      continue;
    }
    await attempt(`${nameOf(job)} (${where})`, () => takeOut(files, job, record?.domain));
  }
  // What stays needs its record, its variables and its binary.
  if (left.length > 0) return { gone, left };
  const kept = configPaths(account.home).env;
  const keptText = await files.read(kept);
  if (keptText !== undefined && isManaged(keptText)) await attempt(kept, () => files.write(kept, undefined, 0o600));
  if (record?.lingerBegun) {
    await attempt(`the lingering of ${account.name}`, () => disableLinger(system, account));
  }
  const binary = recordedPlace(record?.binary, account);
  const isOwn = binary?.startsWith(`${account.home}/`);
  // The binary of the machine is root's to remove, where nobody else needs it.
  if (record?.copied && binary !== undefined && (isOwn || (asRoot && !await isShared(files, binary, installed)))) {
    await attempt(binary, () => removeBinary(files, binary));
  }
  // A `sso-heal run` in the foreground is no job of a manager, and goes on; one that was killed has left its record.
  const goesOn = record?.manager === "run" && record.pid !== undefined && await isAlive(files, record.pid);
  if (record !== undefined && !goesOn && left.length === 0) {
    if (!dryRun) await files.write(recordPath(account), undefined, 0o600);
    if (record.manager === "run") gone.push("the record of a sso-heal run that has ended");
  }
  if (purge && left.length === 0) {
    const { dir } = statePaths(account.home);
    await attempt(dir, () => files.removeFolder(dir));
  }
  return { gone, left };
}

/** Ends the job, then removes its texts. @throws {UserError} */
export async function takeOut(files: OwnedFiles, { manager, scope, units }: Installed, domain?: string): Promise<void> {
  await manager.deactivate(files.hands, placementOf(files, scope, domain));
  for (const { unit, present } of units) await files.write(unit.path, unit.without(present), unit.mode);
  if (manager.name === "systemd") await files.write(stampPath(files.owner.account, scope), undefined, 0o644);
}

/** Where systemd notes the last run of a timer, for `Persistent=`. */
function stampPath(account: Account, scope: Scope): string {
  const folder = scope === "system" ? "/var/lib/systemd/timers" : `${account.home}/.local/share/systemd/timers`;
  return `${folder}/stamp-${unitName({ scope, account })}.timer`;
}

/** Jobs of other accounts than that of `installed` may need the binary of the machine. */
async function isShared(
  { hands }: OwnedFiles,
  binary: string,
  installed: readonly Installed[],
): Promise<boolean> {
  const script = `grep -ls -- "$1" /etc/systemd/system/sso-heal-*.service ` +
    `/Library/LaunchDaemons/sso-heal.check.*.plist; ` +
    `grep -ls -- "$1 check" /var/spool/cron/crontabs/* /var/spool/cron/* /usr/lib/cron/tabs/*; ` +
    `{ getent passwd | cut -d: -f6 || :; dscl . -list /Users NFSHomeDirectory | sed 's/^[^ ]* *//'; } 2>/dev/null | ` +
    `while IFS= read -r home; do grep -ls -- "$1" "$home/.config/systemd/user/sso-heal.service" ` +
    `"$home"/Library/LaunchAgents/sso-heal.check.*.plist; done; :`;
  const { stdout } = await hands.run({ program: "/bin/sh", args: ["-c", script, "sh", binary] });
  const own = installed.flatMap(({ units }) => units.map(({ unit }) => unit.path));
  return stdout.split("\n").some((path) => path !== "" && !own.includes(path));
}

async function isAlive(files: OwnedFiles, pid: number): Promise<boolean> {
  return (await files.run("/bin/kill", ["-0", String(pid)])).code === 0;
}

async function removeBinary(files: OwnedFiles, binary: string): Promise<void> {
  try {
    await files.write(binary, undefined, 0o755);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, [`run: sudo rm ${shellWord(binary)}`], error.exitCode);
  }
}
