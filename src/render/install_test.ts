// Tests of what an installation says before and after.
import assert from "node:assert/strict";
import { formatInstalled, formatPlan, formatUninstalled, NOTHING_TO_CHANGE, type ShownPlan } from "./install.ts";

const SCREEN = { columns: 80, colour: false, now: Date.UTC(2026, 10, 20, 10), home: "/Users/Alice Smith" };
const PLAN: ShownPlan = {
  way: "a LaunchDaemon",
  account: "alice",
  everyMs: 600_000,
  rows: [
    { verb: "make", what: "/Users/Alice Smith/.aws" },
    { verb: "copy", what: "/Users/Alice Smith/Downloads/sso-heal to /usr/local/bin/sso-heal" },
    { verb: "prove", what: "the job by one real run" },
  ],
  hints: [],
};

Deno.test("formatPlan() shows a verb and a thing a line, with ~ for a home that holds a blank", () => {
  assert.deepEqual(formatPlan(PLAN, SCREEN).split("\n"), [
    "Every 10 min a check for alice, by a LaunchDaemon:",
    "",
    "  make   ~/.aws",
    "  copy   ~/Downloads/sso-heal to /usr/local/bin/sso-heal",
    "  prove  the job by one real run",
    "",
    "",
  ]);
});

Deno.test("formatPlan() shows hints below, and lets nothing steer the terminal", () => {
  const hints = [{ code: "X", message: "macOS may keep /a\x1b[2J from a job.", hint: "move it" }];
  const text = formatPlan({ ...PLAN, account: "al\x1bice", rows: [{ verb: "write", what: "/x\r\ny" }], hints }, SCREEN);
  // deno-lint-ignore no-control-regex -- what must not be there
  assert.ok(!/[\x1b\r]/.test(text), JSON.stringify(text));
  assert.match(text, /\n {2}\S macOS may keep \/a.*from a job\.\n {4}→ move it\n/);
});

Deno.test("formatInstalled() says how the first run went, and what a person does next", () => {
  const rows:
    readonly (readonly [proof: { outcome: string } | undefined, kept: readonly string[], lines: readonly string[]])[] =
      [
        [undefined, [], []],
        [{ outcome: "healthy" }, [], ["✓ The first run of the job: healthy"]],
        [{ outcome: "needs-login" }, [], ["! The first run of the job: needs login", "  → run: sso-heal login"]],
        [{ outcome: "broken" }, ["/Users/Alice Smith/old.plist"], [
          "! The first run of the job: broken",
          "  a copy of what was there: ~/old.plist",
        ]],
        [{ outcome: "a word of a later version" }, [], []],
      ];
  const last = "Installed as ~/.local/bin/sso-heal. How it is: sso-heal status";
  for (const [proof, kept, lines] of rows) {
    const text = formatInstalled(proof, false, "/Users/Alice Smith/.local/bin/sso-heal", kept, SCREEN);
    assert.deepEqual(text.split("\n"), [...lines, last, ""]);
  }
});

Deno.test("formatInstalled() says when the job is confined less than it should be", () => {
  const text = formatInstalled({ outcome: "healthy" }, true, "/usr/local/bin/sso-heal", [], SCREEN);
  assert.match(text, /^✓ The first run of the job: healthy\n! This machine cannot confine the job to its folders /);
});

Deno.test("formatUninstalled() says what is gone or would go, what is left, and that there was nothing", () => {
  const gone = ["a LaunchAgent (/Users/Alice Smith/Library/x.plist)", "/usr/local/bin/sso-heal"];
  const left = [{ message: "a LaunchDaemon is root's: /x", hint: "run: sudo sso-heal uninstall" }];
  assert.equal(
    formatUninstalled(gone, left, false, SCREEN),
    "✓ gone: a LaunchAgent (~/Library/x.plist)\n✓ gone: /usr/local/bin/sso-heal\n" +
      "! a LaunchDaemon is root's: /x\n  → run: sudo sso-heal uninstall\n",
  );
  assert.equal(formatUninstalled(gone.slice(1), [], true, SCREEN), "✓ would go: /usr/local/bin/sso-heal\n");
  assert.equal(formatUninstalled([], [], false, SCREEN), "Nothing is installed.\n");
  assert.equal(NOTHING_TO_CHANGE.endsWith("\n"), true);
});
