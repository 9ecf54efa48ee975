// Proves the grammar row by row, and that every line is read or named.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseGrammar } from "./grammar.ts";

/** The values of one section, by key. */
function valuesOf(text: string): Record<string, string> {
  const { sections, flaws } = parseGrammar(text);
  assert.deepEqual(flaws, []);
  assert.equal(sections.length, 1);
  return Object.fromEntries(sections[0].entries.map(({ key, value }) => [key, value]));
}

Deno.test("parseGrammar() reads values", () => {
  const rows: [line: string, value: string][] = [
    ["k=v", "v"],
    ["  k  =  v  ", "v"],
    ["k = v ; comment", "v"],
    ["k = v\t; comment", "v"],
    ["k = v;not a comment", "v;not a comment"],
    ["k = a;b ; comment ; more", "a;b"],
    ["k = v # part of it", "v # part of it"],
    ["k = #channel", "#channel"],
    ["k = a = b", "a = b"],
    ['k = "v ; part of it" ; comment', "v ; part of it"],
    ['k = "  blanks  "', "  blanks  "],
    ['k = "a \\"quoted\\" word \\\\"', 'a "quoted" word \\'],
    ['k = "back\\slash"', "back\\slash"],
    ['k = say "hello"', 'say "hello"'],
    ['k = ["a", "b"]', '["a", "b"]'],
    ["k = 'single'", "'single'"],
    ["k = ü😀", "ü😀"],
  ];
  for (const [line, value] of rows) assert.deepEqual(valuesOf(`[check]\n${line}\n`), { k: value }, line);
});

Deno.test("parseGrammar() reads headers, comments and every kind of line end", () => {
  const text =
    '\uFEFF# top\r\n[check] ; first\r\n\r\nk = v\r\n  ; indented\r\n[ notify   my ops ]\nk = v\n[sync "a ]b"]\nk=v';
  assert.deepEqual(parseGrammar(text), {
    flaws: [],
    sections: [
      { kind: "check", line: 2, entries: [{ key: "k", value: "v", line: 4 }] },
      { kind: "notify", name: "my ops", line: 6, entries: [{ key: "k", value: "v", line: 7 }] },
      { kind: "sync", name: "a ]b", line: 8, entries: [{ key: "k", value: "v", line: 9 }] },
    ],
  });
  assert.deepEqual(parseGrammar(""), { sections: [], flaws: [] });
});

Deno.test("parseGrammar() names what it cannot read", () => {
  const rows: [text: string, line: number, message: RegExp][] = [
    ["[check]\nsessions", 2, /has no =/],
    ["[check]\n= v", 2, /no key before/],
    ["[check]\nk =", 2, /"k" has no value/],
    ["[check]\nk = ; comment", 2, /"k" has no value/],
    ['[check]\nk = ""', 2, /"k" has no value/],
    ["[check]\nSuperSecretBBB=", 2, /^this key has no value/],
    ['[check]\nwJalrXUtnFEMI/K7MDENG = "x', 2, /^the quotes around the value of this key are/],
    ['[check]\nk = "open', 2, /not closed/],
    ['[check]\nk = "a" b', 2, /not closed/],
    ['[check]\nk = "a\\"', 2, /not closed/],
    ["k = v", 1, /belongs to no section/],
    ["\n\n[check", 3, /not complete/],
    ["[]", 1, /not complete/],
    ["[check] x", 1, /not complete/],
    ['[notify ""]', 1, /not complete/],
    ['[notify "a]', 1, /not complete/],
  ];
  for (const [text, line, message] of rows) {
    const { flaws } = parseGrammar(text);
    assert.equal(flaws.length, 1, text);
    assert.equal(flaws[0].line, line, text);
    assert.match(flaws[0].message, message, text);
    assert.notEqual(flaws[0].hint, "");
  }
});

Deno.test("parseGrammar() blames a broken header once, not for each line below it", () => {
  const { sections, flaws } = parseGrammar("[check]\na = 1\n[notify ops\nb = 2\nc = 3\n[sync x]\nd = 4\n");
  assert.deepEqual(flaws.map((flaw) => flaw.line), [3]);
  assert.deepEqual(sections.map(({ kind, entries }) => [kind, entries.length]), [["check", 1], ["sync", 1]]);
});

Deno.test("parseGrammar() marks the section of a line that it cannot read", () => {
  const { sections } = parseGrammar("[check]\na = 1\n[notify ops]\nb\nc =\n[notify\nd\n[sync x]\n");
  assert.deepEqual(sections.map(({ kind, unread }) => [kind, unread]), [
    ["check", undefined],
    ["notify", 4],
    ["sync", undefined],
  ]);
});

Deno.test("parseGrammar() gives any value back that is written in quotes", () => {
  const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(fc.property(value, (value) => {
    const written = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    assert.deepEqual(valuesOf(`[check]\nk = "${written}" ; "comment`), { k: value });
  }));
});

Deno.test("parseGrammar() never throws and never shows a value", () => {
  const unit = fc.constantFrom("[", "]", "=", ";", "#", '"', "\\", " ", "\n", "k", "S");
  fc.assert(fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
    const { flaws } = parseGrammar(`[check]\nk = "S${text.replaceAll("\n", "")}\n`);
    for (const { message, hint } of flaws) assert.ok(!(message + hint).includes("S"), message);
    assert.ok(Array.isArray(parseGrammar(text).flaws));
  }));
});
