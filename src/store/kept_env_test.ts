// Tests of reading the kept variables back: all that was written, and nothing that was not.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { envFileText } from "../service/env_file.ts";
import { parseKeptEnv, readKeptEnv } from "./kept_env.ts";

const NAME = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/);
/** Any text that the file can hold, often with what has a meaning there. */
const VALUE = fc.array(
  fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", "$", "`", "'", "#", "\u2028")),
)
  // deno-lint-ignore no-control-regex -- the file refuses them
  .map((parts) => parts.join("").replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, ""));

Deno.test("parseKeptEnv() gives back every set of variables that can be written", () => {
  fc.assert(fc.property(fc.dictionary(NAME, VALUE), (variables) => {
    assert.deepEqual(parseKeptEnv(envFileText(variables)), { ...variables });
  }));
});

Deno.test("parseKeptEnv() makes names of variables and texts of whatever stands there", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    for (const [name, value] of Object.entries(parseKeptEnv(text))) {
      assert.match(name, /^[A-Za-z_]\w*$/);
      assert.equal(typeof value, "string");
    }
  }));
});

Deno.test("parseKeptEnv() reads what a person writes", () => {
  const rows: readonly (readonly [text: string, expected: Record<string, string>])[] = [
    ["A=plain\n", { A: "plain" }],
    ["A=plain", { A: "plain" }],
    ["A=\n", { A: "" }],
    ['A=""\n', { A: "" }],
    ["A='single $x \"\\'\n", { A: 'single $x "\\' }],
    ['A="two words"  \t\n', { A: "two words" }],
    ['A="1"\r\nB=2\r\n', { A: "1", B: "2" }],
    ["# A=1\n;B=2\n\n  \n", {}],
    ["A=1\nA=2\n", { A: "2" }],
    ["1A=x\nA-B=x\n=x\nA\n", {}],
    ["A=two words\n", {}],
    ['A="never closed\n', {}],
    ['A="1"B=2\n', { A: '"1"B=2' }],
    ['A="a=b=c"\n', { A: "a=b=c" }],
  ];
  for (const [text, expected] of rows) assert.deepEqual(parseKeptEnv(text), expected, JSON.stringify(text));
});

Deno.test("readKeptEnv() is empty where there is no such file, and where it cannot be read", async () => {
  await using system = await fakeSystem();
  assert.deepEqual(readKeptEnv(system.home), {});
  system.write(".config/sso-heal/env", 'SMTP_PASSWORD="s3cr\\"et"\n');
  assert.deepEqual(readKeptEnv(system.home), { SMTP_PASSWORD: 's3cr"et' });
  await Deno.remove(`${system.home}/.config/sso-heal/env`);
  Deno.mkdirSync(`${system.home}/.config/sso-heal/env`);
  assert.deepEqual(readKeptEnv(system.home), {});
});
