// Proves when the next login is expected, what a session's end teaches, and when somebody is warned of it.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dueWarning,
  type ExpectedLogin,
  forecast,
  observedLife,
  sameEnd,
  type SessionEnd,
  type SessionHistory,
  withLife,
} from "./forecast.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LEARNED = "learned-session-length";
const REGISTRATION = "registration-end";
type Because = ExpectedLogin["because"];

/** `answer`: milliseconds from now until the expected login, and why. */
type Row = [sentence: string, history: SessionHistory, answer: [inMs: number, because: Because] | undefined];

const LOGIN_2_DAYS_AGO = { loginAt: NOW - 2 * DAY };

const FORECASTS: readonly Row[] = [
  ["knows nothing of a session without history", {}, undefined],
  ["knows nothing from a login alone", LOGIN_2_DAYS_AGO, undefined],
  ["knows nothing from no lives", { ...LOGIN_2_DAYS_AGO, lives: [] }, undefined],
  ["knows nothing from lives alone", { lives: [7 * DAY] }, undefined],
  ["adds the one life to the login", { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY] }, [5 * DAY, LEARNED]],
  ["takes the shortest life", { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY, 6 * DAY, 8 * DAY] }, [4 * DAY, LEARNED]],
  ["forgets all lives but three", { ...LOGIN_2_DAYS_AGO, lives: [3 * DAY, 9 * DAY, 8 * DAY, 9 * DAY] }, [
    6 * DAY,
    LEARNED,
  ]],
  ["gives the end of the registration", { registrationExpiresAt: NOW + 80 * DAY }, [80 * DAY, REGISTRATION]],
  [
    "gives the learned end when it comes first",
    { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY], registrationExpiresAt: NOW + 80 * DAY },
    [5 * DAY, LEARNED],
  ],
  [
    "gives the end of the registration when it comes first",
    { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY], registrationExpiresAt: NOW + DAY },
    [DAY, REGISTRATION],
  ],
  [
    "prefers what is known to what is learned",
    { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY], registrationExpiresAt: NOW + 5 * DAY },
    [5 * DAY, REGISTRATION],
  ],
  ["expects a learned end to the last millisecond", { loginAt: NOW - HOUR, lives: [HOUR + 1] }, [1, LEARNED]],
  ["leaves out a learned end that the session outlived", { loginAt: NOW - HOUR, lives: [HOUR] }, undefined],
  [
    "falls back to the registration when the session outlived its learned end",
    { ...LOGIN_2_DAYS_AGO, lives: [8 * HOUR], registrationExpiresAt: NOW + 80 * DAY },
    [80 * DAY, REGISTRATION],
  ],
  ["leaves out a registration that is over", { registrationExpiresAt: NOW }, undefined],
  [
    "falls back to the learned end when the registration is over",
    { ...LOGIN_2_DAYS_AGO, lives: [7 * DAY], registrationExpiresAt: NOW - 1 },
    [5 * DAY, LEARNED],
  ],
];
for (const [sentence, history, answer] of FORECASTS) {
  Deno.test(`forecast() ${sentence}`, () => {
    assert.deepEqual(forecast(history, NOW), answer && { at: NOW + answer[0], because: answer[1] });
  });
}

/** A session of 8 hours that was refused an hour after its last refresh. */
const END: SessionEnd = {
  loginAt: NOW - 8 * HOUR,
  lastAliveAt: NOW - HOUR,
  refusedAt: NOW,
  tokenLifeMs: HOUR,
};

