// A check in text: one line a session, and what a person must do below it.
import type { CheckReport, SessionReport } from "../domain/report.ts";
import { clean, clip, hanging, pad, width } from "./cells.ts";
import { formatClock, formatProblems } from "./problems.ts";
import { paint, type Screen } from "./screen.ts";
import { formatDetails, sessionMark, summarise } from "./session_lines.ts";
import { STATE_WORDS } from "./words.ts";

const STATE_CELLS = Math.max(...Object.values(STATE_WORDS).map(width));
/** What the summary of a session wants; a long name gives way. */
const SUMMARY_CELLS = 36;

/** Text of the whole report, ending with a line break. `onlyAttention` leaves out what is fine; may be empty then. */
export function formatCheck(report: CheckReport, screen: Screen, onlyAttention = false): string {
  const shown = report.sessions.filter((session) => !onlyAttention || session.outcome !== "healthy");
  const nameCells = cellsForNames(shown, screen);
  const lines = [
    ...formatProblems({ problems: report.problems, warnings: onlyAttention ? [] : report.warnings }, screen),
    ...formatClock(report.clockOffsetMs, screen),
    ...shown.flatMap((session) => formatSession(session, nameCells, screen)),
  ];
  if (report.sessions.length === 0 && report.problems.length === 0 && !onlyAttention) lines.push(...NO_SESSIONS);
  return lines.map((line) => `${line}\n`).join("");
}

/** Said by every command that found nothing to show. */
export const NO_SESSIONS: readonly string[] = [
  "No SSO session found: ~/.aws/config has no [sso-session] section.",
  "→ add one with sso_start_url and sso_region, then run: sso-heal login",
];

function cellsForNames(sessions: readonly SessionReport[], screen: Screen): number {
  const longest = Math.max(8, ...sessions.map(({ name }) => width(clean(name))));
  return Math.min(longest, Math.max(12, screen.columns - STATE_CELLS - SUMMARY_CELLS - 6));
}

function formatSession(session: SessionReport, nameCells: number, screen: Screen): string[] {
  const mark = sessionMark(session);
  const name = pad(clip(clean(session.name), nameCells), nameCells);
  const state = pad(STATE_WORDS[session.state], STATE_CELLS);
  const prefix = `${mark.sign} ${name}  ${state}  `;
  const [first, ...rest] = hanging(prefix, summarise(session, screen), screen.columns);
  const coloured = `${paint(screen, mark.colour, mark.sign)} ${name}  ${paint(screen, mark.colour, state)}  `;
  return [(coloured + first.slice(prefix.length)).trimEnd(), ...rest, ...formatDetails(session, "  ", screen)];
}
