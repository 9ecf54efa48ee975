// Why legacy profiles could not be kept up to date: what failed for one reason is one failure.
import { type Outcome, worst } from "./outcome.ts";
import type { CheckReport, Fault, SyncReport } from "./report.ts";

/** One reason, and the profiles that it concerns, in their order. */
export interface SyncFailure {
  readonly error: Fault;
  /** The others failed of the like: another account, say. */
  readonly isExample: boolean;
  /** The worst of `reports`. */
  readonly outcome: Outcome;
  readonly reports: readonly SyncReport[];
}

/** More reasons than that are put together where they are of a kind: nobody reads a hundred. */
const FEW = 5;

/** The failures among `reports`, in the order in which they come up. */
export function syncFailures(reports: readonly SyncReport[]): SyncFailure[] {
  const byReason = together(reports, ({ message, hint }) => `${message}\n${hint}`);
  return byReason.length > FEW ? together(reports, ({ code, hint }) => `${code}\n${hint}`) : byReason;
}

function together(reports: readonly SyncReport[], keyOf: (error: Fault) => string): SyncFailure[] {
  const groups = new Map<string, { error: Fault; reports: SyncReport[] }>();
  for (const report of reports) {
    const { error } = report;
    if (error === undefined) continue;
    const group = groups.get(keyOf(error));
    if (group === undefined) groups.set(keyOf(error), { error, reports: [report] });
    else group.reports.push(report);
  }
  return [...groups.values()].map(({ error, reports }) => ({
    error,
    isExample: reports.some((report) => report.error?.message !== error.message),
    outcome: worst(reports.map(({ outcome }) => outcome)),
    reports,
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
