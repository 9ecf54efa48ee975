// Proves the one form of time in our own files.
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatInstant, parseInstant } from "./instant.ts";

Deno.test("formatInstant() writes RFC 3339 UTC with a fraction only where there is one", () => {
  const rows: [number, string | undefined][] = [
    [1_795_168_800_000, "2026-11-20T10:00:00Z"],
    [1_795_168_800_250, "2026-11-20T10:00:00.250Z"],
    [0, "1970-01-01T00:00:00Z"],
    [253_402_300_799_999, "9999-12-31T23:59:59.999Z"],
    [253_402_300_800_000, undefined],
    [NaN, undefined],
    [Infinity, undefined],
  ];
  for (const [at, text] of rows) assert.equal(formatInstant(at), text);
});

Deno.test("parseInstant() reads what formatInstant() wrote", () => {
  fc.assert(fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (at) => {
    assert.equal(parseInstant(formatInstant(at)), at);
  }));
});

Deno.test("parseInstant() refuses other forms", () => {
  const rows = [
    "",
    "2026-11-20",
    "2026-11-20 10:00:00Z",
    "2026-11-20T10:00:00+00:00",
    "2026-13-20T10:00:00Z",
    "yesterday Z",
    5,
    null,
    {},
  ];
  for (const text of rows) assert.equal(parseInstant(text), undefined, String(text));
});
