// How often a job runs, and at which minute of the hour on this machine.

/** Minutes between two runs: whole parts of an hour, because cron and launchd know only minutes of the hour. */
export const INTERVALS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60] as const;

/** The interval that nobody asked to be another: of `install` and of `run`. */
export const DEFAULT_INTERVAL = 10;

/** The interval of `ms` milliseconds in minutes; undefined when it is none of {@link INTERVALS}. */
export function intervalOf(ms: number): number | undefined {
  return INTERVALS.find((minutes) => minutes * 60_000 === ms);
}

/** The intervals just below and above `ms`, for a hint. */
export function nearestIntervals(ms: number): readonly number[] {
  const below = INTERVALS.findLast((minutes) => minutes * 60_000 < ms);
  const above = INTERVALS.find((minutes) => minutes * 60_000 > ms);
  return [below, above].filter((minutes) => minutes !== undefined);
}

/**
 * The first minute of the hour at which the job of `account` on `host` runs: always the same there, and spread over the
 * machines of a company, so that they do not all ask AWS in the same minute.
 */
export function offsetMinute(host: string, account: string, everyMinutes: number): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const char of `${host}\n${account}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % everyMinutes;
}

/** All minutes of the hour at which it runs, in ascending order. */
export function minutesOfHour(offset: number, everyMinutes: number): readonly number[] {
  return Array.from({ length: 60 / everyMinutes }, (_, index) => offset + index * everyMinutes);
}