const LIVES: readonly [sentence: string, end: Partial<SessionEnd>, lifeMs: number | undefined][] = [
  ["counts from the login to the refusal", {}, 8 * HOUR],
  ["believes a gap of two hours", { lastAliveAt: NOW - 2 * HOUR }, 8 * HOUR],
  ["learns nothing from a longer gap: the machine was off", { lastAliveAt: NOW - 2 * HOUR - 1 }, undefined],
  ["believes two lives of a long token", { lastAliveAt: NOW - 6 * HOUR, tokenLifeMs: 3 * HOUR }, 8 * HOUR],
  ["learns nothing from more than that", { lastAliveAt: NOW - 6 * HOUR - 1, tokenLifeMs: 3 * HOUR }, undefined],
  ["believes two hours of a short token", { lastAliveAt: NOW - 2 * HOUR, tokenLifeMs: MINUTE }, 8 * HOUR],
  ["believes two hours of an unknown token", { lastAliveAt: NOW - 2 * HOUR, tokenLifeMs: undefined }, 8 * HOUR],
  ["learns from a session that was never refreshed", { loginAt: NOW - HOUR, lastAliveAt: NOW - HOUR }, HOUR],
  ["learns nothing without a login", { loginAt: undefined }, undefined],
  ["learns nothing without a sign of life", { lastAliveAt: undefined }, undefined],
  ["learns nothing from a life of no time", { loginAt: NOW, lastAliveAt: NOW }, undefined],
  ["learns nothing from a login after the refusal", { loginAt: NOW + 1, lastAliveAt: NOW + 2 }, undefined],
  ["learns nothing from a refresh after the refusal", { lastAliveAt: NOW + 1 }, undefined],
  ["learns nothing from a refresh before the login", { lastAliveAt: NOW - HOUR, loginAt: NOW - MINUTE }, undefined],
  ["learns nothing from moments that are no numbers", { refusedAt: NaN }, undefined],
];
for (const [sentence, end, lifeMs] of LIVES) {
  Deno.test(`observedLife() ${sentence}`, () => assert.equal(observedLife({ ...END, ...end }), lifeMs));
}

Deno.test("withLife() keeps the newest three, newest last", () => {
  assert.deepEqual(withLife(undefined, 1), [1]);
  assert.deepEqual(withLife([1, 2], 3), [1, 2, 3]);
  assert.deepEqual(withLife([1, 2, 3], 4), [2, 3, 4]);
  assert.deepEqual(withLife([1, 2, 3, 4, 5], 6), [4, 5, 6]);
});

const SAME: readonly [sentence: string, laterMs: number, because: Because, same: boolean][] = [
  ["knows the very same end", 0, LEARNED, true],
  ["knows an end that wobbled to later", HOUR - 1, LEARNED, true],
  ["knows an end that wobbled to earlier", -(HOUR - 1), LEARNED, true],
  ["tells an end an hour later apart", HOUR, LEARNED, false],
  ["tells an end an hour earlier apart", -HOUR, LEARNED, false],
  ["tells another reason apart", 0, REGISTRATION, false],
];
for (const [sentence, laterMs, because, same] of SAME) {
  Deno.test(`sameEnd() ${sentence}`, () => {
    assert.equal(sameEnd({ at: NOW, because: LEARNED }, { at: NOW + laterMs, because }), same);
  });
}

const WEEK_AND_DAY = [7 * DAY, DAY];
const LONG: SessionHistory = { lives: [30 * DAY] };

/** `leftMs`: until the expected end. `nextMs`: until the next warning, 0 when it is due. */
interface WarningRow {
  readonly leftMs: number;
  readonly because?: Because;
  readonly history?: SessionHistory;
  readonly warnBefore?: readonly number[];
  readonly warned?: readonly number[];
  readonly due?: number;
  readonly nextMs?: number;
}

