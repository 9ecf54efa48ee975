// Retry timing after temporary failures.

/** How retries are spaced. Milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Between tries within one run: a connection that was refused, a 503. */
export const WITHIN_RUN: Backoff = { firstMs: 300, maxMs: 3_000 };

/** Between runs, recorded as `retryAt`: below the usual interval at first, so that a short outage costs one run only. */
export const ACROSS_RUNS: Backoff = { firstMs: 60_000, maxMs: 30 * 60_000 };

/** The longest `Retry-After` that is believed; a broken proxy may say a year. */
export const LONGEST_ASKED_MS = 6 * 3_600_000;

/**
 * Milliseconds to wait after the `failures`-th failure in a row (1 = the first): doubled each time up to the maximum,
 * between half and all of it by `random` (in [0, 1)), and never less than the service asked for.
 */
export function delayAfter(backoff: Backoff, failures: number, random: number, askedMs = 0): number {
  const doubled = backoff.firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30);
  const capped = Math.min(doubled, backoff.maxMs);
  const jittered = Math.round(capped / 2 + random * capped / 2);
  return Math.max(jittered, Math.min(Math.max(askedMs, 0), LONGEST_ASKED_MS));
}
