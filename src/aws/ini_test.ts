// Proves that no byte of an AWS file gets lost and that values are cut as Python cuts them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nestedValues, parseIni } from "./ini.ts";

/** `header: key=value@line` for every key, the short form in which the rows below say what is expected. */
function outline(text: string): string[] {
  return parseIni(text, "f").sections.flatMap(({ header, line, entries }) => [
    `[${header}]@${line}`,
    ...entries.map(({ key, value, line, lastLine }) =>
      `${key}=${value}@${line}${lastLine === line ? "" : `-${lastLine}`}`
    ),
  ]);
}

const piece = fc.constantFrom(
  "[a]",
  "[",
  "]",
  "k",
  "=",
  ":",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "#",
  ";",
  "\ufeff",
  "é😀",
  "v",
  '"',
);

Deno.test("parseIni() keeps every byte: its lines joined are the text, for any text", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.array(piece).map((pieces) => pieces.join("")));
  fc.assert(fc.property(texts, (text) => {
    const { lines } = parseIni(text, "f");
    assert.equal(lines.join(""), text);
    for (const line of lines) assert.match(line, /^(?:[^\r\n]+(?:\r\n|\n|\r)?|\r\n|\n|\r)$/u);
  }));
});

Deno.test("parseIni() gives every key a line that begins with it, for any text", () => {
  fc.assert(fc.property(fc.array(piece).map((pieces) => pieces.join("")), (text) => {
    const { lines, sections, hasBom } = parseIni(text, "f");
    for (const { entries } of sections) {
      for (const { key, line, lastLine } of entries) {
        // A byte order mark is one at the very beginning only; anywhere else it is a character of the key.
        const text = line === 1 && hasBom ? lines[0].slice(1) : lines[line - 1];
        // deno-lint-ignore no-control-regex -- what Python takes for blanks
        const stripped = text.toLowerCase().replace(/^(?:[^\S\ufeff]|[\x1c-\x1f\x85])*/, "");
        assert.ok(stripped.startsWith(key));
        assert.ok(line <= lastLine && lastLine <= lines.length);
      }
    }
  }));
});

Deno.test("parseIni() reads keys, values and lines", () => {
  const rows: [what: string, text: string, expected: string[]][] = [
    ["nothing", "", []],
    ["spaces around", "[a]\n  k =  v  \n", ["[a]@1", "k=v@2"]],
    ["colon", "[a]\nk : v\n", ["[a]@1", "k=v@2"]],
    ["the first delimiter counts", "[a]\nk=a:b=c\nl:a=b\n", ["[a]@1", "k=a:b=c@2", "l=a=b@3"]],
    ["keys in lower case", "[a]\nSSO_Region = X\n", ["[a]@1", "sso_region=X@2"]],
    ["comments on lines of their own", "# x\n[a]\n ; y\nk = v\n  # z\nl = w\n", ["[a]@2", "k=v@4", "l=w@6"]],
    ["comments behind a value are part of it", "[a]\nk = v # c ; d\n", ["[a]@1", "k=v # c ; d@2"]],
    ["text behind a header", "[a] # c\nk = v\n", ["[a]@1", "k=v@2"]],
    ["the last bracket closes", "[a] # [b]\nk = v\n", ["[a] # [b]@1", "k=v@2"]],
    ["spaces inside brackets stay", "[ a ]\nk = v", ["[ a ]@1", "k=v@2"]],
    ["CRLF", "[a]\r\nk = v\r\n\r\nl = w", ["[a]@1", "k=v@2", "l=w@4"]],
    ["lone carriage returns", "[a]\rk = v\rl = w", ["[a]@1", "k=v@2", "l=w@3"]],
    ["byte order mark", "\ufeff[a]\nk = v\n", ["[a]@1", "k=v@2"]],
    ["empty value", "[a]\nk =\n\n[b]\n", ["[a]@1", "k=@2", "[b]@4"]],
    ["continuation", "[a]\nk = v\n  w\n\tx\nl = y\n", ["[a]@1", "k=v\nw\nx@2-4", "l=y@5"]],
    ["continuation over blank and comment", "[a]\nk = v\n\n # c\n  w\n\n", ["[a]@1", "k=v\n\nw@2-5"]],
    ["nested block", "[a]\ns3 =\n  x = y\n  z : w\nk = v\n", ["[a]@1", "s3=\nx = y\nz : w@2-4", "k=v@5"]],
    ["indented header below a value", "[a]\nk = v\n  [b]\nl = w\n", ["[a]@1", "k=v\n[b]@2-3", "l=w@4"]],
    ["indented header below a header", "[a]\n  [b]\n  k = v\n", ["[a]@1", "[b]@2", "k=v@3"]],
    ["a section indented as a whole", "[a]\n    k = v\n    l = w\n", ["[a]@1", "k=v@2", "l=w@3"]],
    ["less indented is a new key", "[a]\n    k = v\n  l = w\n", ["[a]@1", "k=v@2", "l=w@3"]],
    ["same section twice stays twice", "[a]\nk = v\n[a]\nk = w\n", ["[a]@1", "k=v@2", "[a]@3", "k=w@4"]],
    ["a header that is not closed begins a section", "[a]\nk = v\n[b\nl = w\n", [
      "[a]@1",
      "k=v@2",
      "[undefined]@3",
      "l=w@4",
    ]],
    ["empty brackets name nothing", "[a]\n[]\nk = v\n", ["[a]@1", "[undefined]@2", "k=v@3"]],
  ];
  for (const [what, text, expected] of rows) assert.deepEqual(outline(text), expected, what);
});

Deno.test("parseIni() remembers the lines it skips", () => {
  const { strayLines, sections, hasBom } = parseIni("\ufeffk = v\n# c\njunk\n[a]\nword\n= v\nk = v\n more\n", "f");
  assert.deepEqual(strayLines, [1, 3]);
  assert.deepEqual(sections[0].junkLines, [5, 6]);
  assert.deepEqual([sections[0].hasContinuation, hasBom], [true, true]);
  const plain = parseIni("[a]\nk = v\n", "f");
  assert.deepEqual([plain.sections[0].hasContinuation, plain.hasBom, plain.strayLines], [false, false, []]);
});

Deno.test("nestedValues() reads one level of indented keys and keeps their case", () => {
  const rows: [value: string, expected: [string, string][]][] = [
    ["\na = b\nC=d = e", [["a", "b"], ["C", "d = e"]]],
    ["\na = b\njunk\nc : d\na = z", [["a", "z"]]],
    ["\n", []],
    ["a = b", []],
    ["", []],
  ];
  for (const [value, expected] of rows) assert.deepEqual([...nestedValues(value)], expected, JSON.stringify(value));
});

Deno.test("parseIni() takes for a blank what Python takes for one, which is not what JavaScript does", () => {
  const { sections } = parseIni("\u0085[a]\n\x1fk\x1c=\u0085v\u0085\n[b]\n\ufeff[c] = d\n", "f");
  const read = sections.map(({ header, entries }) => [header, entries.map(({ key, value }) => [key, value])]);
  assert.deepEqual(read, [["a", [["k", "v"]]], ["b", [["\ufeff[c]", "d"]]]]);
});
