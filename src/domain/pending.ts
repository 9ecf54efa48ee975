// A login that waits for a person: a device authorization (RFC 8628) that any process of this machine can go on with.
import type { Secret } from "./secret.ts";

/** All times are epoch milliseconds. */
export interface PendingLogin {
  /** Name of the session. */
  readonly session: string;
  readonly startUrl: string;
  readonly region: string;
  /** The client that asked; only it can fetch the token. */
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly registrationExpiresAt: number;
  readonly deviceCode: Secret;
  readonly userCode: string;
  readonly verificationUri: string;
  /** Verbatim as AWS gave it. */
  readonly verificationUriComplete: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  /** Between two polls; `slow_down` adds 5 s for good. */
  readonly intervalMs: number;
  /** AWS does not want to be asked before; see {@link nextPollAt}. */
  readonly nextPollAt: number;
  /** An answer of AWS was lost: it may have been the token, and the code be used up. */
  readonly answerLost?: boolean;
}

/** Whether the code can still be approved at `now`. */
export function isOpen(pending: PendingLogin | undefined, now: number): pending is PendingLogin {
  // A clock that was set back by hours must not make a dead code live for ever.
  return pending !== undefined && now < pending.expiresAt && now >= pending.startedAt - CLOCK_STEP_MS;
}

/** When to ask next: a clock that was set back does not put it off. */
export function nextPollAt(pending: PendingLogin, now: number): number {
  return pending.nextPollAt - now > pending.intervalMs ? now : pending.nextPollAt;
}

const CLOCK_STEP_MS = 5 * 60_000;
