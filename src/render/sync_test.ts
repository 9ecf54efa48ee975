// Proves what a sync says: a line a profile, one line for many, and each reason of failure once.
import assert from "node:assert/strict";
import type { SyncReport } from "../domain/report.ts";
import type { Screen } from "./screen.ts";
import { formatSync } from "./sync.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const SCREEN: Screen = { columns: Infinity, colour: false, now: NOW, home: "/home/u" };
const FILE = "/home/u/.aws/credentials";

function report(from: string, more: Partial<SyncReport> = {}): SyncReport {
  const expiresAt = NOW + 3_600_000;
  return { from, to: `${from}-old`, file: FILE, changed: true, expiresAt, outcome: "healthy", ...more };
}

const LOGIN = { code: "LoginNeeded", message: 'session "corp" needs a person', hint: "run: sso-heal login; or wait" };
const FAILED: Partial<SyncReport> = { changed: false, expiresAt: undefined, error: LOGIN, outcome: "needs-login" };

const ROWS:
  readonly (readonly [name: string, reports: readonly SyncReport[], all: boolean, lines: readonly string[]])[] = [
    ["what was changed", [report("a"), report("b", { changed: false })], false, [
      "✓ profile a-old in ~/.aws/credentials has the credentials of a, valid for 1 h",
    ]],
    ["also what was fine, to whoever asked", [report("b", { changed: false })], true, [
      "✓ profile b-old in ~/.aws/credentials needs nothing, valid for 1 h",
    ]],
    [
      "many in one line",
      Array.from(
        { length: 1200 },
        (_, at) => report(`p${at}`, { changed: at > 9, expiresAt: NOW + 60_000 * (20 + at) }),
      ),
      true,
      ["✓ 1190 profiles of ~/.aws/credentials written, 10 needed nothing; the first ends in 20 min"],
    ],
    ["a reason once", ["a", "b", "c", "d"].map((name) => report(name, FAILED)), false, [
      '! 4 profiles: a-old, b-old, c-old and 1 more: session "corp" needs a person',
      "  → run: sso-heal login",
      "  → or wait",
    ]],
    ["that keys were taken out", [report("a", { ...FAILED, changed: true, outcome: "broken" })], false, [
      '✗ profile a-old: session "corp" needs a person; keys that were over are taken out',
      "  → run: sso-heal login",
      "  → or wait",
    ]],
    ["names that could steer a terminal without that", [report("a\x1b[2J")], false, [
      "✓ profile a[2J-old in ~/.aws/credentials has the credentials of a[2J, valid for 1 h",
    ]],
    ["nothing where nothing happened", [report("a", { changed: false })], false, []],
  ];

for (const [name, reports, all, lines] of ROWS) {
  Deno.test(`formatSync() says ${name}`, () => assert.deepEqual(formatSync(reports, SCREEN, all), lines));
}
