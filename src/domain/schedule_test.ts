// Tests of the schedule: which moment comes next after a start.
import assert from "node:assert/strict";
import { INTERVALS } from "./interval.ts";
import { nextCheck, scheduleOf } from "./schedule.ts";

const TEN = { everyMs: 600_000, offsetMs: 180_000 };

function at(time: string): number {
  return Date.parse(`2026-11-20T${time}Z`);
}

const ROWS: readonly (readonly [why: string, lastStart: string, next: string])[] = [
  ["is the next moment of the grid", "10:03:00", "10:13:00"],
  ["follows a first check in between", "10:05:00", "10:13:00"],
  ["leaves out a moment just after the start", "10:02:00", "10:13:00"],
  ["leaves out the one after a late start", "10:12:55", "10:23:00"],
  ["keeps one that is far enough", "10:00:00", "10:03:00"],
  ["is not moved by a start that was a little late", "10:03:29", "10:13:00"],
  ["is on the grid again after a sleep", "18:20:00", "18:23:00"],
  ["goes over the hour", "10:53:00", "11:03:00"],
];

for (const [what, lastStart, next] of ROWS) {
  Deno.test(`nextCheck() ${what}`, () => {
    assert.equal(nextCheck(TEN, at(lastStart), 0), at(next));
  });
}

Deno.test("nextCheck() adds at most a tenth of the interval by chance, and never more than half a minute", () => {
  assert.equal(nextCheck(TEN, at("10:03:00"), 0.999), at("10:13:29.970"));
  assert.equal(nextCheck({ everyMs: 60_000, offsetMs: 0 }, at("10:03:00"), 0.5), at("10:04:03"));
});

Deno.test("nextCheck() leaves between a quarter and one and a quarter of the interval, whenever the last one began", () => {
  for (const minutes of INTERVALS) {
    const schedule = scheduleOf("mini-1", "alice", minutes);
    for (let start = at("10:00:00"); start < at("12:00:00"); start += 7_000) {
      const gap = nextCheck(schedule, start, 0) - start;
      assert.ok(gap >= schedule.everyMs / 4 && gap <= schedule.everyMs * 1.25, `${minutes} min: ${gap}`);
    }
  }
});

Deno.test("scheduleOf() is fixed for a machine and an account", () => {
  assert.deepEqual(scheduleOf("mini-1", "alice", 10), scheduleOf("mini-1", "alice", 10));
  assert.equal(scheduleOf("mini-1", "alice", 10).offsetMs % 60_000, 0);
});
