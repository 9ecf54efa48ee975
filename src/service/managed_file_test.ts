// Tests of what is ours in a file, and of filling a template.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { fill, isManaged, managedFile } from "./managed_file.ts";
import { MANAGED } from "./manager.ts";

const PATH = "/etc/it's mine.service";
const OURS = `# ${MANAGED}\nold\n`;

Deno.test("managedFile() is written where there is nothing, or one of ours", () => {
  const file = managedFile(PATH, 0o640, () => "new\n");
  assert.deepEqual([file.path, file.mode], [PATH, 0o640]);
  assert.deepEqual([file.wanted(undefined), file.wanted(OURS)], ["new\n", "new\n"]);
  assert.equal(file.without(OURS), undefined);
});

Deno.test("managedFile() neither replaces nor removes somebody else's file, and makes no text for it", () => {
  const file = managedFile(PATH, 0o640, () => assert.fail("a text was made"));
  for (const foreign of ["", "[Unit]\n", `1\n2\n3\n# ${MANAGED}\n`, "# sso-heal:managed\n"]) {
    assert.equal(file.without(foreign), foreign);
    assert.throws(() => file.wanted(foreign), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, `Cannot write "${PATH}": the file that is there was not written by sso-heal`);
      assert.deepEqual(error.hints, [
        `look at it; if nobody needs it, move it away: mv '/etc/it'\\''s mine.service' '/etc/it'\\''s mine.service.mine'`,
      ]);
      return true;
    });
  }
});

Deno.test("isManaged() looks at the first three lines: XML wants two others before the mark", () => {
  const lines = (before: number) => `${"<x>\n".repeat(before)}<!-- ${MANAGED} -->\n`;
  assert.deepEqual([0, 1, 2, 3].map((before) => isManaged(lines(before))), [true, true, true, false]);
});

Deno.test("fill() puts values in, and looks at them no more", () => {
  const rows: readonly (readonly [template: string, values: Record<string, string>, expected: string])[] = [
    ["a={{a}}\nb={{b.c}}\n", { a: "1", "b.c": "2" }, "a=1\nb=2\n"],
    ["{{a}} {{a}}", { a: "x" }, "x x"],
    ["a={{a}}\n", { a: "{{b}} $& $1" }, "a={{b}} $& $1\n"],
    ["one\n{{none}}\ntwo\n", { none: "" }, "one\ntwo\n"],
    ["one\n\ntwo\n", {}, "one\n\ntwo\n"],
    ["key={{none}}\n", { none: "" }, "key=\n"],
    ["{{many}}\n", { many: "1\n2" }, "1\n2\n"],
  ];
  for (const [template, values, expected] of rows) assert.equal(fill(template, values), expected);
});

Deno.test("fill() fails for a placeholder without a value, also for one that every object has", () => {
  for (const name of ["home", "toString", "__proto__"]) {
    assert.throws(() => fill(`{{${name}}}`, {}), { message: `the template wants {{${name}}}` });
  }
});
