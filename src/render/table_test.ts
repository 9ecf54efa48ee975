// Tests of tables: they fit the screen, and colours do not move columns.
import assert from "node:assert/strict";
import { width } from "./cells.ts";
import { formatTable } from "./table.ts";

const COLUMNS = [{ header: "NAME", least: 6 }, { header: "STATE" }, { header: "WHERE", least: 8 }];
const ROWS = [
  [{ text: "prod" }, { text: "✓ healthy", colour: "green" as const }, { text: "https://example.awsapps.com/start" }],
  [{ text: "日本-production-account" }, { text: "" }, { text: "" }],
];
const SCREEN = { columns: Infinity, colour: false, now: 0, home: "/home/me" };

Deno.test("formatTable() aligns columns and leaves no space at the end of a line", () => {
  assert.deepEqual(formatTable(COLUMNS, ROWS, SCREEN), [
    "NAME                     STATE      WHERE",
    "prod                     ✓ healthy  https://example.awsapps.com/start",
    "日本-production-account",
  ]);
});

Deno.test("formatTable() cuts the widest columns first", () => {
  const lines = formatTable(COLUMNS, ROWS, { ...SCREEN, columns: 44 });
  assert.deepEqual(lines, [
    "NAME             STATE      WHERE",
    "prod             ✓ healthy  https://example…",
    "日本-productio…",
  ]);
  assert.ok(lines.every((line) => width(line) <= 44));
});

Deno.test("formatTable() stops cutting where nothing could be read any more", () => {
  assert.equal(formatTable(COLUMNS, ROWS, { ...SCREEN, columns: 10 })[1], "prod    ✓ healthy  https:/…");
});

Deno.test("formatTable() colours the text only", () => {
  const [, first] = formatTable(COLUMNS, ROWS, { ...SCREEN, colour: true });
  assert.equal(
    first,
    "prod                     \x1b[32m✓ healthy\x1b[0m  https://example.awsapps.com/start",
  );
});
