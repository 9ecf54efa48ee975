// What every check leaves behind: heartbeat, history, figures for a collector, a line in the log.
import { exitCodeOf } from "../domain/outcome.ts";
import type { CheckReport } from "../domain/report.ts";
import { formatInstant } from "../domain/instant.ts";
import { VERSION } from "../domain/version.ts";
import { sweepTemporary } from "../store/atomic_file.ts";
import { appendHistory, writeHeartbeat, writeMetrics } from "../store/journal.ts";
import { awsPaths, statePaths } from "../store/paths.ts";
import type { Context } from "./context.ts";
import { metricsOf } from "./metrics.ts";

/** Leaves word of a check. A disk that is full or read-only costs a warning, never the check. */
export function leaveWord({ system, log }: Context, report: CheckReport): void {
  const { home } = system;
  const { outcome, startedAt, durationMs } = report;
  const at = startedAt + durationMs;
  const exitCode = exitCodeOf(outcome);
  const sessions = report.sessions.map(({ name, state, action, error }) => ({
    name,
    state,
    action,
    error: error?.code,
  }));
  try {
    writeHeartbeat(home, { at, outcome, exitCode, pid: Deno.pid, version: VERSION });
    appendHistory(home, { at: formatInstant(at), outcome, exitCode, durationMs, sessions });
    writeMetrics(home, metricsOf(report));
  } catch (error) {
    log.warning("cannot leave word of this check", { error: error instanceof Error ? error.message : String(error) });
  }
  log.info(`check: ${outcome}`, { durationMs, sessions });
  const { ssoCache, cliCache } = awsPaths(home);
  const { dir, sessions: records } = statePaths(home);
  for (const folder of [ssoCache, cliCache, dir, records]) sweepTemporary(folder, at);
}
