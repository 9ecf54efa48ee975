// Proves what is printed of a console sign-in, and where.
import assert from "node:assert/strict";
import { MINUTE, START } from "../../tests/support/fake_system.ts";
import { Secret } from "../domain/secret.ts";
import type { ConsoleSignIn } from "./console.ts";
import type { Opened } from "./console_browser.ts";
import { consoleJson, formatConsole, formatWaiting } from "./console_text.ts";

const SIGN_IN: ConsoleSignIn = {
  link: new Secret("https://signin.example/?t"),
  profile: "dev\x1b]0;x",
  accountId: "012345678901",
  madeAt: START,
  linkExpiresAt: START + 15 * MINUTE,
  sessionExpiresAt: START + 90 * MINUTE,
};
const WITHOUT: Opened = { ok: false, why: "this session has no desktop", waitedMs: 0 };
const LASTS = "the console session lasts 1 h 30 min.\n";

Deno.test("formatConsole() prints the link unless a browser has it, and says aside how long it lasts", () => {
  const use = 'within 15 min, and give it to nobody: it signs in as profile "dev]0;x"; ';
  assert.deepEqual(formatConsole(SIGN_IN), {
    out: "https://signin.example/?t\n",
    err: `Open this link ${use}${LASTS}`,
  });
  assert.deepEqual(formatConsole(SIGN_IN, WITHOUT), {
    out: "https://signin.example/?t\n",
    err:
      `sso-heal: Cannot open a browser here: this session has no desktop\n  → open this link yourself ${use}${LASTS}`,
  });
  assert.deepEqual(formatConsole(SIGN_IN, { ok: true, again: false }), {
    out: "",
    err: `Opened in your browser as profile "dev]0;x"; ${LASTS}`,
  });
});

Deno.test("formatConsole() does not promise the minutes that were waited for a browser", () => {
  const said = (waitedMs: number) => formatConsole(SIGN_IN, { ...WITHOUT, waitedMs }).err;
  assert.match(said(60_300), /open this link yourself within 14 min,/);
  assert.match(said(61_000), /open this link yourself within 13 min,/);
});

Deno.test("formatConsole() says when somebody asked for the link after it was given away", () => {
  const { out, err } = formatConsole(SIGN_IN, { ok: true, again: true });
  assert.equal(out, "");
  assert.match(err, /^Opened in your browser[^\n]+\nsso-heal: The link was asked for twice[^]+revoked \(IAM\)\n$/);
});

Deno.test("formatWaiting() says at once who is waited for, and later where to go", () => {
  assert.equal(
    formatWaiting({ program: "xdg-open\x1b[2J", forMs: MINUTE }),
    "Waiting for the browser (xdg-open[2J), for 1 min ...\n",
  );
  const address = "http://127.0.0.1:4711/x";
  assert.match(formatWaiting({ address }), /snap, flatpak[^]+give it to nobody: http:\/\/127\.0\.0\.1:4711\/x\n$/);
});

Deno.test("consoleJson() has what is known, and the link unless a browser has it", () => {
  const common = {
    profile: SIGN_IN.profile,
    accountId: "012345678901",
    linkExpiresAt: "2026-11-20T10:15:00Z",
    sessionExpiresAt: "2026-11-20T11:30:00Z",
  };
  const url = "https://signin.example/?t";
  assert.deepEqual(JSON.parse(consoleJson(SIGN_IN)), { version: 1, url, ...common });
  assert.deepEqual(JSON.parse(consoleJson(SIGN_IN, WITHOUT)), { version: 1, url, ...common });
  const opened = { version: 1, opened: true, ...common };
  assert.deepEqual(JSON.parse(consoleJson(SIGN_IN, { ok: true, again: false })), opened);
  assert.deepEqual(JSON.parse(consoleJson(SIGN_IN, { ok: true, again: true })), { ...opened, askedTwice: true });
});
