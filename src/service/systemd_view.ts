// What `systemctl show` says about the job, in the words of every manager: is it alive, and if not, what helps?
import type { ManagerView, Placement, ServiceHint } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { commandLine, type Properties, type Seen, unitsOf } from "./systemctl.ts";

const AGAIN = "run: sso-heal install";

/** Exit codes of systemd itself for what goes wrong before the program runs (systemd.exec(5)). */
const NOT_STARTED: Readonly<Record<string, string>> = {
  200: "the home cannot be entered",
  203: "the program is not there or cannot be run",
  216: "the group of the account is not known",
  217: "the account is not known, or the kernel allows no user name spaces",
  218: "the kernel does not let it drop rights",
  226: "a folder it needs is missing or cannot be shown to it",
  228: "the kernel knows no filter of system calls",
};

/** `lingering` is undefined where it does not matter or is not known. */
export function viewOf(seen: Seen, placement: Placement, lingering: boolean | undefined): ManagerView {
  if ("trouble" in seen) {
    const hints = seen.noSystemd ? [] : [noBus(seen.trouble, placement), ...lingerHints(placement, lingering)];
    return { loaded: false, enabled: false, hints };
  }
  const { timer, service } = seen;
  return {
    loaded: isActive(timer),
    enabled: isEnabled(timer),
    ...isActive(timer) || isInstalled(timer) ? { running: isRunning(service) } : {},
    ...withTime("nextRunAt", timer.NextElapseUSecRealtime),
    ...withTime("lastStartAt", service.ExecMainStartTimestamp || timer.LastTriggerUSec),
    ...withResult(service),
    hints: [
      ...timerHints(timer, service, placement),
      ...serviceHints(service, placement),
      ...isInstalled(timer) ? lingerHints(placement, lingering) : [],
    ],
  };
}

/** The file of the unit is there, whatever its state. */
export function isInstalled({ LoadState }: Properties): boolean {
  return LoadState !== undefined && LoadState !== "not-found";
}

export function isActive({ ActiveState }: Properties): boolean {
  return ActiveState === "active";
}

/** For good: `enabled-runtime` ends with the next start of the machine. */
export function isEnabled({ UnitFileState }: Properties): boolean {
  return UnitFileState === "enabled";
}

/** A `oneshot` is `activating` for as long as it runs. */
export function isRunning({ ActiveState }: Properties): boolean {
  return ActiveState !== undefined && /^(activating|active|deactivating|reloading)$/.test(ActiveState);
}

/**
 * Epoch milliseconds of `Fri 2026-11-20 10:00:00 UTC`, which every version of systemd prints with `TZ=UTC`; undefined for
 * nothing, `n/a` and `infinity`.
 */
export function timeOf(text: string | undefined): number | undefined {
  const [, day, time] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text ?? "") ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`);
}

function withTime<Name extends string>(name: Name, text: string | undefined): { readonly [N in Name]?: number } {
  const at = timeOf(text);
  return (at === undefined ? {} : { [name]: at }) as { readonly [N in Name]?: number };
}

function withResult(service: Properties): { readonly lastResult?: string } {
  const { Result, ExecMainStatus, ExecMainStartTimestamp } = service;
  if (!Result || timeOf(ExecMainStartTimestamp) === undefined || isRunning(service)) return {};
  return { lastResult: Result === "exit-code" ? `exit-code ${ExecMainStatus}` : Result };
}

function timerHints(timer: Properties, service: Properties, placement: Placement): readonly ServiceHint[] {
  const name = unitsOf(placement).timer;
  const hints: ServiceHint[] = [];
  const say = (code: string, message: string, hint: string) => void hints.push({ code, message, hint });
  if (timer.LoadState === "masked") {
    say("UnitMasked", `${name} is masked: it cannot run`, `run: ${commandLine(placement, ["unmask", name])}`);
  } else if (isEnabled(timer) && !isActive(timer)) {
    say("TimerNotActive", `${name} is enabled but not active: no check will start`, AGAIN);
  } else if (isActive(timer) && !isEnabled(timer)) {
    say("TimerNotEnabled", `${name} will be gone after the next start of this machine`, AGAIN);
  } else if (isInstalled(timer) && !isActive(timer)) {
    say("TimerOff", `${name} is there but switched off`, AGAIN);
  }
  if (isActive(timer) && timeOf(timer.NextElapseUSecRealtime) === undefined && !isRunning(service)) {
    say("NoNextRun", `${name} is active but has no next run`, AGAIN);
  }
  if ([timer, service].some(({ NeedDaemonReload }) => NeedDaemonReload === "yes")) {
    const reload = commandLine(placement, ["daemon-reload"]);
    say("UnitChanged", `systemd does not know the present text of ${name} or its service`, `run: ${reload}`);
  }
  return hints;
}

function serviceHints(service: Properties, placement: Placement): readonly ServiceHint[] {
  const name = unitsOf(placement).service;
  const { Result, ExecMainStatus, ConditionResult, ConditionTimestamp, LoadState } = service;
  if (LoadState === "bad-setting" || LoadState === "error") {
    const message = `systemd does not understand ${name}`;
    return [{ code: "UnitNotUnderstood", message, hint: `${AGAIN} (a drop-in of your own may be at fault)` }];
  }
  // Before the first run the result is "no", too.
  if (ConditionResult === "no" && timeOf(ConditionTimestamp) !== undefined) {
    const { home } = placement.account;
    const message = `the last run was left out: "${home}/.aws" or "${home}/.local/state/sso-heal" is not there`;
    return [{ code: "RunLeftOut", message, hint: AGAIN }];
  }
  const why = Result === "exit-code" ? NOT_STARTED[ExecMainStatus ?? ""] : undefined;
  if (why === undefined) return [];
  return [{
    code: "JobNotStarted",
    message: `systemd could not start ${name}: ${why} (${ExecMainStatus})`,
    hint: AGAIN,
  }];
}

function noBus(trouble: string, { scope, account }: Placement): ServiceHint {
  const message = scope === "user"
    ? `the systemd of "${account.name}" cannot be asked: ${trouble}`
    : `systemd cannot be asked: ${trouble}`;
  return { code: "NoBus", message, hint: "log in to the account, or look at: systemctl status" };
}

function lingerHints({ scope, account }: Placement, lingering: boolean | undefined): readonly ServiceHint[] {
  if (scope === "system" || lingering !== false) return [];
  const message = `the checks of "${account.name}" end when the account logs out, and none runs after a reboot`;
  return [{ code: "LingerMissing", message, hint: `run: sudo loginctl enable-linger ${shellWord(account.name)}` }];
}
