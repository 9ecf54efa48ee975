// Tests of what is said of the job that runs the checks.
import assert from "node:assert/strict";
import { NO_SERVICE, type ServiceStatus } from "../domain/service.ts";
import { formatHints, formatService, marked } from "./service.ts";
import { BAD } from "./words.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const SCREEN = { columns: Infinity, colour: false, now: NOW, home: "/home/me" };
const MINUTE = 60_000;
const ALIVE: ServiceStatus = {
  installed: true,
  stale: false,
  manager: "systemd",
  scope: "system",
  everyMs: 10 * MINUTE,
  loaded: true,
  running: false,
  nextRunAt: NOW + 3 * MINUTE,
  lastRunAt: NOW - 7 * MINUTE,
  sandbox: { level: "hardened", enforced: true },
  hints: [],
};

type Row = readonly [sentence: string, more: Partial<ServiceStatus>, lines: readonly string[]];

const ROWS: readonly Row[] = [
  ["a timer that lives", {}, [
    "✓ Timer: systemd timer of the machine, every 10 min; next run in 3 min, last run 7 min ago",
    "  Confined: sees and changes nothing but its own folders, proved",
  ]],
  ["a LaunchAgent with its domain", {
    manager: "launchd",
    scope: "user",
    domain: "gui/501",
    sandbox: { level: "none" },
  }, [
    "✓ Timer: LaunchAgent (gui/501), every 10 min; next run in 3 min, last run 7 min ago",
  ]],
  ["a run that goes on", { running: true, sandbox: undefined }, [
    "✓ Timer: systemd timer of the machine, every 10 min; running now",
  ]],
  ["a job that has not run, and whose next run nobody knows", {
    ...{ manager: "run", scope: "user", nextRunAt: undefined, lastRunAt: undefined, sandbox: undefined },
  }, ["✓ Timer: sso-heal run, in the foreground, every 10 min; has not run yet"]],
  ["a next run that should have begun", { nextRunAt: NOW - MINUTE, sandbox: undefined }, [
    "✓ Timer: systemd timer of the machine, every 10 min; next run in 0 s, last run 7 min ago",
  ]],
  ["a job that is not loaded", { stale: true, loaded: false, nextRunAt: undefined, sandbox: undefined }, [
    "✗ Timer: systemd timer of the machine, every 10 min; NOT LOADED, last run 7 min ago",
  ]],
  ["a confinement that is not in force, with its hint", {
    sandbox: { level: "strict", enforced: false },
    hints: [{ code: "SandboxOff", message: "Nothing confines it.", hint: "do this" }],
  }, [
    "! Timer: systemd timer of the machine, every 10 min; next run in 3 min, last run 7 min ago",
    "  Confined: changes nothing but its own folders, NOT IN FORCE",
    "  ! Nothing confines it.",
    "    → do this",
  ]],
  ["a confinement that nobody has proved", { manager: "cron", scope: "user", sandbox: { level: "basic" } }, [
    "✓ Timer: crontab, every 10 min; next run in 3 min, last run 7 min ago",
    "  Confined: fewer system calls",
  ]],
];

for (const [sentence, more, lines] of ROWS) {
  Deno.test(`formatService() shows ${sentence}`, () => {
    assert.deepEqual(formatService({ ...ALIVE, ...more }, SCREEN), lines);
  });
}

Deno.test("formatService() says how to get a timer where there is none", () => {
  assert.deepEqual(formatService(NO_SERVICE, SCREEN), [
    "No timer runs the checks on this machine.",
    "→ run: sso-heal install",
  ]);
});

Deno.test("formatService() fits a narrow terminal, and colours only the sign", () => {
  const lines = formatService({ ...ALIVE, stale: true }, { ...SCREEN, columns: 40, colour: true });
  // deno-lint-ignore no-control-regex -- the colour itself
  assert.deepEqual(lines.map((line) => line.replace(/\x1b\[\d+m/g, "").length <= 40), lines.map(() => true));
  assert.equal(lines[0].startsWith(`\x1b[31m${BAD.sign}\x1b[0m Timer: `), true);
});

Deno.test("formatHints() and marked() let no foreign word steer the terminal", () => {
  const lines = formatHints([{ code: "X", message: "a\x1b[2Jb", hint: "c\rd" }], SCREEN);
  // deno-lint-ignore no-control-regex -- what must not be there
  assert.ok(!/[\x1b\r]/.test(lines.join("")), JSON.stringify(lines));
  const wrapped = marked(BAD, "  ", "one two three four five six", { ...SCREEN, columns: 26 });
  assert.deepEqual(wrapped, ["  ✗ one two three four", "    five six"]);
});
