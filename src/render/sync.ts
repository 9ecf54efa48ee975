// What a sync did, in text: one line a profile, or one for all of them when they are many.
import { formatDuration } from "../domain/duration.ts";
import type { SyncReport } from "../domain/report.ts";
import { namesOf, type SyncFailure, syncFailures } from "../domain/sync_failures.ts";
import { clean } from "./cells.ts";
import { faultText, shownPath } from "./fault_words.ts";
import type { Screen } from "./screen.ts";
import { formatMarked, formatWaysOut } from "./session_lines.ts";
import { counted, GOOD, OUTCOME_MARKS, validity } from "./words.ts";

/** So many profiles get a line each. */
const FEW = 10;

/** Lines about what was changed and what failed; `all` adds what was fine already. */
export function formatSync(reports: readonly SyncReport[], screen: Screen, all = false): string[] {
  const fine = reports.filter(({ error, changed }) => error === undefined && (all || changed));
  const lines = fine.length <= FEW
    ? fine.flatMap((report) => formatMarked(GOOD, formatOne(report, screen), "", screen))
    : formatMarked(GOOD, formatMany(fine, screen), "", screen);
  return [...lines, ...syncFailures(reports).flatMap((group) => formatFailure(group, screen))];
}

function formatOne({ from, to, file, changed, expiresAt }: SyncReport, screen: Screen): string {
  const until = expiresAt === undefined ? "" : `, ${validity(expiresAt, screen.now)}`;
  const what = changed ? `has the credentials of ${clean(from)}` : "needs nothing";
  return `profile ${clean(to)} in ${shownPath(file, screen.home)} ${what}${until}`;
}

function formatMany(reports: readonly SyncReport[], screen: Screen): string {
  const changed = reports.filter((report) => report.changed).length;
  const files = [...new Set(reports.map(({ file }) => shownPath(file, screen.home)))].join(", ");
  const first = Math.min(...reports.map(({ expiresAt }) => expiresAt ?? Infinity));
  const rest = changed < reports.length ? `, ${reports.length - changed} needed nothing` : "";
  const until = first === Infinity ? "" : `; the first ends in ${formatDuration(Math.max(0, first - screen.now))}`;
  return `${counted(changed, "profile")} of ${files} written${rest}${until}`;
}

function formatFailure(failure: SyncFailure, screen: Screen): string[] {
  const { error, outcome, reports, isExample } = failure;
  const removed = reports.some(({ changed }) => changed) ? "; keys that were over are taken out" : "";
  const whose = reports.length === 1 ? "profile" : `${reports.length} profiles:`;
  const names = `${clean(namesOf(failure))}${isExample ? ", for example" : ""}`;
  const text = `${whose} ${names}: ${faultText(error, screen)}${removed}`;
  return [
    ...formatMarked(OUTCOME_MARKS[outcome], text, "", screen),
    ...formatWaysOut(error.hint === "" ? [] : clean(error.hint).split("; "), "  ", screen),
  ];
}
