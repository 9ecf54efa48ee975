// Tests of what a person sees while signing in and out.
import assert from "node:assert/strict";
import { width } from "./cells.ts";
import type { LoginReport } from "../domain/report.ts";
import { formatBrowserPrompt, formatLoginPrompt, formatLogins, linkJson, loginsJson } from "./login.ts";
import { formatLogouts, logoutsJson } from "./logout.ts";
import { drawQr } from "./qr.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const SCREEN = { columns: 80, colour: false, now: NOW, home: "/home/me" };
const LINK = "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH";
const PROMPT = {
  session: "prod",
  startUrl: "https://example.awsapps.com/start",
  verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
  verificationUriComplete: LINK,
  userCode: "ABCD-EFGH",
  expiresAt: NOW + 599_990,
};

Deno.test("formatLoginPrompt() shows session, link, code and the time left", () => {
  assert.equal(
    formatLoginPrompt(PROMPT, SCREEN),
    `Sign in to prod (https://example.awsapps.com/start)

  Open this link, on any device:   ${LINK}
  Allow it if it shows this code:  ABCD-EFGH
  Or type the code at:             https://device.sso.us-east-1.amazonaws.com/

Waiting for your approval; the code ends in 10 min ...

`,
  );
});

Deno.test("formatLoginPrompt() names a legacy session once", () => {
  const text = formatLoginPrompt({ ...PROMPT, session: PROMPT.startUrl }, SCREEN);
  assert.match(text, /^Sign in to https:\/\/example\.awsapps\.com\/start\n/);
});

Deno.test("formatLoginPrompt() puts the drawn code between the link and the waiting", () => {
  const text = formatLoginPrompt(PROMPT, SCREEN, "QR\nQR");
  assert.match(text, /amazonaws\.com\/\n\nQR\nQR\n\nWaiting/);
});

Deno.test("formatLoginPrompt() keeps hostile words from the terminal", () => {
  const hostile = "\x1b]0;owned\x07\u202e\x9b2J";
  const prompt = { ...PROMPT, session: hostile, startUrl: hostile, userCode: hostile, verificationUri: hostile };
  const text = formatLoginPrompt({ ...prompt, verificationUriComplete: hostile }, SCREEN);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
});

const PAGE = `https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&state=${"x".repeat(60)}`;
const BROWSER_PROMPT = { session: "prod", startUrl: PROMPT.startUrl, url: PAGE, expiresAt: NOW + 600_000 };

Deno.test("formatBrowserPrompt() shows the page whole, on a line of its own, also on a narrow screen", () => {
  for (const columns of [80, 40]) {
    assert.equal(
      formatBrowserPrompt(BROWSER_PROMPT, { ...SCREEN, columns }),
      `Sign in to prod (https://example.awsapps.com/start)

  Open this link in a browser on this machine:
  ${PAGE}

Waiting for your approval, for 10 min ...

`,
    );
  }
});

Deno.test("formatBrowserPrompt() keeps hostile words from the terminal", () => {
  const hostile = "\x1b]0;owned\x07\u202e\x9b2J";
  const text = formatBrowserPrompt({ ...BROWSER_PROMPT, session: hostile, startUrl: hostile, url: hostile }, SCREEN);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
});

Deno.test("drawQr() draws a square with a quiet zone, dark on light where there are colours", () => {
  const plain = drawQr(LINK, SCREEN).split("\n");
  const cells = width(plain[0]);
  assert.ok(plain.every((line) => width(line) === cells));
  assert.equal(plain.length, Math.ceil(cells / 2));
  assert.match(plain[0], /^█+$/);
  assert.ok(plain.every((line) => /^[█▀]{2}.*[█▀]{2}$/.test(line)));
  const coloured = drawQr(LINK, { ...SCREEN, colour: true }).split("\n");
  assert.deepEqual(coloured, plain.map((line) => `\x1b[97;40m${line}\x1b[0m`));
});

Deno.test("drawQr() says so when the terminal is too narrow", () => {
  assert.match(drawQr(LINK, { ...SCREEN, columns: 20 }), /^\(the QR code needs \d+ columns, this terminal has 20\)$/);
});

Deno.test("drawQr() says so when no code can hold the link", () => {
  const wide = { ...SCREEN, columns: 1000 };
  const link = LINK.padEnd(2953, "x");
  assert.equal(drawQr(link, wide).split("\n").length, 91);
  assert.equal(drawQr(`${link}x`, wide), "(the link is too long for a QR code)");
});

