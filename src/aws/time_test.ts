// Proves that the times of every AWS client are understood, and that ours is the form they all understand.
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTime, parseTime } from "./time.ts";

const AT = Date.UTC(2026, 10, 21, 8, 10, 38);

Deno.test("parseTime() reads what any client writes", () => {
  const rows: [text: string, at: number][] = [
    ["2026-11-21T08:10:38Z", AT],
    ["2026-11-21T08:10:38.565Z", AT + 565],
    ["2026-11-21T08:10:38.5Z", AT + 500],
    ["2026-11-21T08:10:38.123456Z", AT + 123],
    ["2026-11-21T08:10:38.999999999Z", AT + 999],
    ["2026-11-21T08:10:38+00:00", AT],
    ["2026-11-21T10:10:38+02:00", AT],
    ["2026-11-21T02:40:38-05:30", AT],
    ["2026-11-21T10:10:38.25+0200", AT + 250],
    ["2026-11-21T10:10:38+02", AT],
    ["2026-11-21 08:10:38Z", AT],
    ["2026-11-21 08:10:38.5+00:00", AT + 500],
    ["2026-11-21T08:10:38UTC", AT],
    ["2026-11-21 08:10:38 UTC", AT],
    ["2026-11-21t08:10:38z", AT],
    ["0001-01-01T00:00:00Z", -62_135_596_800_000],
    ["1969-12-31T23:59:59Z", -1000],
  ];
  for (const [text, at] of rows) assert.equal(parseTime(text), at, text);
});

Deno.test("parseTime() refuses what clients would not agree on", () => {
  const rows: unknown[] = [
    "2026-11-21T08:10:38",
    "2026-11-21 08:10:38",
    "2026-11-21",
    "2026-11-21T08:10Z",
    "1795249838",
    1_795_249_838,
    1_795_249_838_000,
    "2026-02-30T08:10:38Z",
    "2026-13-01T08:10:38Z",
    "2026-11-21T24:00:00Z",
    "2026-11-21T08:60:38Z",
    "2026-11-21T23:59:60Z",
    "2026-11-21T08:10:38+24:00",
    "2026-11-21T08:10:38+00:60",
    "9999-12-31T23:59:59-02:00",
    "0000-01-01T00:00:00+02:00",
    "2026-11-21T08:10:38 Z ",
    " 2026-11-21T08:10:38Z",
    "2026-11-21T08:10:38CET",
    "Sat, 21 Nov 2026 08:10:38 GMT",
    "+02026-11-21T08:10:38Z",
    "",
    null,
    undefined,
    {},
    new Date(AT),
  ];
  for (const value of rows) assert.equal(parseTime(value), undefined, String(value));
});

Deno.test("formatTime() writes the second that has begun", () => {
  const rows: [at: number, text: string][] = [
    [AT, "2026-11-21T08:10:38Z"],
    [AT + 999, "2026-11-21T08:10:38Z"],
    [AT + 0.5, "2026-11-21T08:10:38Z"],
    [0, "1970-01-01T00:00:00Z"],
    [-1, "1969-12-31T23:59:59Z"],
  ];
  for (const [at, text] of rows) assert.equal(formatTime(at), text);
});

Deno.test("formatTime() throws for a time no year of four digits can hold", () => {
  for (const at of [NaN, Infinity, -Infinity, 8.64e15, 253_402_300_800_000, -62_167_219_200_001]) {
    assert.throws(() => formatTime(at), RangeError, String(at));
  }
});

Deno.test("parseTime() reads back what formatTime() wrote, for any second", () => {
  fc.assert(fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (second) => {
    const text = formatTime(second * 1000);
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(parseTime(text), second * 1000);
  }));
});
