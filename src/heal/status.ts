// What the files say about every session: no network, nothing changed.
import { worst } from "../domain/outcome.ts";
import type { Choice } from "../domain/select.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { StatusReport } from "../domain/report.ts";
import { NO_SERVICE } from "../domain/service.ts";
import { readHeartbeat } from "../store/journal.ts";
import type { Context } from "./context.ts";
import { look, wasUsed } from "./look.ts";
import { reportOf } from "./report.ts";
import { readServiceStatus } from "./service_status.ts";
import { loadSetup } from "./setup.ts";

const OUTCOMES: readonly string[] = [
  "healthy",
  "temporary-failure",
  "waiting-for-approval",
  "needs-login",
  "broken",
] satisfies Outcome[];

/** Reads the state of the chosen sessions. @throws {UserError} when the choice matches nothing (exit 2). */
export async function readStatus({ system, forgoPrograms }: Context, choice: Choice): Promise<StatusReport> {
  const { selected, service, refreshAheadMs, problems, warnings } = await loadSetup(system, choice);
  if (service === undefined || service.manager === "run") forgoPrograms();
  const views = await Promise.all(selected.map((each) => look(system, each, { refreshAheadMs })));
  const someUsed = views.some(wasUsed);
  const sessions = views.map((view) => reportOf(view, view.chosen || wasUsed(view) || !someUsed));
  const heartbeat = readHeartbeat(system.home);
  const lastOutcome = OUTCOMES.includes(heartbeat?.outcome ?? "") ? heartbeat?.outcome as Outcome : undefined;
  return {
    outcome: problems.length > 0
      ? "broken"
      : worst(sessions.filter(({ counted }) => counted).map((one) => one.outcome)),
    at: system.now(),
    sessions,
    problems,
    warnings,
    lastRunAt: heartbeat?.at,
    lastOutcome,
    lastReason: heartbeat?.reason,
    service: service === undefined
      ? { ...NO_SERVICE, lastRunAt: heartbeat?.scheduledAt }
      : await readServiceStatus(system, service, heartbeat),
  };
}
