// Proves the two wildcards and that no pattern is slow.
import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesGlob } from "./glob.ts";

Deno.test("matchesGlob() matches the whole text, case-sensitively", () => {
  const rows: [pattern: string, text: string, matches: boolean][] = [
    ["*", "", true],
    ["*", "anything at all", true],
    ["prod", "prod", true],
    ["prod", "Prod", false],
    ["prod", "prod-eu", false],
    ["prod*", "prod-eu", true],
    ["*-eu", "prod-eu", true],
    ["*-eu", "prod-eu-2", false],
    ["*od*", "prod-eu", true],
    ["p?od", "prod", true],
    ["p?od", "pod", false],
    ["?", "😀", true],
    ["?", "", false],
    ["", "", true],
    ["", "x", false],
    ["**", "x", true],
    ["a*b*c", "aXbXbc", true],
    ["a*b*c", "aXbXb", false],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
    ["[ab]", "[ab]", true],
    ["https://*/start", "https://x.awsapps.com/start", true],
    ["constructor", "constructor", true],
  ];
  for (const [pattern, text, matches] of rows) {
    assert.equal(matchesGlob(pattern, text), matches, `${pattern} ~ ${text}`);
  }
});

Deno.test("matchesGlob() agrees with the regular expression of the same meaning", () => {
  const unit = fc.constantFrom("a", "b", "*", "?");
  fc.assert(fc.property(fc.string({ unit, maxLength: 8 }), fc.string({ unit, maxLength: 10 }), (pattern, text) => {
    const same = new RegExp(`^${pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`, "u");
    assert.equal(matchesGlob(pattern, text), same.test(text));
  }));
});

Deno.test("matchesGlob() takes bounded time where backtracking would explode", () => {
  const started = performance.now();
  assert.equal(matchesGlob("a*".repeat(60) + "b", "a".repeat(2000)), false);
  // The work is at most pattern times text, 240,000 steps; a backtracking matcher would not end.
  assert.ok(performance.now() - started < 2000);
});
