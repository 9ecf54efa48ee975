// Tests that every command is declared whole, and once.
import assert from "node:assert/strict";
import { COMMANDS } from "../sandbox/permissions.ts";
import { EVERYWHERE, type Options } from "./command.ts";
import { commandRow, REGISTRY } from "./registry.ts";

Deno.test("REGISTRY has the same names as the permission table", () => {
  assert.deepEqual(Object.keys(REGISTRY).sort(), Object.keys(COMMANDS).sort());
});

Deno.test("commandRow() knows no word that is only a property of every object", () => {
  assert.equal(commandRow("constructor"), undefined);
  assert.equal(commandRow("__proto__"), undefined);
  assert.equal(commandRow("check"), REGISTRY.check);
});

for (const [name, { summary, load }] of Object.entries(REGISTRY)) {
  Deno.test(`${name} declares its options in the same manner as all others`, async () => {
    const { options, examples } = await load();
    assert.match(summary, /^[A-Z].*[^.]$/);
    assert.ok(examples.length > 0);
    const shorts = new Set<string>();
    const all: Options = { ...EVERYWHERE, ...options };
    for (const [option, { help, short, kind }] of Object.entries(all)) {
      assert.match(option, /^[a-z]+(-[a-z]+)*$/);
      assert.match(help, /^[^A-Z].*[^.]$/, `the help of --${option} is one clause`);
      assert.ok(short === undefined || (short.length === 1 && !shorts.has(short)), `-${short} is free for --${option}`);
      if (short !== undefined) shorts.add(short);
      const everywhere = Object.entries(EVERYWHERE).find(([other]) => other === option);
      assert.ok(everywhere === undefined || everywhere[1].kind === kind, `--${option} takes the same everywhere`);
    }
  });
}
