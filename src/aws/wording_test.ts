// Proves that texts from files are shown on one line, and never more of them than helps.
import assert from "node:assert/strict";
import { fixFor, quoted, shown } from "./wording.ts";

Deno.test("quoted() escapes what could play tricks on a terminal", () => {
  assert.equal(quoted('a"b\u001b[2J\n'), '"a\\"b\\u001b[2J\\n"');
  assert.equal(quoted("dév"), '"dév"');
});

Deno.test("shown() gives the first line of a value, shortened", () => {
  assert.equal(shown("us-east-1\naws_secret_access_key = x"), '"us-east-1"');
  assert.equal(shown("a".repeat(80)), `"${"a".repeat(60)}…"`);
  assert.equal(shown(""), '""');
});

Deno.test("fixFor() points at the traps of the format first", () => {
  const rows: [value: string, fix: RegExp][] = [
    ["us-east-1\nx", /indentation/],
    ["us-east-1 # home", /comment/],
    ["us-east-1\t; home", /comment/],
    ['"us-east-1"', /quotes/],
    ["'us-east-1'", /quotes/],
    ["us-east-1#home", /^otherwise$/],
    ['"', /^otherwise$/],
    ["", /^otherwise$/],
  ];
  for (const [value, fix] of rows) assert.match(fixFor(value, "otherwise"), fix, value);
});
