// The words for states, reasons and what to do about them: one place, so that every output says the same.
import type { LoginReason, SessionState } from "../domain/decide.ts";
import { formatDuration } from "../domain/duration.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Colour } from "./screen.ts";

export const STATE_WORDS: Record<SessionState, string> = {
  healthy: "healthy",
  "refresh-due": "refresh due",
  "waiting-for-approval": "waiting",
  "needs-login": "needs login",
  broken: "broken",
};

/** A sign for the eye; always followed by a word. */
export interface Mark {
  readonly sign: "✓" | "!" | "✗" | "·";
  readonly colour: Colour;
}

export const GOOD: Mark = { sign: "✓", colour: "green" };
export const ATTENTION: Mark = { sign: "!", colour: "yellow" };
export const BAD: Mark = { sign: "✗", colour: "red" };
/** For what is shown but does not count. */
export const ASIDE: Mark = { sign: "·", colour: "faint" };

export const OUTCOME_MARKS: Record<Outcome, Mark> = {
  healthy: GOOD,
  "temporary-failure": ATTENTION,
  "waiting-for-approval": ATTENTION,
  "needs-login": ATTENTION,
  broken: BAD,
};

/** Why a person must sign in. */
export const LOGIN_REASONS: Record<LoginReason, string> = {
  "no-token": "not signed in here yet",
  "no-refresh-token": "cannot renew itself (no refresh token)",
  "registration-incomplete": "cannot renew itself (no client registration)",
  "registration-over": "the client registration has ended",
  "refresh-refused": "AWS has ended the session",
};

/** "valid for 47 min" (rounded down), "ended 3 min ago": follows the word "token". */
export function validity(at: number, now: number): string {
  return at > now ? `valid for ${formatDuration(at - now)}` : `ended ${formatDuration(now - at)} ago`;
}

/** "3 min ago"; "in 3 min" for a time to come (a clock that was set back). */
export function ago(at: number, now: number): string {
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`;
}

/** "1 file", "3 files". */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
