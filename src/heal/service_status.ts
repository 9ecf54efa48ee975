// How the job is that runs the checks: what its manager says, and what its heartbeat proves.
import { formatDuration } from "../domain/duration.ts";
import {
  isOverdue,
  type ManagerView,
  type Placement,
  type ServiceHint,
  type ServiceStatus,
} from "../domain/service.ts";
import { cron } from "../service/cron.ts";
import { launchd } from "../service/launchd.ts";
import { systemd } from "../service/systemd.ts";
import { type Heartbeat, readHeartbeat } from "../store/journal.ts";
import type { ServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";

const ASKED = { launchd, systemd, cron };
/** A container shows no other process of itself: only its heartbeat tells. */
const NOT_ASKED: ManagerView = { loaded: true, enabled: true, hints: [] };

/** Never throws: what cannot be asked is a hint. */
export async function readServiceStatus(
  system: System,
  record: ServiceRecord,
  beat: Heartbeat | undefined = readHeartbeat(system.home),
): Promise<ServiceStatus> {
  const { manager, scope, everyMs, since, domain, hardening = "none" } = record;
  const { home } = system;
  const account = record.account ?? { name: system.user, uid: 0, gid: 0, home };
  const placement: Placement = { scope, account, asRoot: false, domain };
  const view = manager === "run" ? NOT_ASKED : await ASKED[manager].ask(system, placement);
  const lastRunAt = beat?.scheduledAt;
  const now = system.now();
  const overdue = isOverdue(everyMs, since, lastRunAt, now);
  const hints: ServiceHint[] = [...view.hints];
  if (!view.loaded && hints.length === 0) hints.push(notLoaded(manager));
  if (overdue) hints.push(overdueHint(manager, now - Math.max(since, lastRunAt ?? 0)));
  if (beat?.sandbox === false && hardening !== "none") hints.push(NOT_CONFINED);
  return {
    installed: true,
    // A service of systemd that runs has no next run; launchd does not say when it is.
    stale: !view.loaded || !view.enabled || overdue ||
      (manager === "systemd" && view.nextRunAt === undefined && !view.running),
    manager,
    scope,
    domain,
    everyMs,
    loaded: view.loaded,
    running: view.running,
    nextRunAt: view.nextRunAt,
    lastRunAt,
    sandbox: { level: hardening, enforced: beat?.sandbox },
    hints,
  };
}

function overdueHint(manager: ServiceRecord["manager"], ms: number): ServiceHint {
  const hint = manager === "run" ? "start it again: sso-heal run" : "run: sso-heal install, which repairs it";
  return { code: "Overdue", message: `No check has run for ${formatDuration(ms)}.`, hint };
}

function notLoaded(manager: ServiceRecord["manager"]): ServiceHint {
  return { code: "NotLoaded", message: `${manager} does not know the job any more.`, hint: "run: sso-heal install" };
}

const NOT_CONFINED: ServiceHint = {
  code: "SandboxOff",
  message: "The system does not confine the job to its folders, although its unit says so.",
  hint: "on Ubuntu 24.04 AppArmor may forbid user name spaces; as a job of the machine: sudo sso-heal install",
};
