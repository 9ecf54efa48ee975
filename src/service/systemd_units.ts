// The texts of the systemd job: templates under units/, filled for one account.
import timerTemplate from "../../units/sso-heal.timer" with { type: "text" };
import systemTemplate from "../../units/system/sso-heal.service" with { type: "text" };
import userTemplate from "../../units/user/sso-heal.service" with { type: "text" };
import strictPart from "../../units/user/sso-heal-strict.part" with { type: "text" };
import type { Bind, Job, Placement } from "../domain/service.ts";
import { fill, managedFile } from "./managed_file.ts";
import { MANAGED, type UnitFile } from "./manager.ts";
import { assignment, listWord, mountWord, programWord, unitWord, wholeValue } from "./systemd_escape.ts";

/** A check may take five minutes, and then some for what it has begun. */
const LEAST_MINUTES = 10;
/** Minutes that a check has beyond the interval before systemd ends it. */
const SPARE_MINUTES = 2;
/** What the hardened unit hides in any case: `ProtectHome=tmpfs` and `PrivateTmp=`. */
const HIDDEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/** The name that timer and service share. System units of several accounts live in one folder. */
export function unitName({ scope, account }: Pick<Placement, "scope" | "account">): string {
  return scope === "system" ? `sso-heal-${unitWord(account.name)}` : "sso-heal";
}

/** Where the units of the job are. */
export function unitFolder({ scope, account }: Pick<Placement, "scope" | "account">): string {
  return scope === "system" ? "/etc/systemd/system" : `${account.home}/.config/systemd/user`;
}

/** The service before the timer that names it. */
export function systemdUnits(job: Job): readonly UnitFile[] {
  const path = `${unitFolder(job)}/${unitName(job)}`;
  return [
    managedFile(`${path}.service`, 0o644, () => serviceText(job)),
    managedFile(`${path}.timer`, 0o644, () => timerText(job)),
  ];
}

function serviceText(job: Job): string {
  const { account, scope, binary, hardening, everyMinutes } = job;
  const values = {
    managed: MANAGED,
    unit: wholeValue(unitName(job)),
    user: wholeValue(account.name),
    "home.line": wholeValue(account.home),
    "home.words": listWord(account.home),
    "binary.program": programWord(binary),
    "envFile.line": wholeValue(job.envFile),
    timeoutMinutes: String(Math.max(everyMinutes, LEAST_MINUTES) + SPARE_MINUTES),
    environment: environmentOf(job),
  };
  if (scope === "user") {
    const binds = lines(job.binds, ({ source, writable }) => writable && `ReadWritePaths=-${listWord(source)}`);
    const strict = hardening === "strict" ? fill(strictPart.trimEnd(), { ...values, binds }) : "";
    return fill(userTemplate, { ...values, strict });
  }
  // Of what is hidden anyway only /root could be written.
  const isClosed = account.home !== "/root" && isHidden(account.home, HIDDEN);
  return fill(systemTemplate, {
    ...values,
    hideHome: isClosed ? "" : `TemporaryFileSystem=${mountWord(account.home, "ro")}`,
    bindBinary: isHidden(binary, [...HIDDEN, account.home]) ? `BindReadOnlyPaths=${listWord(binary)}` : "",
    binds: lines(job.binds, bindLine),
  });
}

function timerText(job: Job): string {
  const { account, scope, everyMinutes } = job;
  return fill(timerTemplate, {
    managed: MANAGED,
    unit: wholeValue(unitName(job)),
    user: wholeValue(account.name),
    edit: scope === "system" ? "systemctl edit" : "systemctl --user edit",
    every: everyMinutes === 1 ? "every minute" : everyMinutes === 60 ? "every hour" : `every ${everyMinutes} minutes`,
    calendar: everyMinutes === 60 ? "hourly" : `*:0/${everyMinutes}`,
    // A sixth of the interval: a delay near the interval would make the runs come in pairs.
    delaySeconds: String(Math.min(90, everyMinutes * 10)),
    accuracySeconds: String(Math.min(30, everyMinutes * 3)),
  });
}

/** In the order of their names: the same job has the same text. */
function environmentOf({ account, env }: Job): string {
  const all = Object.entries({ HOME: account.home, ...env }).sort(([one], [other]) => one < other ? -1 : 1);
  return all.map(([name, value]) => `Environment=${assignment(name, value)}`).join("\n");
}

/** A link may lead to nothing: then the check says so, and systemd does not refuse to start it. */
function bindLine({ source, target, writable }: Bind): string {
  const paths = source === target ? listWord(source) : `${listWord(source)}:${listWord(target)}`;
  return `${writable ? "BindPaths" : "BindReadOnlyPaths"}=-${paths}`;
}

function lines(binds: readonly Bind[], line: (bind: Bind) => string | false): string {
  return binds.map(line).filter((text) => text !== false).join("\n");
}

function isHidden(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
