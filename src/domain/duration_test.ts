// Proves the four written forms and the wording for people.
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test("parseDuration() reads the four forms and a bare zero", () => {
  const rows: [string, number][] = [
    ["90s", 90_000],
    ["10m", 600_000],
    ["4h", 14_400_000],
    ["7d", 604_800_000],
    ["0", 0],
    ["0s", 0],
    ["007m", 420_000],
    ["3650d", 315_360_000_000],
  ];
  for (const [text, ms] of rows) assert.deepEqual(parseDuration(text), { ms }, text);
});

Deno.test("parseDuration() refuses everything else with a reason", () => {
  const rows = [
    "",
    "s",
    "10",
    "1h30m",
    "1.5h",
    "-5m",
    "+5m",
    "10 m",
    " 10m",
    "10M",
    "10ms",
    "1e3s",
    "0x10s",
    "٣m",
    "10mm",
    "d7",
  ];
  for (const text of rows) assert.match(JSON.stringify(parseDuration(text)), /"error":"is not a duration/, text);
  for (const text of ["3651d", "9".repeat(400) + "s"]) {
    assert.match(JSON.stringify(parseDuration(text)), /"error":"is too long/, text);
  }
});

Deno.test("parseDuration() never throws and gives whole milliseconds", () => {
  const digits = fc.string({ unit: fc.constantFrom("0", "1", "9", "-", ".", "e"), maxLength: 6 });
  fc.assert(fc.property(digits, fc.constantFrom("s", "m", "h", "d", "", "y"), (number, unit) => {
    const parsed = parseDuration(number + unit);
    assert.ok("error" in parsed || Number.isSafeInteger(parsed.ms));
  }));
});

Deno.test("formatDuration() shows the two largest units, rounded down", () => {
  const rows: [number, string][] = [
    [0, "0 s"],
    [999, "0 s"],
    [20_000, "20 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [47 * 60_000 + 59_000, "47 min"],
    [3_600_000, "1 h"],
    [(3 * 60 + 12) * 60_000, "3 h 12 min"],
    [86_399_999, "23 h 59 min"],
    [86_400_000, "1 d"],
    [(6 * 24 + 4) * 3_600_000 + 59 * 60_000, "6 d 4 h"],
    [-(3 * 60 + 12) * 60_000, "3 h 12 min"],
  ];
  for (const [ms, text] of rows) assert.equal(formatDuration(ms), text);
});
