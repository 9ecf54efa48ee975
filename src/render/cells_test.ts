// Tests of text measured in terminal cells.
import assert from "node:assert/strict";
import fc from "fast-check";
import { clean, clip, hanging, pad, width, wrap } from "./cells.ts";

const CLEAN: Array<[string, string, string]> = [
  ["plain text", "my-sso", "my-sso"],
  ["letters of any script", "sesión 日本 🚀", "sesión 日本 🚀"],
  ["colour codes", "\x1b[31mred\x1b[0m", "[31mred[0m"],
  ["a title sequence", "\x1b]0;title\x07name", "]0;titlename"],
  ["eight-bit control sequences", "a\x9b2Jb", "a2Jb"],
  ["DEL and backspace", "ab\x7f\bc", "abc"],
  ["line breaks of every kind", "a\r\nb\u2028c\td", "a b c d"],
  ["overrides of the reading direction", "safe\u202Etxt.exe\u2066", "safetxt.exe"],
  ["a null", "a\0b", "ab"],
];

for (const [what, given, expected] of CLEAN) {
  Deno.test(`clean() makes safe: ${what}`, () => assert.equal(clean(given), expected));
}

Deno.test("clean() leaves no control character in any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(clean(text), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  }));
});

const WIDTHS: Array<[string, number]> = [
  ["", 0],
  ["my-sso", 6],
  ["é", 1],
  ["e\u0301", 1],
  ["日本", 4],
  ["한글", 4],
  ["ｆｕｌｌ", 8],
  ["🚀", 2],
  ["✓ ok", 4],
  ["—…→", 3],
  ["█▀▄", 3],
  ["a\u200bb", 2],
];

for (const [text, cells] of WIDTHS) {
  Deno.test(`width() of ${JSON.stringify(text)} is ${cells}`, () => assert.equal(width(text), cells));
}

Deno.test("clip() never gives more columns than there are, and marks what it cut", () => {
  assert.equal(clip("my-session", 10), "my-session");
  assert.equal(clip("my-session", 5), "my-s…");
  assert.equal(clip("日本語", 4), "日…");
  assert.equal(clip("abc", 1), "…");
  assert.equal(clip("abc", 0), "");
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, cells) => {
    assert.ok(width(clip(text, cells)) <= cells);
  }));
});

Deno.test("pad() fills by columns, not by characters", () => {
  assert.equal(pad("日本", 6), "日本  ");
  assert.equal(pad("longer", 3), "longer");
});

Deno.test("wrap() breaks at spaces and keeps a long word whole", () => {
  assert.deepEqual(wrap("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrap("see https://example.awsapps.com/start now", 10), [
    "see",
    "https://example.awsapps.com/start",
    "now",
  ]);
  assert.deepEqual(wrap("", 10), [""]);
});

type HangingRow = [sentence: string, first: string, text: string, columns: number, lines: string[]];

const HANGING: readonly HangingRow[] = [
  ["keeps short text beside a long beginning", "✓ my-long-session  healthy  ", "refreshed", 40, [
    "✓ my-long-session  healthy  refreshed",
  ]],
  [
    "puts text below a beginning that leaves no room",
    "✓ my-long-session  healthy  ",
    "refreshed, token valid for 47 min",
    40,
    [
      "✓ my-long-session  healthy  ",
      "    refreshed, token valid for 47 min",
    ],
  ],
  ["breaks only between words of text that is below", "✓ my-session  ", "one two three four", 18, [
    "✓ my-session  ",
    "    one two three",
    "    four",
  ]],
];

for (const [sentence, first, text, columns, lines] of HANGING) {
  Deno.test(`hanging() ${sentence}`, () => assert.deepEqual(hanging(first, text, columns), lines));
}

Deno.test("hanging() puts further lines below the text of the first", () => {
  assert.deepEqual(hanging("→ ", "one two three four five six", 22), ["→ one two three four", "  five six"]);
});
