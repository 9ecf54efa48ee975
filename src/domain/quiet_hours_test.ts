// Proves quiet hours and daytime on ordinary days and on those on which the clock is put forward or back.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isQuiet, nextDaytime, parseQuietHours, type QuietHours, quietUntil } from "./quiet_hours.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const LORD_HOWE = "Australia/Lord_Howe";
const KOLKATA = "Asia/Kolkata";
const NIGHT = "22:00-07:00";
const NOTHING_OF_THE_DAY = "07:30-21:00";

/** `now` and the answers are local times with their offset, so that each row can be read without a calendar. */
type Row = [sentence: string, hours: string | undefined, timeZone: string, now: string, expected: string];

function hoursOf(text: string | undefined): QuietHours | undefined {
  return text === undefined ? undefined : parseQuietHours(text);
}

function assertMoment(actual: number, expected: string) {
  assert.equal(new Date(actual).toISOString(), new Date(expected).toISOString());
}

Deno.test("parseQuietHours() gives minutes after midnight", () => {
  const rows: [string, number, number][] = [
    ["22:00-07:00", 22 * 60, 7 * 60],
    ["00:00-23:59", 0, 24 * 60 - 1],
    ["09:05-09:05", 9 * 60 + 5, 9 * 60 + 5],
  ];
  for (const [text, fromMinute, toMinute] of rows) assert.deepEqual(parseQuietHours(text), { fromMinute, toMinute });
});

const QUIET: readonly [sentence: string, hours: string | undefined, timeZone: string, now: string, quiet: boolean][] = [
  ["is false without quiet hours", undefined, BERLIN, "2026-11-20T03:00+01:00", false],
  ["is false when the ends are equal", "22:00-22:00", BERLIN, "2026-11-20T22:00+01:00", false],
  ["is false a millisecond before", NIGHT, BERLIN, "2026-11-20T21:59:59.999+01:00", false],
  ["is true at the first minute", NIGHT, BERLIN, "2026-11-20T22:00+01:00", true],
  ["is true at midnight", NIGHT, BERLIN, "2026-11-20T00:00+01:00", true],
  ["is true in the last millisecond", NIGHT, BERLIN, "2026-11-20T06:59:59.999+01:00", true],
  ["is false at the end", NIGHT, BERLIN, "2026-11-20T07:00+01:00", false],
  ["knows hours within one day", "12:00-13:00", BERLIN, "2026-11-20T12:30+01:00", true],
  ["is false after hours within one day", "12:00-13:00", BERLIN, "2026-11-20T13:00+01:00", false],
  ["follows summer time", NIGHT, BERLIN, "2026-07-20T22:00+02:00", true],
  ["reads the clock of the zone, not of UTC", NIGHT, NEW_YORK, "2026-11-20T23:00+00:00", false],
  ["knows half hours in the offset", NIGHT, KOLKATA, "2026-11-20T22:00+05:30", true],
  ["is false before them", NIGHT, KOLKATA, "2026-11-20T21:59+05:30", false],
  ["is true in both of the hours that autumn repeats", "02:00-03:00", BERLIN, "2026-10-25T02:30+01:00", true],
  ["reads the fraction of a second before 1970", NIGHT, "UTC", "1969-12-31T21:59:59.999Z", false],
];
for (const [sentence, hours, timeZone, now, quiet] of QUIET) {
  Deno.test(`isQuiet() ${sentence}`, () => assert.equal(isQuiet(Date.parse(now), hoursOf(hours), timeZone), quiet));
}

