// Proves that the names of the cache files are those that every other program computes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { sha1 } from "./sha1.ts";

for (
  const [text, digest] of [
    // FIPS 180-1, appendix A and B.
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
  ]
) {
  Deno.test(`sha1() of ${JSON.stringify(text)} is that of the standard`, () => assert.equal(sha1(text), digest));
}

Deno.test("sha1() is right for every length around the end of a block", () => {
  for (let length = 0; length <= 200; length++) assert.equal(sha1("x".repeat(length)), byNode("x".repeat(length)));
});

Deno.test("sha1() of any text is what node:crypto gives", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => sha1(text) === byNode(text)));
});

function byNode(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
