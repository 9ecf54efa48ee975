// Tests of times and numbers in words.
import assert from "node:assert/strict";
import { ago, counted, validity } from "./words.ts";

Deno.test("validity() and ago() know both sides of now", () => {
  assert.equal(validity(61_000, 1000), "valid for 1 min");
  assert.equal(validity(1000, 61_000), "ended 1 min ago");
  assert.equal(validity(1000, 1000), "ended 0 s ago");
  assert.equal(ago(1000, 61_000), "1 min ago");
  assert.equal(ago(61_000, 1000), "in 1 min");
});

Deno.test("counted() knows one from many", () => {
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "file")), ["0 files", "1 file", "2 files"]);
});
