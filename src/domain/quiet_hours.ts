// When a person may be disturbed: times of day in a time zone, right across every change of its clock.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DAYTIME: Hours = { fromMinute: 8 * 60, toMinute: 20 * 60 };
/** A clock that is put forward can jump over the wanted time once; the day after has it. */
const SEARCH_MS = 3 * DAY;

/** A stretch of every day, in minutes after local midnight: `fromMinute` is in it, `toMinute` is not. */
interface Hours {
  readonly fromMinute: number;
  /** Before `fromMinute` when the stretch goes over midnight. */
  readonly toMinute: number;
}

/** What `quiet_hours` says. Equal ends mean "never quiet". */
export type QuietHours = Hours;

/** Reads `22:00-07:00`, which the reader of the config has judged already (src/config/values.ts). */
export function parseQuietHours(text: string): QuietHours {
  const [fromMinute, toMinute] = text.split("-").map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return { fromMinute, toMinute };
}

/**
 * Whether the clock on the wall shows quiet hours. Here and below, moments are whole epoch milliseconds, no `hours` means
 * never quiet, and no `timeZone` means the machine's.
 */
export function isQuiet(now: number, hours: QuietHours | undefined, timeZone: string | undefined): boolean {
  return hours !== undefined && covers(hours, localClock(timeZone)(now));
}

/** The first moment at or after `now` that is not quiet; `now` too if the hours leave no minute of the day. */
export function quietUntil(now: number, hours: QuietHours | undefined, timeZone: string | undefined): number {
  if (hours === undefined) return now;
  return firstMoment(now, localClock(timeZone), [hours], (time) => !covers(hours, time)) ?? now;
}

/**
 * The first moment at or after `now` between 08:00 and 20:00 that is not quiet: the time for what can wait. When the quiet
 * hours leave nothing of the day, the first moment that is not quiet: late is better than never.
 */
export function nextDaytime(now: number, hours: QuietHours | undefined, timeZone: string | undefined): number {
  const stretches = hours === undefined ? [DAYTIME] : [DAYTIME, hours];
  return firstMoment(now, localClock(timeZone), stretches, (time) => isOpenDay(hours, time)) ??
    quietUntil(now, hours, timeZone);
}

function isOpenDay(hours: QuietHours | undefined, time: number): boolean {
  return covers(DAYTIME, time) && !(hours !== undefined && covers(hours, time));
}

function covers({ fromMinute, toMinute }: Hours, time: number): boolean {
  const begun = time >= fromMinute * MINUTE;
  const over = time >= toMinute * MINUTE;
  return fromMinute <= toMinute ? begun && !over : begun || !over;
}

/** From a moment to the local time of day, milliseconds after midnight. */
type LocalClock = (at: number) => number;

function localClock(timeZone: string | undefined): LocalClock {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return (at) => {
    const [hour, minute, second] = format.format(at).split(":").map(Number);
    return (hour * 60 + minute) * MINUTE + second * 1000 + modulo(at, 1000);
  };
}

/** The first moment at or after `now` whose time of day is wanted; that can change only at the ends of the stretches. */
function firstMoment(
  now: number,
  clock: LocalClock,
  stretches: readonly Hours[],
  wanted: (time: number) => boolean,
): number | undefined {
  const ends = stretches.flatMap(({ fromMinute, toMinute }) => [fromMinute * MINUTE, toMinute * MINUTE]);
  let at = now;
  while (at <= now + SEARCH_MS) {
    const time = clock(at);
    if (wanted(time)) return at;
    const next = at + Math.min(...ends.map((end) => modulo(end - time, DAY) || DAY));
    // Where the clock is changed on the way, everything is measured anew from there.
    at = firstChange(clock, at, next) ?? next;
  }
  return undefined;
}

/** The moment after `from` and not after `to` at which the clock is put forward or back, found by halving. */
function firstChange(clock: LocalClock, from: number, to: number): number | undefined {
  const offsetAt = (at: number) => modulo(clock(at) - at, DAY);
  const before = offsetAt(from);
  if (offsetAt(to) === before) return undefined;
  let [same, changed] = [from, to];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(middle) === before) same = middle;
    else changed = middle;
  }
  return changed;
}

/** Never negative, unlike `%`. */
function modulo(value: number, divisor: number): number {
  return (value % divisor + divisor) % divisor;
}
