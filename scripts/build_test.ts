// Tests what the build refuses.
import assert from "node:assert/strict";
import { foreignImports } from "./build.ts";

const BUNDLES: ReadonlyArray<readonly [name: string, file: string, text: string, foreign: readonly string[]]> = [
  ["a part of its own", "main.js", 'await import("./part_AB12.js")', []],
  ["a module of the runtime", "main.js", 'await import("node:os")', []],
  ["a module of the runtime in the worker", "aws_worker.js", 'import x from"node:fs";', ['"node:fs"']],
  ["a name made at run time", "main.js", "await import(name)", ["name"]],
  ["a template", "main.js", "await import(`file://${x}`)", ["`file://${x}`"]],
  ["a file", "aws_worker.js", 'import ("/etc/x.json",{with:{}})', ['"/etc/x.json",{with:{}}']],
  ["its own address", "main.js", "new URL(x,import.meta.url)", []],
];

Deno.test("the build refuses a bundle that would import what is not in the program", async (t) => {
  for (const [name, file, text, foreign] of BUNDLES) {
    await t.step(name, () => assert.deepEqual(foreignImports(file, text), foreign));
  }
});
