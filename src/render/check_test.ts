// Tests of the text of a check: every state in one row, 80 columns, hostile names, colours.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CheckReport, SessionReport } from "../domain/report.ts";
import { width } from "./cells.ts";
import { formatCheck } from "./check.ts";
import type { Screen } from "./screen.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const MIN = 60_000;
const SCREEN: Screen = { columns: 80, colour: false, now: NOW, home: "/home/me" };

const HEALTHY: SessionReport = {
  name: "prod",
  startUrl: "https://example.awsapps.com/start",
  region: "us-east-1",
  state: "healthy",
  action: "none",
  outcome: "healthy",
  counted: true,
  accessTokenExpiresAt: NOW + 47 * MIN + 59_999,
  refreshable: true,
  profiles: [{ name: "dev", accountId: "123456789012", roleName: "ReadOnly", ok: true }],
};
const NEEDS_LOGIN: SessionReport = {
  ...HEALTHY,
  state: "needs-login",
  outcome: "needs-login",
  accessTokenExpiresAt: undefined,
  refreshable: undefined,
};
const LOGIN = "  → run: sso-heal login --session prod";
const UNREACHABLE = {
  code: "ConnectionRefused",
  message: "Cannot reach oidc.us-east-1.amazonaws.com: connection refused",
  hint: "check the network of this machine",
};
const FORBIDDEN = { code: "ForbiddenException", message: "AWS refuses the role Admin", hint: "ask for it" };

function report(sessions: SessionReport[], more: Partial<CheckReport> = {}): CheckReport {
  return { outcome: "healthy", startedAt: NOW, durationMs: 3, sessions, problems: [], warnings: [], ...more };
}

const ROWS: Array<[string, SessionReport, string[]]> = [
  ["healthy", HEALTHY, ["✓ prod      healthy      token valid for 47 min"]],
  ["refreshed", { ...HEALTHY, action: "refreshed" }, [
    "✓ prod      healthy      refreshed, token valid for 47 min",
  ]],
  ["adopted", { ...HEALTHY, action: "adopted" }, [
    "✓ prod      healthy      refreshed by another program, token valid for 47 min",
  ]],
  ["logged in", { ...HEALTHY, action: "logged-in" }, [
    "✓ prod      healthy      signed in, token valid for 47 min",
  ]],
  ["healthy, but not for long", { ...HEALTHY, refreshable: false }, [
    "✓ prod      healthy      token valid for 47 min, cannot renew itself",
  ]],
  ["due and not yet tried", { ...HEALTHY, state: "refresh-due", accessTokenExpiresAt: NOW - 3 * MIN }, [
    "✓ prod      refresh due  token ended 3 min ago, renewed by the next check",
  ]],
  [
    "a refresh that failed for now",
    {
      ...HEALTHY,
      state: "refresh-due",
      action: "failed",
      outcome: "temporary-failure",
      retryAt: NOW + 2 * MIN,
      error: UNREACHABLE,
    },
    [
      "! prod      refresh due  token valid for 47 min, next try in 2 min",
      "  Cannot reach oidc.us-east-1.amazonaws.com: connection refused",
      "  → check the network of this machine",
    ],
  ],
  [
    "a proof that failed for now",
    { ...HEALTHY, outcome: "temporary-failure", profiles: [{ ...HEALTHY.profiles[0], error: UNREACHABLE }] },
    [
      "! prod      healthy      token valid for 47 min",
      "  ! profile dev: Cannot reach oidc.us-east-1.amazonaws.com: connection refused",
      "    → check the network of this machine",
    ],
  ],
  [
    "a role that is refused",
    { ...HEALTHY, outcome: "broken", profiles: [{ ...HEALTHY.profiles[0], ok: false, error: FORBIDDEN }] },
    [
      "✓ prod      healthy      token valid for 47 min",
      "  ✗ profile dev: AWS refuses the role Admin",
      "    → ask for it",
    ],
  ],
  ["never signed in", { ...NEEDS_LOGIN, loginReason: "no-token" }, [
    "! prod      needs login  not signed in here yet",
    LOGIN,
  ]],
  ["no refresh token", { ...NEEDS_LOGIN, loginReason: "no-refresh-token" }, [
    "! prod      needs login  cannot renew itself (no refresh token)",
    LOGIN,
  ]],
  ["no registration", { ...NEEDS_LOGIN, loginReason: "registration-incomplete" }, [
    "! prod      needs login  cannot renew itself (no client registration)",
    LOGIN,
  ]],
  ["registration over", { ...NEEDS_LOGIN, loginReason: "registration-over" }, [
    "! prod      needs login  the client registration has ended",
    LOGIN,
  ]],
  [
    "refused while the token still works",
    {
      ...NEEDS_LOGIN,
      loginReason: "refresh-refused",
      accessTokenExpiresAt: NOW + 9 * MIN,
      error: { code: "InvalidGrantException", message: "Invalid refresh token", hint: LOGIN.slice(4) },
    },
    [
      "! prod      needs login  AWS has ended the session, token works for 9 min",
      "  Invalid refresh token",
      LOGIN,
    ],
  ],
  ["never used here", { ...NEEDS_LOGIN, counted: false, outcome: "healthy", loginReason: "no-token" }, [
    "· prod      needs login  never used here",
  ]],
  [
    "broken config",
    {
      ...NEEDS_LOGIN,
      state: "broken",
      outcome: "broken",
      error: {
        code: "MissingKey",
        message: "[sso-session prod] has no sso_region",
        hint: "add sso_region = REGION",
        file: "/home/me/.aws/config",
        line: 12,
      },
    },
    [
      "✗ prod      broken",
      "  ~/.aws/config:12: [sso-session prod] has no sso_region",
      "  → add sso_region = REGION",
    ],
  ],
];

