// What is wrong with the config files as a whole, and with the clock.
import { formatDuration } from "../domain/duration.ts";
import type { Problem } from "../domain/problem.ts";
import { clean } from "./cells.ts";
import { faultText } from "./fault_words.ts";
import type { Screen } from "./screen.ts";
import { formatMarked, formatWaysOut } from "./session_lines.ts";
import { ATTENTION, BAD, type Mark } from "./words.ts";

/** A mark, file and line, what is wrong, and the fix. */
export function formatProblem(problem: Problem, mark: Mark, screen: Screen): string[] {
  return [
    ...formatMarked(mark, faultText(problem, screen), "", screen),
    ...formatWaysOut(problem.hint === "" ? [] : [clean(problem.hint)], "  ", screen),
  ];
}

/** Problems first, then warnings. */
export function formatProblems(
  { problems, warnings }: { problems: readonly Problem[]; warnings: readonly Problem[] },
  screen: Screen,
): string[] {
  return [
    ...problems.flatMap((problem) => formatProblem(problem, BAD, screen)),
    ...warnings.flatMap((warning) => formatProblem(warning, ATTENTION, screen)),
  ];
}

/** Said by every command that found nothing to show. */
export const NO_SESSIONS: readonly string[] = [
  "No SSO session found: ~/.aws/config has no [sso-session] section.",
  "→ add one with sso_start_url and sso_region, then run: sso-heal login",
];

/** From here on a wrong clock misleads: times in files, and signatures (STS allows 15 minutes). */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Lines when the clock of this machine is wrong; `offsetMs` is AWS's clock minus ours. */
export function formatClock(offsetMs: number | undefined, screen: Screen): string[] {
  if (offsetMs === undefined || Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return [];
  const direction = offsetMs > 0 ? "behind" : "ahead of";
  const message = `The clock of this machine is ${formatDuration(offsetMs)} ${direction} that of AWS`;
  const hint = "set it, or switch on time synchronisation (NTP)";
  return formatProblem({ code: "WrongClock", message, hint }, ATTENTION, screen);
}
