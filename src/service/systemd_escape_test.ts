// Proves the escaping of unit files; tests/service/units_test.ts proves that systemd reads it so.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { assignment, listWord, mountWord, programWord, unitWord, wholeValue } from "./systemd_escape.ts";

const WRITTEN: readonly (readonly [what: string, written: string, wanted: string])[] = [
  ["unitWord() keeps a plain name", unitWord("alice_1"), "alice_1"],
  ["unitWord() escapes a dash, an at sign and a backslash", unitWord("a-b@c\\d"), "a\\x2db\\x40c\\x5cd"],
  ["unitWord() escapes every byte of other letters", unitWord("é"), "\\xc3\\xa9"],
  ["unitWord() escapes a dot only in front", unitWord(".a.b"), "\\x2ea.b"],
  ["wholeValue() doubles a percent sign and nothing else", wholeValue(`/a b%h/"$x"\\y`), `/a b%%h/"$x"\\y`],
  ["listWord() leaves a plain path as it is", listWord("/home/alice/.aws"), "/home/alice/.aws"],
  ["listWord() quotes spaces, colons and other letters", listWord("/a b:é"), `"/a b:é"`],
  ["listWord() escapes quotes, backslashes and percent signs", listWord(`/"\\%`), `"/\\"\\\\%%"`],
  ["mountWord() doubles a backslash twice", mountWord("/a\\b", "ro"), `"/a\\\\\\\\b:ro"`],
  ["programWord() leaves a dollar sign alone", programWord("/opt/$x/p"), `"/opt/$x/p"`],
  ["assignment() quotes the whole of it", assignment("A_1", `50% "x" $y`), `"A_1=50%% \\"x\\" $y"`],
  ["assignment() takes a tab", assignment("A", "a\tb"), `"A=a\tb"`],
  ["assignment() takes no value", assignment("A", ""), `"A="`],
];

for (const [what, written, wanted] of WRITTEN) {
  Deno.test(what, () => assert.equal(written, wanted));
}

const REFUSED: readonly (readonly [what: string, write: () => string, reason: RegExp])[] = [
  ["assignment() refuses a line break", () => assignment("A", "a\nb"), /holds a line break/],
  ["assignment() refuses another control character", () => assignment("A", "a\x1bb"), /control character/],
  ["assignment() refuses what is no name", () => assignment("A B", "x"), /no name of a variable/],
  ["wholeValue() refuses a line break", () => wholeValue("/a\nUser=root"), /holds a line break/],
  ["wholeValue() refuses a backslash at the end", () => wholeValue("/a\\"), /at its end/],
  ["wholeValue() refuses a space at the end", () => wholeValue("/a "), /at its end/],
  ["listWord() refuses a line break", () => listWord("/a\rb"), /holds a line break/],
  ["mountWord() refuses a colon", () => mountWord("/a:b", "ro"), /no colon/],
  ["programWord() refuses a quote", () => programWord(`/it's`), /no quote or backslash/],
];

for (const [what, write, reason] of REFUSED) {
  Deno.test(what, () => {
    assert.throws(write, (error) => error instanceof UserError && reason.test(error.message));
  });
}
