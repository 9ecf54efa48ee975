// Proves that section names are cut as Python's shlex cuts them; the rows were printed by Python 3.11.
import assert from "node:assert/strict";
import { sectionName, shellWords } from "./shell_words.ts";

Deno.test("shellWords() cuts as Python's shlex.split", () => {
  const rows: [text: string, words: string[] | undefined][] = [
    ["profile a", ["profile", "a"]],
    ['profile "my prof"', ["profile", "my prof"]],
    ["profile 'my prof'", ["profile", "my prof"]],
    ["profile my prof", ["profile", "my", "prof"]],
    ["profile o'neil", undefined],
    ["profile corp\\dev", ["profile", "corpdev"]],
    ['profile "a\\"b"', ["profile", 'a"b']],
    ['profile "a\\nb"', ["profile", "a\\nb"]],
    ["profile 'a\\nb'", ["profile", "a\\nb"]],
    ["profile\ta", ["profile", "a"]],
    ["profile ", ["profile"]],
    ['profile ""', ["profile", ""]],
    ['profile a"b c"d', ["profile", "ab cd"]],
    ["profile a\\", undefined],
    ["profile a\\ b", ["profile", "a b"]],
    ['"profile" a', ["profile", "a"]],
    ["profile a#b", ["profile", "a#b"]],
    ['profile "a\\\\b"', ["profile", "a\\b"]],
    ["profile \u00a0", ["profile", "\u00a0"]],
    ['profile "a', undefined],
    ["", []],
  ];
  for (const [text, words] of rows) assert.deepEqual(shellWords(text), words, text);
});

Deno.test("sectionName() gives the name behind a prefix", () => {
  const rows: [header: string, prefix: string, name: string | undefined][] = [
    ["profile dev", "profile", "dev"],
    ["profile  dev", "profile", "dev"],
    ['profile "my prof"', "profile", "my prof"],
    ["profilefoo bar", "profile", "bar"],
    ["sso-session corp", "sso-session", "corp"],
    ["services é", "services", "é"],
    ["profile", "profile", undefined],
    ["profile ", "profile", undefined],
    ["profile my prof", "profile", undefined],
    ["profile o'neil", "profile", undefined],
    ["dev", "profile", undefined],
    [" profile dev ", "profile", undefined],
  ];
  for (const [header, prefix, name] of rows) assert.equal(sectionName(header, prefix), name, header);
});