const LOGINS: Array<[string, LoginReport, string]> = [
  [
    "a new login",
    {
      session: "prod",
      result: "logged-in",
      exitCode: 0,
      accessTokenExpiresAt: NOW + 3_600_000,
      refreshable: true,
      profiles: [],
    },
    "✓ prod  signed in, token valid for 1 h, renews itself\n",
  ],
  [
    "one that cannot renew itself",
    {
      session: "prod",
      result: "logged-in",
      exitCode: 0,
      accessTokenExpiresAt: NOW + 60_000,
      refreshable: false,
      profiles: [],
    },
    "✓ prod  signed in, token valid for 1 min, cannot renew itself\n",
  ],
  [
    "one that was not needed",
    { session: "prod", result: "already-healthy", exitCode: 0, profiles: [] },
    "✓ prod  healthy already\n",
  ],
  [
    "one that failed",
    {
      session: "prod",
      result: "failed",
      exitCode: 4,
      error: { code: "ExpiredTokenException", message: "the code ran out", hint: "run: sso-heal login" },
      profiles: [],
    },
    "✗ prod: the code ran out\n  → run: sso-heal login\n",
  ],
  [
    "one with a role that is refused",
    {
      session: "prod",
      result: "logged-in",
      exitCode: 0,
      profiles: [{ name: "dev", accountId: "012345678901", roleName: "Dev", ok: false }],
    },
    "✓ prod  signed in\n  ✗ profile dev: AWS refuses the role Dev\n",
  ],
];

const { session: _session, startUrl: _startUrl, ...LOGIN_LINK } = PROMPT;
const STARTED: LoginReport = { session: "prod", result: "started", exitCode: 4, link: LOGIN_LINK, profiles: [] };

Deno.test("formatLogins() says of a login that was only started that it waits", () => {
  assert.match(formatLogins([STARTED], SCREEN), /^! prod {2}waiting for approval/);
});

Deno.test("linkJson() has the link of a login that was only started", () => {
  assert.deepEqual(JSON.parse(linkJson(STARTED)), {
    version: 1,
    session: "prod",
    verificationUri: PROMPT.verificationUri,
    verificationUriComplete: LINK,
    userCode: "ABCD-EFGH",
    expiresAt: "2026-11-20T10:09:59Z",
  });
});

Deno.test("loginsJson() has the link of each login that was only started", () => {
  const { sessions: [started] } = JSON.parse(loginsJson([STARTED]));
  assert.deepEqual(started, {
    name: "prod",
    result: "started",
    ...LOGIN_LINK,
    expiresAt: "2026-11-20T10:09:59Z",
    profiles: [],
  });
});

for (const [what, login, text] of LOGINS) {
  Deno.test(`formatLogins() says: ${what}`, () => assert.equal(formatLogins([login], SCREEN), text));
}

Deno.test("loginsJson() has one entry a session", () => {
  assert.deepEqual(JSON.parse(loginsJson([LOGINS[0][1], LOGINS[3][1]])), {
    version: 1,
    sessions: [
      {
        name: "prod",
        result: "logged-in",
        accessTokenExpiresAt: "2026-11-20T11:00:00Z",
        refreshable: true,
        profiles: [],
      },
      {
        name: "prod",
        result: "failed",
        error: { code: "ExpiredTokenException", message: "the code ran out", hint: "run: sso-heal login" },
        profiles: [],
      },
    ],
  });
});

Deno.test("formatLogouts() says what AWS was told and which files are gone", () => {
  const removed = ["/home/me/.aws/sso/cache/ab.json", "/home/me/.aws/cli/cache/cd.json"];
  const error = { code: "ConnectionRefused", message: "AWS could not be told", hint: "the token ends by itself" };
  const text = formatLogouts([
    { session: "prod", removed, told: true },
    { session: "dev", removed: [], told: false },
    { session: "test", removed: removed.slice(0, 1), told: false, error },
  ], SCREEN);
  assert.deepEqual(text.split("\n"), [
    "✓ prod  signed out, AWS was told, 2 files deleted",
    "    ~/.aws/sso/cache/ab.json",
    "    ~/.aws/cli/cache/cd.json",
    "✓ dev  was not signed in, 0 files deleted",
    "! test: AWS could not be told, 1 file deleted here",
    "  → the token ends by itself",
    "    ~/.aws/sso/cache/ab.json",
    "",
  ]);
});

Deno.test("logoutsJson() has the whole paths", () => {
  const removed = ["/home/me/.aws/sso/cache/ab.json"];
  assert.deepEqual(JSON.parse(logoutsJson([{ session: "prod", removed, told: true }])), {
    version: 1,
    sessions: [{ name: "prod", told: true, removed }],
  });
});
