// Why legacy profiles could not be kept up to date: what failed for one reason is one failure.
import { type Outcome, worst } from "./outcome.ts";
import type { CheckReport, Fault, SyncReport } from "./report.ts";

/** One reason, and the profiles that it concerns, in their order. */
export interface SyncFailure {
  readonly error: Fault;
  /** The worst of `reports`. */
  readonly outcome: Outcome;
  readonly reports: readonly SyncReport[];
}

/** The failures among `reports`, in the order in which they come up. */
export function syncFailures(reports: readonly SyncReport[]): SyncFailure[] {
  const groups = new Map<string, { error: Fault; reports: SyncReport[] }>();
  for (const report of reports) {
    const { error } = report;
    if (error === undefined) continue;
    const key = `${error.message}\n${error.hint}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { error, reports: [report] });
    else group.reports.push(report);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    outcome: worst(group.reports.map(({ outcome }) => outcome)),
  }));
}

/** So many names stand for all that failed for one reason. */
export const NAMED = 3;

/** `a, b, c and 4 more`: the legacy profiles of one failure. */
export function namesOf({ reports }: SyncFailure): string {
  const more = reports.length > NAMED ? ` and ${reports.length - NAMED} more` : "";
  return reports.slice(0, NAMED).map(({ to }) => to).join(", ") + more;
}

/**
 * In words why a check ended as it did, where neither a session nor a problem of the config files tells: it is then a
 * legacy profile. Undefined otherwise.
 */
export function syncReason({ outcome, sessions, problems, sync = [] }: CheckReport): string | undefined {
  const isTold = problems.length > 0 || sessions.some((one) => one.counted && one.outcome === outcome);
  const failure = isTold ? undefined : syncFailures(sync).find((one) => one.outcome === outcome);
  return failure && `sync of ${namesOf(failure)}: ${failure.error.message}`;
}
