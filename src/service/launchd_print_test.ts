// Proves what is read from launchctl's own words, and what is not guessed from them.
import assert from "node:assert/strict";
import { printed } from "../../tests/service/launchctl_script.ts";
import { isDisabled, nextMoment, readPrinted } from "./launchd_print.ts";

const MINUTE = 60_000;

type Row = readonly [sentence: string, text: string, running: boolean, lastResult: string | undefined];

const ROWS: readonly Row[] = [
  ["a job that ended well", printed(), false, "success"],
  ["a job that runs", printed({ state: "running" }), true, "success"],
  ["a job that never ended", printed({ end: "last exit code = (never exited)" }), false, undefined],
  ["an exit code with its name", printed({ end: "last exit code = 78: EX_CONFIG" }), false, "exit-code 78"],
  ["an exit code without", printed({ end: "last exit code = 4" }), false, "exit-code 4"],
  ["a death by a signal", printed({ end: "last terminating signal = Killed: 9" }), false, "signal 9"],
  [
    "the signal before the exit code",
    printed({ end: "last exit code = 0\n\tlast terminating signal = Segmentation fault: 11" }),
    false,
    "signal 11",
  ],
  ["the state of the job, not of its parts", printed({ state: "spawn scheduled" }), false, "success"],
];

for (const [sentence, text, running, lastResult] of ROWS) {
  Deno.test(`readPrinted() reads ${sentence}`, () => {
    assert.deepEqual(readPrinted(text), { running, lastResult, minutes: [3, 13, 23, 33, 43, 53] });
  });
}

Deno.test("readPrinted() leaves out what is not there", () => {
  for (const text of ["", "Usage: launchctl print <target>", "event triggers = {"]) {
    assert.deepEqual(readPrinted(text), { running: false, lastResult: undefined, minutes: [] });
  }
});

Deno.test("isDisabled() reads the words of new and old systems, for this job alone", () => {
  const label = "sso-heal.check.alice";
  const rows: readonly (readonly [line: string, expected: boolean])[] = [
    [`\t\t"${label}" => disabled`, true],
    [`\t\t"${label}" => true`, true],
    [`\t\t"${label}" => enabled`, false],
    [`\t\t"${label}" => false`, false],
    [`\t\t"${label}.old" => disabled`, false],
    [`\t\t"${label}s" => disabled`, false],
    ["", false],
  ];
  for (const [line, expected] of rows) {
    assert.equal(isDisabled(`\n\tdisabled services = {\n${line}\n\t}\n`, label), expected, line);
  }
});

Deno.test("nextMoment() is the next start of a minute of the hour, never the present one", () => {
  const now = Date.parse("2026-11-20T10:00:00Z");
  const present = new Date(now).getMinutes();
  const rows: readonly (readonly [ahead: readonly number[], at: number, expected: number | undefined])[] = [
    [[], now, undefined],
    [[3, 13, 23], now, now + 3 * MINUTE],
    [[3, 13, 23], now + 3 * MINUTE, now + 13 * MINUTE],
    [[3, 13, 23], now + 3 * MINUTE - 1, now + 3 * MINUTE],
    [[3, 13, 23], now + 12.5 * MINUTE, now + 13 * MINUTE],
    [[3, 13, 23], now + 59 * MINUTE, now + 63 * MINUTE],
    [[0], now, now + 60 * MINUTE],
    [[59], now, now + 59 * MINUTE],
  ];
  for (const [ahead, at, expected] of rows) {
    const minutes = ahead.map((minute) => (present + minute) % 60);
    assert.equal(nextMoment(minutes, at), expected, `${ahead} at ${at - now}`);
  }
});