const UNTIL: readonly Row[] = [
  ["is now without quiet hours", undefined, BERLIN, "2026-11-20T03:00+01:00", "2026-11-20T03:00+01:00"],
  ["is now when it is not quiet", NIGHT, BERLIN, "2026-11-20T12:34:56.789+01:00", "2026-11-20T12:34:56.789+01:00"],
  ["is now when the ends are equal", "22:00-22:00", BERLIN, "2026-11-20T22:00+01:00", "2026-11-20T22:00+01:00"],
  ["is the next morning", NIGHT, BERLIN, "2026-11-20T22:00+01:00", "2026-11-21T07:00+01:00"],
  ["is this morning after midnight", NIGHT, BERLIN, "2026-11-20T00:30:00.001+01:00", "2026-11-20T07:00+01:00"],
  ["is after hours within one day", "12:00-13:00", KOLKATA, "2026-11-20T12:00+05:30", "2026-11-20T13:00+05:30"],
  ["is the one minute that is not quiet", "00:00-23:59", BERLIN, "2026-11-20T00:00+01:00", "2026-11-20T23:59+01:00"],
  ["is an hour earlier in spring", NIGHT, BERLIN, "2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"],
  ["is an hour later in autumn", NIGHT, BERLIN, "2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"],
  ["knows spring in America", NIGHT, NEW_YORK, "2026-03-07T22:00-05:00", "2026-03-08T07:00-04:00"],
  ["knows autumn in America", NIGHT, NEW_YORK, "2026-10-31T22:00-04:00", "2026-11-01T07:00-05:00"],
  ["knows half an hour forward", NIGHT, LORD_HOWE, "2026-10-03T22:00+10:30", "2026-10-04T07:00+11:00"],
  ["knows half an hour back", NIGHT, LORD_HOWE, "2026-04-04T22:00+11:00", "2026-04-05T07:00+10:30"],
  ["is the jump that leaves out the end", "22:00-02:30", BERLIN, "2026-03-28T23:00+01:00", "2026-03-29T03:00+02:00"],
  ["is the jump of half an hour", "22:00-02:15", LORD_HOWE, "2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00"],
  ["is the end's first time in autumn", "22:00-02:30", BERLIN, "2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00"],
  ["is the end's second time after that", "22:00-02:30", BERLIN, "2026-10-25T02:10+01:00", "2026-10-25T02:30+01:00"],
  ["is the day after a jump over it all", "03:00-02:00", BERLIN, "2026-03-28T12:00+01:00", "2026-03-30T02:00+02:00"],
  ["knows a zone that left out a day", NIGHT, "Pacific/Apia", "2011-12-29T23:00-10:00", "2011-12-31T07:00+14:00"],
];
for (const [sentence, hours, timeZone, now, expected] of UNTIL) {
  Deno.test(`quietUntil() ${sentence}`, () => {
    assertMoment(quietUntil(Date.parse(now), hoursOf(hours), timeZone), expected);
  });
}

const DAYTIME: readonly Row[] = [
  ["is now at 08:00", undefined, BERLIN, "2026-11-20T08:00+01:00", "2026-11-20T08:00+01:00"],
  ["is now until 20:00", NIGHT, BERLIN, "2026-11-20T19:59:59.999+01:00", "2026-11-20T19:59:59.999+01:00"],
  ["is tomorrow from 20:00", undefined, BERLIN, "2026-11-20T20:00+01:00", "2026-11-21T08:00+01:00"],
  ["is 08:00 although quiet ends before", NIGHT, BERLIN, "2026-11-20T07:30+01:00", "2026-11-20T08:00+01:00"],
  ["is the end of a long night", "22:00-10:00", BERLIN, "2026-11-20T08:00+01:00", "2026-11-20T10:00+01:00"],
  ["is after a quiet noon", "12:00-13:30", KOLKATA, "2026-11-20T12:00+05:30", "2026-11-20T13:30+05:30"],
  ["is tomorrow in a quiet evening", "17:00-07:00", NEW_YORK, "2026-11-20T17:00-05:00", "2026-11-21T08:00-05:00"],
  ["is 08:00 of the new time in spring", NIGHT, BERLIN, "2026-03-28T20:00+01:00", "2026-03-29T08:00+02:00"],
  ["is 08:00 of the new time in autumn", NIGHT, LORD_HOWE, "2026-04-04T21:00+11:00", "2026-04-05T08:00+10:30"],
  [
    "is now at night when no day is left",
    NOTHING_OF_THE_DAY,
    BERLIN,
    "2026-11-20T03:00+01:00",
    "2026-11-20T03:00+01:00",
  ],
  [
    "is the first calm when no day is left",
    NOTHING_OF_THE_DAY,
    BERLIN,
    "2026-11-20T08:00+01:00",
    "2026-11-20T21:00+01:00",
  ],
  ["is the one minute left of the day", "20:00-19:59", BERLIN, "2026-11-20T20:00+01:00", "2026-11-21T19:59+01:00"],
];
for (const [sentence, hours, timeZone, now, expected] of DAYTIME) {
  Deno.test(`nextDaytime() ${sentence}`, () => {
    const at = Date.parse(now);
    assertMoment(nextDaytime(at, hoursOf(hours), timeZone), expected);
    if (hours !== NOTHING_OF_THE_DAY) assert.equal(isDaytime(at, hoursOf(hours), timeZone), now === expected);
  });
}

