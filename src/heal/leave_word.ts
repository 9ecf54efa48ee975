// What every check leaves behind: heartbeat, history, figures for a collector, a line in the log.
import { exitCodeOf } from "../domain/outcome.ts";
import type { CheckReport } from "../domain/report.ts";
import { formatInstant } from "../domain/instant.ts";
import { VERSION } from "../domain/version.ts";
import { emptyIfLarge } from "../log/rotation.ts";
import { sweepTemporary } from "../store/temporary.ts";
import { appendHistory, type Heartbeat, readHeartbeat, writeHeartbeat, writeMetrics } from "../store/journal.ts";
import { awsPaths, statePaths } from "../store/paths.ts";
import type { ServiceRecord } from "../store/service_record.ts";
import type { Context } from "./context.ts";
import { metricsOf } from "./metrics.ts";

/** What kind of check it was. */
export interface Occasion {
  /** About all sessions. One of chosen sessions leaves no heartbeat and no figures: they would forget the others. */
  readonly whole: boolean;
  /** One of a timer. */
  readonly scheduled: boolean;
  /** The job that is installed. */
  readonly service?: ServiceRecord;
  readonly metricsFile?: string;
}

/** Leaves word of a check. A disk that is full or read-only costs a warning, never the check. */
export async function leaveWord(
  { system, log }: Context,
  report: CheckReport,
  { whole, scheduled, service, metricsFile }: Occasion,
): Promise<void> {
  const { home } = system;
  const { outcome, startedAt, durationMs, sync } = report;
  const isSyncBroken = sync?.some(({ error }) => error !== undefined) ?? false;
  const synced = isSyncBroken ? await import("../domain/sync_failures.ts") : undefined;
  const at = startedAt + durationMs;
  const exitCode = exitCodeOf(outcome);
  const sessions = report.sessions.map(({ name, state, action, error }) => ({
    name,
    state,
    action,
    error: error?.code,
  }));
  try {
    appendHistory(home, { at: formatInstant(at), outcome, exitCode, durationMs, sessions });
    if (whole) {
      const timer = scheduled
        ? { scheduledAt: at, sandbox: await isConfined(home, service) }
        : service && lastScheduled(readHeartbeat(home));
      writeHeartbeat(home, {
        at,
        outcome,
        exitCode,
        pid: Deno.pid,
        version: VERSION,
        ...timer,
        reason: synced?.syncReason(report),
      });
      const metrics = metricsOf(report);
      writeMetrics(home, metrics);
      if (metricsFile !== undefined) await publish(metricsFile, metrics, log);
    }
    // What runs say that crash; launchd itself never shortens it.
    if (scheduled && service?.manager === "launchd") emptyIfLarge(statePaths(home).launchdErrors);
  } catch (error) {
    const { writeFailure } = await import("../store/write_failure.ts");
    const { message } = writeFailure(error, { path: statePaths(home).dir });
    log.warning(`cannot leave word of this check: ${message}`);
  }
  // The history has them all; the log only what is worth reading.
  const notable = sessions.filter(({ state, action }, index) =>
    report.sessions[index].counted && (state !== "healthy" || action !== "none")
  );
  for (const failure of synced?.syncFailures(sync ?? []) ?? []) {
    // That a person is needed is said of the session.
    if (failure.outcome === "needs-login") continue;
    const facts = { profiles: synced?.namesOf(failure), code: failure.error.code };
    // A person who runs a check by hand sees it anyway.
    log[scheduled ? "warning" : "info"](`cannot sync: ${failure.error.message}`, facts);
  }
  log.info(`check: ${outcome}`, { durationMs, ...notable.length > 0 ? { sessions: notable } : {} });
  const { dir, sessions: records } = statePaths(home);
  // Not the folder of the tokens: a file there may be the only copy of one, see `recover.ts`.
  for (const folder of [awsPaths(home).cliCache, dir, records]) sweepTemporary(folder, at);
}

function lastScheduled(before: Heartbeat | undefined): Pick<Heartbeat, "scheduledAt" | "sandbox"> {
  return { scheduledAt: before?.scheduledAt, sandbox: before?.sandbox };
}

/** Nothing is asked where the job is not meant to be confined. */
async function isConfined(home: string, service: ServiceRecord | undefined): Promise<boolean | undefined> {
  if (service?.hardening !== "hardened" && service?.hardening !== "strict") return undefined;
  return (await import("../sandbox/is_confined.ts")).isConfined(home);
}

/** The figures where a collector looks for them. */
async function publish(path: string, metrics: string, log: Context["log"]): Promise<void> {
  const { publishMetrics } = await import("../store/metrics_file.ts");
  try {
    await publishMetrics(path, metrics);
  } catch (error) {
    log.warning(`cannot publish the figures of this check: ${(error as Error).message}`);
  }
}
