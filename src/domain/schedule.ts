// When the next check is due for a program that stays: on the wall clock, so that a machine that slept catches up once.
import { offsetMinute } from "./interval.ts";

/** Moments at which checks are due: one every `everyMs`, moved by `offsetMs` from the full hour. */
export interface Schedule {
  readonly everyMs: number;
  readonly offsetMs: number;
}

/** No more of the interval than this is waited on top, so that machines with the same minute do not ask at once. */
const MOST_JITTER_MS = 30_000;
const JITTER_SHARE = 0.1;
/** A moment that comes sooner after a start than this share of the interval is left out. */
const TOO_SOON_SHARE = 0.25;

/** The schedule of `account` on `host`, every `everyMinutes` minutes: the same minutes as those of an installed job. */
export function scheduleOf(host: string, account: string, everyMinutes: number): Schedule {
  return { everyMs: everyMinutes * 60_000, offsetMs: offsetMinute(host, account, everyMinutes) * 60_000 };
}

/**
 * When the check after the one that began at `lastStart` is due (epoch milliseconds); `chance` is in [0, 1). It is due
 * as soon as the clock shows that time or a later one: after a sleep over many such moments one check catches up.
 *
 * The caller must put the present time for `lastStart` when the clock shows less than that: it was set back.
 */
export function nextCheck({ everyMs, offsetMs }: Schedule, lastStart: number, chance: number): number {
  const notBefore = lastStart + everyMs * TOO_SOON_SHARE;
  const moment = Math.ceil((notBefore - offsetMs) / everyMs) * everyMs + offsetMs;
  return moment + Math.floor(chance * Math.min(everyMs * JITTER_SHARE, MOST_JITTER_MS));
}
