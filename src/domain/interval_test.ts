// Tests of intervals: which there are, and how machines are spread.
import assert from "node:assert/strict";
import { intervalOf, INTERVALS, minutesOfHour, nearestIntervals, offsetMinute } from "./interval.ts";

Deno.test("intervalOf() knows whole parts of an hour only", () => {
  assert.deepEqual(INTERVALS.filter((minutes) => 60 % minutes !== 0), []);
  const rows = [[600_000, 10], [3_600_000, 60], [60_000, 1], [420_000, undefined], [59_000, undefined], [0, undefined]];
  for (const [ms, wanted] of rows) assert.equal(intervalOf(ms ?? 0), wanted, `${ms}`);
});

Deno.test("nearestIntervals() gives the neighbours that there are", () => {
  assert.deepEqual(nearestIntervals(7 * 60_000), [6, 10]);
  assert.deepEqual(nearestIntervals(1000), [1]);
  assert.deepEqual(nearestIntervals(86_400_000), [60]);
});

Deno.test("offsetMinute() is fixed for a machine and an account, and spreads over the interval", () => {
  assert.equal(offsetMinute("mini-1", "alice", 10), offsetMinute("mini-1", "alice", 10));
  const seen = new Set(Array.from({ length: 200 }, (_, index) => offsetMinute(`mini-${index}`, "alice", 10)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("minutesOfHour() lists every run of an hour", () => {
  assert.deepEqual(minutesOfHour(3, 10), [3, 13, 23, 33, 43, 53]);
  assert.deepEqual(minutesOfHour(7, 60), [7]);
  assert.equal(minutesOfHour(0, 1).length, 60);
});
