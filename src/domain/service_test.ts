// Tests of the one decision about the job: whether its checks are overdue.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isOverdue } from "./service.ts";

const MINUTE = 60_000;
const EVERY = 10 * MINUTE;
const NOW = Date.parse("2026-11-20T10:00:00Z");
const ago = (minutes: number) => NOW - minutes * MINUTE;

type Row = readonly [sentence: string, since: number, lastRunAt: number | undefined, expected: boolean];

const ROWS: readonly Row[] = [
  ["a run a moment ago", ago(1_000), ago(1), false],
  ["two intervals without a run", ago(1_000), ago(20), false],
  ["two and a half intervals to the millisecond", ago(1_000), ago(25), false],
  ["a millisecond more", ago(1_000), ago(25) - 1, true],
  ["a job that was set up a moment ago and has not run", ago(1), undefined, false],
  ["a job that was set up long ago and never ran", ago(26), undefined, true],
  ["a job that was set up anew after a long silence", ago(5), ago(1_000), false],
  ["a run in the time to come: a clock that was set back", ago(1_000), ago(-600), false],
  ["a job set up in the time to come", ago(-600), ago(1_000), false],
];

for (const [sentence, since, lastRunAt, expected] of ROWS) {
  Deno.test(`isOverdue() is ${expected} for ${sentence}`, () => {
    assert.equal(isOverdue(EVERY, since, lastRunAt, NOW), expected);
  });
}

Deno.test("isOverdue() never turns back to false as time goes on without a run", () => {
  const time = fc.integer({ min: 0, max: 10 ** 9 });
  fc.assert(fc.property(time, fc.option(time, { nil: undefined }), time, time, (since, lastRunAt, now, later) => {
    if (isOverdue(EVERY, since, lastRunAt, now)) assert.ok(isOverdue(EVERY, since, lastRunAt, now + later));
  }));
});