for (const [what, session, lines] of ROWS) {
  Deno.test(`formatCheck() says in 80 columns: ${what}`, async () => {
    const text = await formatCheck(report([session]), SCREEN);
    assert.deepEqual(text.split("\n"), [...lines, ""]);
    assert.ok(lines.every((line) => width(line) <= 80));
  });
}

Deno.test("formatCheck() with only what needs attention says nothing when all is well", async () => {
  const warnings = [{ code: "UnknownKey", message: "unknown key", hint: "remove it" }];
  assert.equal(await formatCheck(report([HEALTHY], { warnings }), SCREEN, true), "");
  assert.equal(await formatCheck(report([]), SCREEN, true), "");
});

Deno.test("formatCheck() with only what needs attention keeps the others", async () => {
  const failing = ROWS.filter(([, { outcome }]) => outcome !== "healthy");
  const text = await formatCheck(report(ROWS.map(([, session]) => session)), SCREEN, true);
  assert.deepEqual(text.split("\n"), [...failing.flatMap(([, , lines]) => lines), ""]);
});

Deno.test("formatCheck() says what is wrong with the files and the clock first", async () => {
  const text = await formatCheck(
    report([HEALTHY], {
      problems: [{
        code: "NotUtf8",
        message: "not UTF-8 text",
        hint: "save it as UTF-8",
        file: "/home/me/.aws/config",
      }],
      warnings: [{ code: "UnknownKey", message: 'unknown key "sesions"', hint: "", file: "/etc/x", line: 3 }],
      clockOffsetMs: -12 * MIN,
    }),
    SCREEN,
  );
  assert.deepEqual(text.split("\n"), [
    "✗ ~/.aws/config: not UTF-8 text",
    "  → save it as UTF-8",
    '! /etc/x:3: unknown key "sesions"',
    "! The clock of this machine is 12 min ahead of that of AWS",
    "  → set it, or switch on time synchronisation (NTP)",
    "✓ prod      healthy      token valid for 47 min",
    "",
  ]);
});

Deno.test("formatCheck() says what to do where there is no session at all", async () => {
  const text = await formatCheck(report([]), SCREEN);
  assert.match(text, /^No SSO session found/);
  assert.match(text, /sso-heal login/);
});

Deno.test("formatCheck() shows a long name cut in its column, and whole in the command to copy", async () => {
  const name = "https://d-1234567890.awsapps.com/start";
  const lines = (await formatCheck(report([{ ...NEEDS_LOGIN, name, loginReason: "no-token" }]), SCREEN)).split("\n");
  assert.equal(lines[0], "! https://d-1234567890.awsap…  needs login  not signed in here yet");
  assert.equal(lines[1], `  → run: sso-heal login --session ${name}`);
});

Deno.test("formatCheck() colours mark and state only, and without colour is the same text", async () => {
  const [first] = (await formatCheck(report([HEALTHY]), { ...SCREEN, colour: true })).split("\n");
  assert.equal(first, "\x1b[32m✓\x1b[0m prod      \x1b[32mhealthy    \x1b[0m  token valid for 47 min");
});

Deno.test("formatCheck() lets no name, message or path steer the terminal", async () => {
  const hostile = fc.string({ unit: "binary" });
  await fc.assert(fc.asyncProperty(hostile, hostile, hostile, async (name, message, file) => {
    const error = { code: "X", message, hint: message, file, line: 1 };
    const profile = { name, accountId: message, roleName: message, ok: false, error };
    const sessions = ROWS.map(([, session]) => ({ ...session, name, error, profiles: [profile] }));
    const text = await formatCheck(report(sessions, { problems: [error], warnings: [error] }), SCREEN);
    assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  }));
});
