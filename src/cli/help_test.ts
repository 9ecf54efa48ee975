// Tests of the help: everything that is declared is in it, its examples work, and it fits 80 columns.
import assert from "node:assert/strict";
import { EVERYWHERE, type Options } from "../commands/command.ts";
import { REGISTRY } from "../commands/registry.ts";
import { width } from "../render/cells.ts";
import { formatCommandHelp, formatTopHelp } from "./help.ts";
import { parseOptions } from "./parse.ts";

function assertFits(text: string): void {
  for (const line of text.split("\n")) assert.ok(width(line) <= 80 && line === line.trimEnd(), line);
}

Deno.test("formatTopHelp() has every command, the exit codes and an example, in 80 columns", () => {
  const text = formatTopHelp();
  assertFits(text);
  for (const [name, { summary }] of Object.entries(REGISTRY)) {
    assert.match(text, new RegExp(`^ {2}${name} +${summary}$`, "m"));
  }
  for (const code of ["0", "1", "2", "4", "75"]) assert.match(text, new RegExp(`^ {2}${code} +\\w`, "m"));
  assert.match(text, /^Examples:\n {2}sso-heal \w/m);
});

for (const [name, row] of Object.entries(REGISTRY)) {
  Deno.test(`formatCommandHelp() of ${name} has every option once, in 80 columns`, async () => {
    const command = await row.load();
    const text = formatCommandHelp(name, row, command);
    assertFits(text);
    const options: Options = { ...EVERYWHERE, ...command.options };
    for (const [option, { kind }] of Object.entries(options)) {
      if (kind === "words") continue;
      assert.equal(text.match(new RegExp(`^ {2}(-\\w, | {4})--${option}\\b(?!-)`, "mg"))?.length, 1, option);
    }
  });

  Deno.test(`every example of ${name} is a command line that is understood`, async () => {
    const command = await row.load();
    assert.ok(command.examples.length > 0);
    for (const { line, does } of command.examples) {
      assert.match(does, /^[a-z].*[^.]$/);
      const [program, first, ...words] = line.replace(/^sudo /, "").split(/ (?:\||\|\||&&|>>) /)[0].split(" ");
      assert.deepEqual([program, first], ["sso-heal", name], line);
      parseOptions(name, words, { ...EVERYWHERE, ...command.options });
    }
  });
}