const WARNINGS: Readonly<Record<string, WarningRow>> = {
  "waits for the first threshold": { leftMs: 7 * DAY + 1, nextMs: 1 },
  "warns at the first threshold": { leftMs: 7 * DAY, due: 7 * DAY, nextMs: 0 },
  "warns late rather than not at all": { leftMs: 3 * DAY, due: 7 * DAY, nextMs: 0 },
  "warns once for a threshold": { leftMs: 7 * DAY, warned: [7 * DAY], nextMs: 6 * DAY },
  "is silent between two thresholds": { leftMs: DAY + 1, warned: [7 * DAY], nextMs: 1 },
  "warns at the last threshold": { leftMs: DAY, warned: [7 * DAY], due: DAY, nextMs: 0 },
  "warns once, not twice, after the machine was off": { leftMs: 12 * HOUR, due: DAY, nextMs: 0 },
  "does not make up for a larger threshold": { leftMs: 12 * HOUR, warned: [DAY] },
  "is done after all thresholds": { leftMs: 12 * HOUR, warned: [7 * DAY, DAY] },
  "warns to the last millisecond": { leftMs: 1, due: DAY, nextMs: 0 },
  "is silent at the end": { leftMs: 0 },
  "is silent after the end": { leftMs: -DAY },
  "is silent when nobody wants warnings": { leftMs: HOUR, warnBefore: [] },
  "takes thresholds in any order": { leftMs: 2 * DAY, warnBefore: [DAY, 7 * DAY, 3 * DAY], due: 3 * DAY, nextMs: 0 },
  "has no use for a threshold of nothing": { leftMs: HOUR, warnBefore: [0] },
  "keeps quiet below a threshold that is no longer wanted": { leftMs: 2 * DAY, warned: [2 * DAY], nextMs: DAY },
  "leaves out a week's notice of a session of a day": { leftMs: 20 * HOUR, history: { lives: [DAY] } },
  "gives a day's notice of a session of two": { leftMs: 2 * DAY, history: { lives: [2 * DAY] }, nextMs: DAY },
  "gives none of a session a millisecond shorter": { leftMs: HOUR, history: { lives: [2 * DAY - 1] } },
  "judges by the shortest life": { leftMs: HOUR, history: { lives: [30 * DAY, DAY, 30 * DAY] } },
  "forgets a short life after three longer ones": {
    leftMs: 7 * DAY,
    history: { lives: [DAY, 30 * DAY, 30 * DAY, 30 * DAY] },
    due: 7 * DAY,
    nextMs: 0,
  },
  "is silent when no length is known": { leftMs: HOUR, history: {} },
  "gives every notice of the end of a registration": {
    leftMs: 7 * DAY,
    because: REGISTRATION,
    history: { lives: [8 * HOUR] },
    due: 7 * DAY,
    nextMs: 0,
  },
};
for (const [sentence, row] of Object.entries(WARNINGS)) {
  Deno.test(`dueWarning() ${sentence}`, () => {
    const { leftMs, because = LEARNED, history = LONG, warnBefore = WEEK_AND_DAY, warned = [], due, nextMs } = row;
    const expected: ExpectedLogin = { at: NOW + leftMs, because };
    const dueIn = (ms: number) => dueWarning(expected, history, warnBefore, warned, NOW + ms);
    assert.equal(dueIn(0), due);
    const moments = [0, ...warnBefore.map((before) => leftMs - before), leftMs - 1, leftMs].filter((ms) => ms >= 0);
    const first = moments.sort((a, b) => a - b).find((ms) => dueIn(ms) !== undefined);
    assert.equal(first, nextMs);
    if (first) assert.equal(dueIn(first - 1), undefined);
  });
}

const span = fc.integer({ min: 0, max: 40 * DAY });
const spans = fc.array(fc.oneof(span, fc.constantFrom(HOUR, DAY, 7 * DAY)), { maxLength: 4 });
const anyEnd = fc.record({
  at: fc.integer({ min: NOW - DAY, max: NOW + 40 * DAY }),
  because: fc.constantFrom<Because[]>(LEARNED, REGISTRATION),
});

Deno.test("dueWarning() gives a wanted threshold that has come and is below all that were warned for", () => {
  fc.assert(fc.property(anyEnd, spans, spans, spans, (expected, lives, warnBefore, warned) => {
    const due = dueWarning(expected, { lives }, warnBefore, warned, NOW);
    if (due === undefined) return;
    assert.ok(warnBefore.includes(due) && warned.every((before) => due < before));
    assert.ok(NOW >= expected.at - due && NOW < expected.at);
  }));
});

Deno.test("dueWarning() goes on until the end when nobody is warned", () => {
  fc.assert(fc.property(anyEnd, spans, spans, spans, span, (expected, lives, warnBefore, warned, laterMs) => {
    const dueAt = (at: number) => dueWarning(expected, { lives }, warnBefore, warned, at);
    const [now, later] = [dueAt(NOW), dueAt(NOW + laterMs)];
    if (now !== undefined && NOW + laterMs < expected.at) assert.ok(later !== undefined && later <= now);
    if (NOW + laterMs >= expected.at) assert.equal(later, undefined);
  }));
});

Deno.test("dueWarning() falls silent after at most one warning a threshold", () => {
  fc.assert(fc.property(anyEnd, spans, spans, (expected, lives, warnBefore) => {
    const warned: number[] = [];
    for (let at = NOW; at < expected.at; at += 6 * HOUR) {
      const due = dueWarning(expected, { lives }, warnBefore, warned, at);
      if (due !== undefined) warned.push(due);
    }
    assert.deepEqual(warned, [...new Set(warned)].sort((a, b) => b - a));
  }));
});

Deno.test("forecast() never expects a login in the past", () => {
  const moment = fc.option(fc.integer({ min: NOW - 90 * DAY, max: NOW + 90 * DAY }), { nil: undefined });
  fc.assert(fc.property(moment, spans, moment, (loginAt, lives, registrationExpiresAt) => {
    const expected = forecast({ loginAt, lives, registrationExpiresAt }, NOW);
    assert.ok(expected === undefined || expected.at > NOW);
  }));
});
