// The status table: every session with the proofs of its profiles below it, and how long each thing lasts.
import { formatDuration } from "../domain/duration.ts";
import type { ProfileReport, SessionReport, StatusReport } from "../domain/report.ts";
import { clean, hanging } from "./cells.ts";
import { formatProblems, NO_SESSIONS } from "./problems.ts";
import type { Screen } from "./screen.ts";
import { formatDetails } from "./session_lines.ts";
import { sessionMark, summarise } from "./session_summary.ts";
import { type Cell, type Column, formatTable } from "./table.ts";
import { formatService } from "./service.ts";
import { OUTCOME_WORDS } from "./outcome_words.ts";
import { ago, ASIDE, BAD, GOOD, type Mark, STATE_WORDS } from "./words.ts";

/** Where a session or role is belongs to wide screens only. */
const WIDE_COLUMNS = 110;

const COLUMNS: readonly Column[] = [
  { header: "SESSION / PROFILE", least: 17 },
  { header: "STATE" },
  { header: "TIME LEFT" },
  { header: "REFRESHABLE" },
  { header: "REGISTRATION" },
];

/** Text of the whole report, ending with a line break; fits 80 columns, and says more on wider screens. */
export function formatStatus(report: StatusReport, screen: Screen): string {
  const wide = screen.columns >= WIDE_COLUMNS && screen.columns !== Infinity;
  const columns = wide ? [...COLUMNS, { header: "WHERE", least: 20 }] : COLUMNS;
  const rows = report.sessions.flatMap((session) => [
    sessionRow(session, screen),
    ...session.profiles.map((profile) => profileRow(profile, screen)),
  ]).map((row) => row.slice(0, columns.length));
  const blocks = [
    formatProblems(report, screen),
    rows.length > 0 ? formatTable(columns, rows, screen) : report.problems.length > 0 ? [] : NO_SESSIONS,
    report.sessions.flatMap((session) => attention(session, screen)),
    [...lastRun(report, screen), ...formatService(report.service, screen)],
  ];
  return blocks.filter((block) => block.length > 0).map((block) => block.map((line) => `${line}\n`).join("")).join(
    "\n",
  );
}

function sessionRow(session: SessionReport, screen: Screen): Cell[] {
  return [
    { text: clean(session.name), colour: "bold" },
    stateCell(sessionMark(session), STATE_WORDS[session.state]),
    leftCell(session.accessTokenExpiresAt, screen),
    { text: session.refreshable === undefined ? "" : session.refreshable ? "yes" : "no" },
    leftCell(session.registrationExpiresAt, screen),
    { text: clean(session.startUrl), colour: "faint" },
  ];
}

function profileRow(profile: ProfileReport, screen: Screen): Cell[] {
  return [
    { text: `  ${clean(profile.name)}` },
    profile.ok === undefined
      ? stateCell(ASIDE, "not proved")
      : profile.ok
      ? stateCell(GOOD, "works")
      : stateCell(BAD, profile.error?.code === "Failed" ? "not proved" : "refused"),
    leftCell(profile.credentialsExpireAt, screen),
    { text: "" },
    { text: "" },
    { text: clean(`${profile.accountId} ${profile.roleName}`), colour: "faint" },
  ];
}

function stateCell(mark: Mark, word: string): Cell {
  return { text: `${mark.sign} ${word}`, colour: mark.colour };
}

function leftCell(at: number | undefined, { now }: Screen): Cell {
  if (at === undefined) return { text: "" };
  return at > now ? { text: formatDuration(at - now) } : { text: "ended", colour: "yellow" };
}

/** What the table cannot say: why, and what to do. */
function attention(session: SessionReport, screen: Screen): string[] {
  if (!session.counted || session.outcome === "healthy") return [];
  const summary = summarise(session, screen) || STATE_WORDS[session.state];
  return [
    ...hanging("", `${clean(session.name)}: ${summary}`, screen.columns),
    ...formatDetails(session, "  ", screen),
  ];
}

function lastRun({ lastRunAt, lastOutcome, lastReason }: StatusReport, { now, columns }: Screen): string[] {
  if (lastRunAt === undefined) return ["No check has run on this machine yet.", "→ run: sso-heal check"];
  const outcome = lastOutcome === undefined ? "" : `: ${OUTCOME_WORDS[lastOutcome]}`;
  const reason = outcome === "" || lastReason === undefined ? "" : ` (${clean(lastReason)})`;
  return hanging("", `Last check ${ago(lastRunAt, now)}${outcome}${reason}`, columns);
}
