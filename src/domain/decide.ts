// The core decision: from everything seen about one session at one moment to its state and the single next thing to do.
import { LONGEST_ASKED_MS } from "./backoff.ts";
import { isOpen, type PendingLogin } from "./pending.ts";
import type { Problem } from "./problem.ts";
import { isRefreshable, type Token } from "./token.ts";

/** Everything seen about one session at one moment. */
export interface Snapshot {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly token?: Token;
  /** A login that waits for a person; one whose code has run out counts for nothing. */
  readonly pending?: PendingLogin;
  /** AWS has refused to refresh this very token for good. */
  readonly refused?: { readonly code: string };
  /** After a temporary failure: not before this moment, if it is one that any back-off can give. */
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
  /** Somebody is asked to approve ahead of time. */
  | { readonly state: "healthy"; readonly action: "poll-login"; readonly pending: PendingLogin }
  | { readonly state: "refresh-due"; readonly action: "refresh"; readonly token: Token }
  | { readonly state: "refresh-due"; readonly action: "wait"; readonly until: number }
  | {
    readonly state: "waiting-for-approval";
    readonly action: "poll-login";
    readonly pending: PendingLogin;
    readonly reason: LoginReason;
  }
  | { readonly state: "needs-login"; readonly action: "start-login"; readonly reason: LoginReason };

export type SessionState = Decision["state"];

/**
 * Decides for one session. The order of the questions is the contract: broken, healthy, refreshable, waiting, login.
 *
 * A refused refresh needs a person at once, also while the access token is still valid: it is used to its end, and that
 * is the time in which a person can approve without an outage. A token that nothing can refresh stays healthy until the
 * window begins.
 */
export function decide(seen: Snapshot, policy: Policy): Decision {
  if (seen.problem !== undefined) return { state: "broken", action: "report", problem: seen.problem };

  const { token, now } = seen;
  const pending = isOpen(seen.pending, now) ? seen.pending : undefined;
  if (token === undefined) return personNeeded("no-token", pending);
  if (seen.refused !== undefined) return personNeeded("refresh-refused", pending);

  const refreshable = isRefreshable(token, now);
  const dueAt = token.expiresAt - policy.refreshAheadMs;
  if (now < dueAt && !(policy.force && refreshable)) {
    if (pending !== undefined) return { state: "healthy", action: "poll-login", pending };
    return { state: "healthy", action: "wait", until: dueAt };
  }

  if (!refreshable) return personNeeded(whyNotRefreshable(token), pending);
  if (seen.retryAt !== undefined && isAhead(seen.retryAt, now) && !policy.force) {
    return { state: "refresh-due", action: "wait", until: seen.retryAt };
  }
  return { state: "refresh-due", action: "refresh", token };
}

/** Whether a moment to wait for is still to come. Nobody waits longer: then it was noted by a clock that ran ahead. */
function isAhead(retryAt: number, now: number): boolean {
  return now < retryAt && retryAt - now <= LONGEST_ASKED_MS;
}

function personNeeded(reason: LoginReason, pending: PendingLogin | undefined): Decision {
  if (pending !== undefined) return { state: "waiting-for-approval", action: "poll-login", pending, reason };
  return { state: "needs-login", action: "start-login", reason };
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
