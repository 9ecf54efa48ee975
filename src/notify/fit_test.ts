// Proves that a message too long for a channel loses its last lines, whole.
import assert from "node:assert/strict";
import { bytes, fit } from "./fit.ts";

Deno.test("fit() keeps lines that fit", () => assert.equal(fit(["ab", "cd"], 5), "ab\ncd"));

Deno.test("fit() drops whole lines from the end and says so", () => {
  assert.equal(fit(["ab", "cd", "ef"], 7), "ab\ncd\n…");
  assert.equal(fit(["ab", "cd", "ef"], 6), "ab\n…");
});

Deno.test("fit() keeps the first line always", () => assert.equal(fit(["abcdef", "g"], 3), "abcdef\n…"));

Deno.test("fit() measures in bytes where the channel does", () => {
  assert.equal(bytes("ü🔑"), 6);
  assert.equal(fit(["üü", "üü"], 5, bytes), "üü\n…");
});
