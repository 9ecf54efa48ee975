// A check in text: one line a session, and what a person must do below it.
import type { CheckReport, SessionReport } from "../domain/report.ts";
import { clean, clip, hanging, pad, width } from "./cells.ts";
import { paint, type Screen } from "./screen.ts";
import { sessionMark, summarise } from "./session_summary.ts";
import { STATE_WORDS } from "./words.ts";

const STATE_CELLS = Math.max(...Object.values(STATE_WORDS).map(width));
/** What the summary of a session wants; a long name gives way. */
const SUMMARY_CELLS = 36;

/**
 * Text of the whole report, ending with a line break. `onlyAttention` leaves out what is fine; may be empty then. The
 * words for what is not fine are loaded only if there is something.
 */
export async function formatCheck(report: CheckReport, screen: Screen, onlyAttention = false): Promise<string> {
  const shown = report.sessions.filter((session) => !onlyAttention || session.outcome !== "healthy");
  const nameCells = cellsForNames(shown, screen);
  const lines = await formatAbove(report, screen, onlyAttention);
  for (const session of shown) {
    lines.push(...formatSession(session, nameCells, screen));
    if (hasDetails(session)) lines.push(...(await import("./session_lines.ts")).formatDetails(session, "  ", screen));
  }
  const synced = report.sync?.filter(({ changed, error }) => error !== undefined || (changed && !onlyAttention)) ?? [];
  if (synced.length > 0) lines.push(...(await import("./sync.ts")).formatSync(synced, screen));
  return lines.map((line) => `${line}\n`).join("");
}

/** What concerns no single session: the files, the clock, and that there is no session at all. */
async function formatAbove(report: CheckReport, screen: Screen, onlyAttention: boolean): Promise<string[]> {
  const { sessions, problems, warnings, clockOffsetMs } = report;
  if (sessions.length > 0 && problems.length + warnings.length === 0 && clockOffsetMs === undefined) return [];
  const { formatClock, formatProblems, NO_SESSIONS } = await import("./problems.ts");
  return [
    ...formatProblems({ problems, warnings: onlyAttention ? [] : warnings }, screen),
    ...formatClock(clockOffsetMs, screen),
    ...(sessions.length + problems.length === 0 && !onlyAttention ? NO_SESSIONS : []),
  ];
}

/** Whether there may be more to say of a session than its line does. */
function hasDetails({ counted, outcome, error, pendingLogin, profiles }: SessionReport): boolean {
  return (counted && outcome !== "healthy") || error !== undefined || pendingLogin !== undefined ||
    profiles.some((profile) => profile.ok === false || profile.error !== undefined);
}

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
  return [(coloured + first.slice(prefix.length)).trimEnd(), ...rest];
}