Deno.test("quietUntil() and nextDaytime() give now when no minute of the day is left", () => {
  const always: QuietHours = { fromMinute: 0, toMinute: 24 * 60 };
  const now = Date.parse("2026-11-20T10:00:00Z");
  assert.deepEqual([quietUntil(now, always, BERLIN), nextDaytime(now, always, BERLIN)], [now, now]);
});

Deno.test("isQuiet() takes the machine's time zone without another", () => {
  const noon = new Date(2026, 10, 20, 12, 0).getTime();
  const quiet = [noon - 1, noon, noon + MINUTE].map((at) => isQuiet(at, parseQuietHours("12:00-12:01"), undefined));
  assert.deepEqual(quiet, [false, true, false]);
});

/** By the clock of the place, in another way than the program. */
function isDaytime(at: number, hours: QuietHours | undefined, timeZone: string | undefined): boolean {
  const hour = Number(new Intl.DateTimeFormat("en", { timeZone, hourCycle: "h23", hour: "2-digit" }).format(at));
  return hour >= 8 && hour < 20 && !isQuiet(at, hours, timeZone);
}

const minuteOfDay = fc.integer({ min: 0, max: 24 * 60 - 1 });
const anyHours = fc.option(fc.record({ fromMinute: minuteOfDay, toMinute: minuteOfDay }), { nil: undefined });
const anyZone = fc.constantFrom(BERLIN, NEW_YORK, LORD_HOWE, KOLKATA, "UTC", "Pacific/Apia", "Africa/Casablanca");
/** Nights in which one of the zones changes its clock, and any other moment. */
const anyMoment = fc.oneof(
  fc.integer({ min: Date.parse("2000-01-01T00:00:00Z"), max: Date.parse("2050-01-01T00:00:00Z") }),
  fc.tuple(
    fc.constantFrom("2011-12-30", "2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25", "2026-11-01"),
    fc.integer({ min: -DAY, max: DAY }),
  ).map(([day, offset]) => Date.parse(day) + offset),
);

Deno.test("quietUntil() is the very first moment from now on that is not quiet", () => {
  fc.assert(
    fc.property(anyMoment, anyHours, anyZone, fc.double({ min: 0, max: 1, noNaN: true }), (now, hours, zone, part) => {
      const until = quietUntil(now, hours, zone);
      assert.ok(until >= now && !isQuiet(until, hours, zone));
      if (until > now) assert.ok(isQuiet(now + Math.floor((until - 1 - now) * part), hours, zone));
      if (until > now) assert.ok(isQuiet(until - 1, hours, zone));
    }),
  );
});

Deno.test("nextDaytime() is the very first daytime from now on, and not quiet in any case", () => {
  fc.assert(
    fc.property(anyMoment, anyHours, anyZone, fc.double({ min: 0, max: 1, noNaN: true }), (now, hours, zone, part) => {
      const next = nextDaytime(now, hours, zone);
      assert.ok(next >= now && !isQuiet(next, hours, zone));
      if (!isDaytime(next, hours, zone)) return assert.equal(next, quietUntil(now, hours, zone));
      if (next > now) assert.ok(!isDaytime(now + Math.floor((next - 1 - now) * part), hours, zone));
    }),
  );
});
