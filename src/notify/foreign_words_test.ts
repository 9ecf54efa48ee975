// Proves that foreign words become one harmless line.
import assert from "node:assert/strict";
import { oneLine } from "./foreign_words.ts";

const ROWS: readonly (readonly [sentence: string, text: string, most: number, line: string])[] = [
  ["keeps ordinary words", "my-sso on höst", 20, "my-sso on höst"],
  ["makes one blank of line breaks", "a\r\nb\n\n\u2028c\u2029d\u0085e\tf", 20, "a b c d e f"],
  ["drops control characters", "a\u0000b\u001b[31mc\u0007\u009b", 20, "ab[31mc"],
  ["drops what turns the reading direction", "a\u202eb\u2066c\u200fd\u061ce", 20, "abcde"],
  ["drops invisible characters", "a\u200bb\u2060c\u00add", 20, "abcd"],
  ["drops blanks at the ends", "  a \n", 20, "a"],
  ["cuts to whole characters", "🔑🔑🔑🔑", 3, "🔑🔑…"],
  ["keeps what just fits", "abc", 3, "abc"],
  ["replaces half a character", "a\ud83d", 20, "a\ufffd"],
];

for (const [sentence, text, most, line] of ROWS) {
  Deno.test(`oneLine() ${sentence}`, () => assert.equal(oneLine(text, most), line));
}
