// Tests of words that a person copies into a shell.
import assert from "node:assert/strict";
import { loginCommand, shellWord } from "./shell_word.ts";

const SHELL_WORDS: Array<[string, string]> = [
  ["prod", "prod"],
  ["https://example.awsapps.com/start", "https://example.awsapps.com/start"],
  ["my prod", "'my prod'"],
  ["o'brien", "'o'\\''brien'"],
  ["$(reboot)", "'$(reboot)'"],
  ["a;b&c|d", "'a;b&c|d'"],
  ["`id`", "'`id`'"],
  ["*", "'*'"],
  ["~root", "'~root'"],
  ["start#/", "'start#/'"],
  ["日本", "'日本'"],
  ["line\nbreak", "'line?break'"],
  ["\x1b[2J", "'?[2J'"],
  ["", "''"],
];

for (const [text, word] of SHELL_WORDS) {
  Deno.test(`shellWord() of ${JSON.stringify(text)} is ${word}`, () => assert.equal(shellWord(text), word));
}

Deno.test("loginCommand() keeps a name that begins with a dash from looking like an option", () => {
  assert.equal(loginCommand("prod"), "sso-heal login --session prod");
  assert.equal(loginCommand("-prod"), "sso-heal login --session=-prod");
});
