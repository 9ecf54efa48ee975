// Proves which slips are taken for which word, and that strangers get no suggestion.
import assert from "node:assert/strict";
import { didYouMean } from "./suggest.ts";

const COMMANDS = ["check", "run", "login", "logout", "status", "doctor", "install", "uninstall", "sync", "serve"];

Deno.test("didYouMean() finds the word that was meant", () => {
  const rows: [word: string, meant: string | undefined][] = [
    ["chekc", "check"],
    ["chck", "check"],
    ["chexk", "check"],
    ["logn", "login"],
    ["logot", "logout"],
    ["stauts", "status"],
    ["Status", "status"],
    ["STATUS", "status"],
    ["doc", "doctor"],
    ["unin", "uninstall"],
    ["rnu", "run"],
    ["login", "login"],
    ["s", undefined],
    ["lo", undefined],
    ["xyz", undefined],
    ["frobnicate", undefined],
    ["", undefined],
  ];
  for (const [word, meant] of rows) assert.equal(didYouMean(word, COMMANDS), meant, word);
});

Deno.test("didYouMean() prefers the nearest word to the first one", () => {
  assert.equal(didYouMean("logim", ["logout", "legit", "login"]), "login");
});

Deno.test("didYouMean() makes no suggestion that replaces every letter", () => {
  assert.equal(didYouMean("ab", ["cd", "x"]), undefined);
});
