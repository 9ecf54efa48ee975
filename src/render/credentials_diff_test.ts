// Proves that the diff of a credentials file is right, and that nothing secret is in it, whatever the file holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { HAND_MADE, now, old } from "../../tests/credentials/nasty.ts";
import { maskedDiff } from "./credentials_diff.ts";
import { maskedLines } from "./credentials_diff_mask.ts";

const PATH = "/home/me/.aws/credentials";
const OTHERS = `[a]\n${HAND_MADE.slice(4)}# aws_secret_access_key = s\n\n`;

Deno.test("maskedDiff() shows what changes with its surroundings, and no value of a key", () => {
  const before = `${OTHERS}[x]\n${old()}\n[b]\nregion = eu-west-1\n`;
  const after = before.replace(old(), now()) + `\n[y]\n${now()}`;
  const lines = [
    `--- ${PATH}`,
    `+++ ${PATH}`,
    "@@ -5,11 +5,18 @@",
    " # ****",
    " ",
    " [x]",
    ..."-+".split("").flatMap((sign) => [
      `${sign}aws_access_key_id = ****`,
      `${sign}aws_secret_access_key = ****`,
      `${sign}aws_session_token = ****`,
      `${sign}x_sso_heal_expiration = 2026-11-2${sign === "-" ? 0 : 1}T18:00:00Z`,
      `${sign}x_sso_heal_source = 012345678901/${sign === "-" ? "Old:r" : "New"}`,
    ]),
    " ",
    " [b]",
    " region = eu-west-1",
    "+",
    "+[y]",
    "+aws_access_key_id = ****",
    "+aws_secret_access_key = ****",
    "+aws_session_token = ****",
    "+x_sso_heal_expiration = 2026-11-21T18:00:00Z",
    "+x_sso_heal_source = 012345678901/New",
    "",
  ];
  assert.equal(maskedDiff(before, after, PATH), lines.join("\n"));
});

Deno.test("maskedDiff() names the section of a change far below its header", () => {
  const before = `[a]\n[x] # c\nk = v\nl = w\nm = x\nn = y\naws_session_token = older\n`;
  const after = before.replace("older", "newer");
  const expected = `--- p\n+++ p\n@@ -4,4 +4,4 @@ [x] ****\n l = ****\n m = ****\n n = ****\n` +
    "-aws_session_token = ****\n+aws_session_token = ****\n";
  assert.equal(maskedDiff(before, after, "p"), expected);
});

Deno.test("maskedDiff() shows a new file, an emptied one, and nothing where nothing differs", () => {
  const keys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].map((key) => `${key} = ****`);
  const shown = (sign: string) => ["[x]", ...keys].map((line) => `${sign}${line}\n`).join("");
  const text = "[x]\naws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c\n";
  const rows: [what: string, before: string | undefined, after: string, expected: string][] = [
    ["no file before", undefined, text, `--- /dev/null\n+++ p\n@@ -0,0 +1,4 @@\n${shown("+")}`],
    ["an empty file before", "", text, `--- p\n+++ p\n@@ -0,0 +1,4 @@\n${shown("+")}`],
    ["all goes", text, "", `--- p\n+++ p\n@@ -1,4 +0,0 @@\n${shown("-")}`],
    ["nothing differs", text, text, ""],
    ["nothing at all", undefined, "", ""],
    ["only how lines end", "\ufeff[a]\r\nk = v\r", "[a]\nk = v", ""],
  ];
  for (const [what, before, after, expected] of rows) assert.equal(maskedDiff(before, after, "p"), expected, what);
});

/** Both texts must follow from one another by the diff: its places are right, and what it leaves out is the same. */
function assertRight(old: readonly string[], next: readonly string[], diff: string): void {
  let [at, newAt] = [0, 0];
  const [, , ...rows] = diff.split("\n").slice(0, -1);
  const assertSame = (upTo: number) => {
    for (; at < upTo; at++, newAt++) assert.equal(next[newAt], old[at]);
  };
  for (const row of rows) {
    const range = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/.exec(row)?.slice(1).map(Number);
    if (range) {
      const [start, length, newStart, newLength] = range;
      assertSame(length > 0 ? start - 1 : start);
      assert.equal(newAt, newLength > 0 ? newStart - 1 : newStart);
    } else if (row[0] === "-") assert.equal(row.slice(1), maskedLines(old)[at++]);
    else if (row[0] === "+") assert.equal(row.slice(1), maskedLines(next)[newAt++]);
    else assert.equal(old[at++], next[newAt++]);
  }
  assertSame(old.length);
  assert.equal(newAt, next.length);
}

Deno.test("maskedDiff() is right for any two texts", () => {
  const line = fc.constantFrom("[a]", "[b]", "k = v", "k = w", "", "# c", "region = r", "aws_session_token = t");
  const texts = fc.array(line, { maxLength: 40 });
  const property = fc.property(texts, texts, fc.nat(40), fc.nat(40), (head, tail, cut, more) => {
    const old = [...head, ...tail].map((line, at) => at % 3 === 0 ? `${line} ${at}` : line);
    const next = [...old.slice(0, cut), ...head.slice(more), ...old.slice(cut + 2)];
    const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
    assertRight(old, next, maskedDiff(text(old), text(next), "p"));
  });
  fc.assert(property, { numRuns: 2000, seed: 20261121 });
});

Deno.test("maskedDiff() of 3,000 changed sections has one line for each that goes and comes, and no more", () => {
  const text = (keys: string) => Array.from({ length: 3000 }, (_, at) => `[p${at}]\n${keys}region = r\n\n`).join("");
  const diff = maskedDiff(text(old()), text(now()), "p");
  const count = (sign: string) => diff.split("\n").filter((line) => line.startsWith(sign)).length;
  assert.deepEqual([count("-a"), count("+a"), count("-x"), count("+x"), count(" [p")], [9000, 9000, 6000, 6000, 3000]);
});
