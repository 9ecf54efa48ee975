// Tests what the build does for a short start.
import assert from "node:assert/strict";
import { refuseSlowStart, withoutDetour } from "./short_start.ts";

const ENTRY = 'let{run:n}=await import("./part_AB.js");';

for (
  const [name, file, entry] of [
    [
      "that passes on a name",
      'import{Db as a}from"./part_CD.js";export{a as run};\n',
      'let{run:n}=await import("./part_CD.js").then(m=>({run:m.Db}));',
    ],
    [
      "that passes on the very name",
      'import{a}from"./part_CD.js";export{a as run};',
      'let{run:n}=await import("./part_CD.js").then(m=>({run:m.a}));',
    ],
    ["with code of its own", 'import{a}from"./part_CD.js";a();export{a as run};', ENTRY],
    ["with two imports", 'import{a}from"./part_CD.js";import"./part_EF.js";export{a as run};', ENTRY],
  ] as const
) {
  Deno.test(`withoutDetour() looks at a file ${name}`, () => {
    assert.equal(withoutDetour(ENTRY, (asked) => asked === "part_AB.js" ? file : ""), entry);
  });
}

Deno.test("refuseSlowStart() refuses a module of Node, unless it is imported where it is needed", () => {
  for (const slow of ['import{a}from"node:fs";', 'import "node:os";', 'export*from"node:path"']) {
    assert.throws(
      () => refuseSlowStart("main.js", slow),
      /^Error: dist\/main\.js imports node:(fs|os|path) at every start/,
    );
  }
  for (const fine of ['await import("node:os")', 'import{a}from"./part_AB.js"', 'x("from node:fs")']) {
    assert.doesNotThrow(() => refuseSlowStart("main.js", fine));
  }
});
