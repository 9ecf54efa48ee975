// Tests of the status table: 80 columns, more on wide screens, and what is said below it.
import assert from "node:assert/strict";
import { NO_SERVICE } from "../domain/service.ts";
import type { SessionReport, StatusReport } from "../domain/report.ts";
import { width } from "./cells.ts";
import { formatStatus } from "./status.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const MIN = 60_000;
const HOUR = 60 * MIN;
const SCREEN = { columns: 80, colour: false, now: NOW, home: "/home/me" };

const PROD: SessionReport = {
  name: "prod",
  startUrl: "https://example.awsapps.com/start",
  region: "us-east-1",
  state: "healthy",
  action: "none",
  outcome: "healthy",
  counted: true,
  accessTokenExpiresAt: NOW + 47 * MIN,
  refreshable: true,
  registrationExpiresAt: NOW + 62 * 24 * HOUR + 4 * HOUR,
  profiles: [
    { name: "dev", accountId: "123456789012", roleName: "Dev", ok: true, credentialsExpireAt: NOW + 7 * HOUR },
    { name: "admin", accountId: "123456789012", roleName: "Admin", ok: false },
    { name: "later", accountId: "210987654321", roleName: "Later" },
  ],
};
const LEGACY: SessionReport = {
  name: "https://d-1234567890.awsapps.com/start",
  startUrl: "https://d-1234567890.awsapps.com/start",
  region: "eu-west-1",
  state: "needs-login",
  action: "none",
  outcome: "needs-login",
  counted: true,
  loginReason: "no-refresh-token",
  accessTokenExpiresAt: NOW - MIN,
  refreshable: false,
  profiles: [],
};
const UNUSED: SessionReport = { ...LEGACY, name: "unused", counted: false, accessTokenExpiresAt: undefined };

function report(sessions: SessionReport[], more: Partial<StatusReport> = {}): StatusReport {
  return { outcome: "needs-login", at: NOW, sessions, problems: [], warnings: [], service: NO_SERVICE, ...more };
}

Deno.test("formatStatus() fits 80 columns and says below the table what to do", () => {
  const text = formatStatus(
    report([PROD, LEGACY, UNUSED], { lastRunAt: NOW - 4 * MIN, lastOutcome: "broken" }),
    SCREEN,
  );
  assert.deepEqual(text.split("\n"), [
    "SESSION / PROFILE            STATE          TIME LEFT  REFRESHABLE  REGISTRATION",
    "prod                         ✓ healthy      47 min     yes          62 d 4 h",
    "  dev                        ✓ works        7 h",
    "  admin                      ✗ refused",
    "  later                      · not proved",
    "https://d-1234567890.awsap…  ! needs login  ended      no",
    "unused                       · needs login             no",
    "",
    "https://d-1234567890.awsapps.com/start: cannot renew itself (no refresh token)",
    "  → run: sso-heal login --session https://d-1234567890.awsapps.com/start",
    "",
    "Last check 4 min ago: broken",
    "No timer runs the checks on this machine.",
    "→ run: sso-heal install",
    "",
  ]);
  assert.ok(text.split("\n").every((line) => width(line) <= 80));
});

Deno.test("formatStatus() says why the last check was broken where no session is", () => {
  const told = (more: Partial<StatusReport>) =>
    formatStatus(report([PROD], { lastRunAt: NOW - 4 * MIN, ...more }), { ...SCREEN, columns: 200 });
  const lastReason = "sync of dev-legacy-sso: AWS refuses\x1b role Audit";
  assert.match(
    told({ lastOutcome: "broken", lastReason }),
    /^Last check 4 min ago: broken \(sync of dev-legacy-sso: AWS refuses\S* role Audit\)$/m,
  );
  assert.match(told({ lastReason }), /^Last check 4 min ago$/m);
  const narrow = formatStatus(report([PROD], { lastRunAt: NOW, lastOutcome: "broken", lastReason }), SCREEN);
  assert.ok(narrow.split("\n").every((line) => width(line) <= 80), narrow);
});

Deno.test("formatStatus() says where everything is when the screen is wide", () => {
  const lines = formatStatus(report([PROD, LEGACY]), { ...SCREEN, columns: 140 }).split("\n");
  assert.match(lines[0], /REGISTRATION {2}WHERE$/);
  assert.match(lines[1], /https:\/\/example\.awsapps\.com\/start$/);
  assert.match(lines[2], /123456789012 Dev$/);
  assert.ok(lines.some((line) => line.startsWith(`${LEGACY.name}  `)), "the name is not cut");
});

Deno.test("formatStatus() cuts nothing where output is no terminal", () => {
  const lines = formatStatus(report([PROD, LEGACY]), { ...SCREEN, columns: Infinity }).split("\n");
  assert.ok(lines.some((line) => line.startsWith(`${LEGACY.name}  ! needs login`)));
  assert.match(lines[0], /REGISTRATION$/);
});

Deno.test("formatStatus() shows a broken session with file, line and fix", () => {
  const error = { code: "X", message: "has no sso_region", hint: "add it", file: "/home/me/.aws/config", line: 3 };
  const text = formatStatus(report([{ ...UNUSED, counted: true, state: "broken", outcome: "broken", error }]), SCREEN);
  assert.match(text, /unused: broken\n {2}~\/\.aws\/config:3: has no sso_region\n {2}→ add it\n/);
});

Deno.test("formatStatus() says when nothing has run, and when there is nothing to show", () => {
  const text = formatStatus(report([]), SCREEN);
  assert.match(text, /^No SSO session found/);
  assert.match(
    text,
    /No check has run on this machine yet\.\n→ run: sso-heal check\nNo timer runs the checks on this machine/,
  );
});

Deno.test("formatStatus() does not say that there is no session when the file could not be read", () => {
  const problems = [{ code: "NotReadable", message: "permission denied", hint: "chmod u+r it" }];
  const text = formatStatus(report([], { problems }), SCREEN);
  assert.doesNotMatch(text, /No SSO session/);
  assert.match(text, /^✗ permission denied\n {2}→ chmod u\+r it\n/);
});

Deno.test("formatStatus() keeps hostile names from the terminal", () => {
  const name = "\x1b]0;owned\x07\x1b[2Jprod\u202e\r\n";
  const profiles = [{ name, accountId: "\x9b1m", roleName: "\x1b[5m" }];
  const text = formatStatus(report([{ ...PROD, name, startUrl: name, profiles }]), { ...SCREEN, columns: 140 });
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
});
