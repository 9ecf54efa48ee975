// The core decision: from everything seen about one session at one moment to its state and the single next thing to do.
import type { Problem } from "./problem.ts";
import { isRefreshable, type Token } from "./token.ts";

/** Everything seen about one session at one moment. */
export interface Snapshot {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly token?: Token;
  /** AWS has refused to refresh this very token for good. */
  readonly refused?: { readonly code: string };
  /** After a temporary failure: not before this moment. */
  readonly retryAt?: number;
  /** Config or cache that only a person can repair. */
  readonly problem?: Problem;
}

/** What the user wants. */
export interface Policy {
  /** A token with less than this left is due for a refresh. See {@link refreshWindow}. */
  readonly refreshAheadMs: number;
  /** Refresh now, whatever the clock says and whatever failed before. */
  readonly force?: boolean;
}

export type LoginReason =
  | "no-token"
  | "no-refresh-token"
  | "registration-incomplete"
  | "registration-over"
  | "refresh-refused";

/** The state and the single thing to do next. */
export type Decision =
  | { readonly state: "broken"; readonly action: "report"; readonly problem: Problem }
  | { readonly state: "healthy"; readonly action: "wait"; readonly until: number }
  | { readonly state: "refresh-due"; readonly action: "refresh"; readonly token: Token }
  | { readonly state: "refresh-due"; readonly action: "wait"; readonly until: number }
  | { readonly state: "needs-login"; readonly action: "start-login"; readonly reason: LoginReason };

export type SessionState = Decision["state"];

/**
 * Decides for one session. The order of the questions is the contract: broken, healthy, refreshable, login.
 *
 * A refused refresh needs a person at once, also while the access token is still valid: it is used to its end, and that
 * is the time in which a person can approve without an outage. A token that nothing can refresh stays healthy until the
 * window begins.
 */
export function decide(seen: Snapshot, policy: Policy): Decision {
  if (seen.problem !== undefined) return { state: "broken", action: "report", problem: seen.problem };

  const { token, now } = seen;
  if (token === undefined) return { state: "needs-login", action: "start-login", reason: "no-token" };
  if (seen.refused !== undefined) return { state: "needs-login", action: "start-login", reason: "refresh-refused" };

  const refreshable = isRefreshable(token, now);
  const dueAt = token.expiresAt - policy.refreshAheadMs;
  if (now < dueAt && !(policy.force && refreshable)) return { state: "healthy", action: "wait", until: dueAt };

  if (!refreshable) return { state: "needs-login", action: "start-login", reason: whyNotRefreshable(token) };
  if (seen.retryAt !== undefined && now < seen.retryAt && !policy.force) {
    return { state: "refresh-due", action: "wait", until: seen.retryAt };
  }
  return { state: "refresh-due", action: "refresh", token };
}

function whyNotRefreshable(token: Token): LoginReason {
  if (token.refreshToken === undefined) return "no-refresh-token";
  if (token.clientId === undefined || token.clientSecret === undefined) return "registration-incomplete";
  return "registration-over";
}

/**
 * The refresh window: `aheadMs`, but half the life of the token when AWS issues tokens that live less than twice that
 * (else a fresh token would be due at once).
 */
export function refreshWindow(aheadMs: number, tokenLifeMs: number | undefined): number {
  if (tokenLifeMs === undefined || tokenLifeMs <= 0 || tokenLifeMs >= 2 * aheadMs) return aheadMs;
  return Math.floor(tokenLifeMs / 2);
}
