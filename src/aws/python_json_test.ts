// Proves that our JSON is Python's to the byte; the rows were printed by Python 3.11.
import assert from "node:assert/strict";
import fc from "fast-check";
import { pythonJson, pythonJsonCompact } from "./python_json.ts";

Deno.test("pythonJson() writes as json.dumps, pythonJsonCompact() as with its short separators", () => {
  const rows: [value: unknown, dumps: string, compact: string][] = [
    [{}, "{}", "{}"],
    [[], "[]", "[]"],
    [null, "null", "null"],
    [{ a: 1, b: [true, "x", null] }, '{"a": 1, "b": [true, "x", null]}', '{"a":1,"b":[true,"x",null]}'],
    [{ b: { c: {} }, a: [[], {}] }, '{"b": {"c": {}}, "a": [[], {}]}', '{"b":{"c":{}},"a":[[],{}]}'],
    ["é😀", '"\\u00e9\\ud83d\\ude00"', '"\\u00e9\\ud83d\\ude00"'],
    [{ "dév": "ß" }, '{"d\\u00e9v": "\\u00df"}', '{"d\\u00e9v":"\\u00df"}'],
    ['"\\/\b\f\n\r\t', '"\\"\\\\/\\b\\f\\n\\r\\t"', '"\\"\\\\/\\b\\f\\n\\r\\t"'],
    ["\u0000\u001f~\u007f\u2028", '"\\u0000\\u001f~\\u007f\\u2028"', '"\\u0000\\u001f~\\u007f\\u2028"'],
    ["\ud800", '"\\ud800"', '"\\ud800"'],
    [-0.5, "-0.5", "-0.5"],
  ];
  for (const [value, dumps, compact] of rows) {
    assert.equal(pythonJson(value), dumps);
    assert.equal(pythonJsonCompact(value), compact);
  }
});

Deno.test("pythonJson() leaves undefined members out", () => {
  assert.equal(pythonJson({ a: undefined, b: 1 }), '{"b": 1}');
});

Deno.test("pythonJson() writes ASCII that reads back as the same value, for any value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = pythonJson(value);
    assert.match(text, /^[ -~]*$/);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  }));
});
