// From the states of all sessions to one word and one exit code.
import type { SessionState } from "./decide.ts";
import { EXIT, type ExitCode } from "./problem.ts";

export type Outcome = "healthy" | "temporary-failure" | "waiting-for-approval" | "needs-login" | "broken";

/** Of two that weigh the same exit code the one with more left to do counts more. */
const SEVERITY: Record<Outcome, number> = {
  healthy: 0,
  "temporary-failure": 1,
  "waiting-for-approval": 2,
  "needs-login": 3,
  broken: 4,
};
const EXIT_CODES: Record<Outcome, ExitCode> = {
  healthy: EXIT.ok,
  "temporary-failure": EXIT.temporary,
  "waiting-for-approval": EXIT.login,
  "needs-login": EXIT.login,
  broken: EXIT.failed,
};

/** What counts of one session: its state, whether its last attempt failed for a time, and how its profiles fared. */
export interface SessionResult {
  readonly state: SessionState;
  /** The last refresh or proof failed for a temporary reason. */
  readonly temporaryFailure: boolean;
  /** The role of at least one wanted profile was refused. */
  readonly profileBroken: boolean;
}

/** The outcome of one session. A session that is due but was never tried counts as healthy. */
export function outcomeOf(result: SessionResult): Outcome {
  const { state } = result;
  if (state === "broken" || state === "needs-login" || state === "waiting-for-approval") return state;
  if (result.profileBroken) return "broken";
  return result.temporaryFailure ? "temporary-failure" : "healthy";
}

/** The worst of all; `healthy` when there are none. */
export function worst(outcomes: Iterable<Outcome>): Outcome {
  let found: Outcome = "healthy";
  for (const outcome of outcomes) if (SEVERITY[outcome] > SEVERITY[found]) found = outcome;
  return found;
}

/** The outcome that a failure with this exit code stands for. */
export function outcomeOfFailure(exitCode: ExitCode): Outcome {
  if (exitCode === EXIT.temporary) return "temporary-failure";
  return exitCode === EXIT.login ? "needs-login" : "broken";
}

/** 0, 75, 4 or 1. */
export function exitCodeOf(outcome: Outcome): ExitCode {
  return EXIT_CODES[outcome];
}
