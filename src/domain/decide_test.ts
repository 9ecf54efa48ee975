// Proves the core decision, row by row and at every border.
import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, type Decision, type LoginReason, type Policy, refreshWindow, type Snapshot } from "./decide.ts";
import type { Problem } from "./problem.ts";
import { Secret } from "./secret.ts";
import type { Token } from "./token.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const AHEAD: Policy = { refreshAheadMs: 28 * MINUTE };
const FORCE: Policy = { ...AHEAD, force: true };
/** Tokens that live 20 minutes: due at half their life. */
const SHORT: Policy = { refreshAheadMs: refreshWindow(28 * MINUTE, 20 * MINUTE) };

const PROBLEM: Problem = { code: "TokenNotJson", message: "Cannot read the token", hint: "log in" };
const REFUSED = { code: "InvalidGrantException" };

/** A token with this many milliseconds left that can be refreshed. */
function left(leftMs: number, more: Partial<Token> = {}): Token {
  return {
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    accessToken: new Secret("access"),
    expiresAt: NOW + leftMs,
    refreshToken: new Secret("refresh"),
    clientId: "client",
    clientSecret: new Secret("client-secret"),
    registrationExpiresAt: NOW + 80 * DAY,
    ...more,
  };
}

const NO_REFRESH_TOKEN: Partial<Token> = { refreshToken: undefined };
/** What a legacy login leaves, and what botocore calls a minimal token. */
const MINIMAL: Partial<Token> = {
  refreshToken: undefined,
  clientId: undefined,
  clientSecret: undefined,
  registrationExpiresAt: undefined,
};

type Seen = Omit<Snapshot, "now">;
/** State and action; for `needs-login` and `start-login`, `login` and the reason. */
type Answer = `${Decision["state"]} ${Decision["action"]}` | `login ${LoginReason}`;
/** `waitMs`: milliseconds from now until the end of the wait. */
type Row = [sentence: string, seen: Seen, policy: Policy, answer: Answer, waitMs?: number];

const ROWS: readonly Row[] = [
  // botocore's cases of tests/unit/test_tokens.py.
  ["keeps a token with all fields and 8 hours left", { token: left(8 * HOUR) }, AHEAD, "healthy wait"],
  ["keeps a minimal token with 8 hours left", { token: left(8 * HOUR, MINIMAL) }, AHEAD, "healthy wait"],
  [
    "asks for a login when a minimal token is over",
    { token: left(-30 * MINUTE, MINIMAL) },
    AHEAD,
    "login no-refresh-token",
  ],
  [
    "refreshes a token that is over and has a refresh token",
    { token: left(-30 * MINUTE) },
    AHEAD,
    "refresh-due refresh",
  ],
  [
    "asks for a login when token and registration are over",
    { token: left(-56 * DAY, { registrationExpiresAt: NOW - 30 * DAY }) },
    AHEAD,
    "login registration-over",
  ],
  ["asks for a login without a token", {}, AHEAD, "login no-token"],
  ["reports a token file without expiresAt", { problem: PROBLEM }, AHEAD, "broken report"],

  // The borders of the window.
  ["waits until the window begins", { token: left(HOUR) }, AHEAD, "healthy wait", 32 * MINUTE],
  ["is healthy a millisecond before the window", { token: left(28 * MINUTE + 1) }, AHEAD, "healthy wait", 1],
  ["is due at the first millisecond of the window", { token: left(28 * MINUTE) }, AHEAD, "refresh-due refresh"],
  ["is due inside the window", { token: left(10 * MINUTE) }, AHEAD, "refresh-due refresh"],
  ["is due a millisecond before the end", { token: left(1) }, AHEAD, "refresh-due refresh"],
  ["is due at the very end", { token: left(0) }, AHEAD, "refresh-due refresh"],
  ["is due a year after the end", { token: left(-365 * DAY) }, AHEAD, "refresh-due refresh"],
  ["waits to the end with no window", { token: left(1) }, { refreshAheadMs: 0 }, "healthy wait", 1],
  ["is due at the end with no window", { token: left(0) }, { refreshAheadMs: 0 }, "refresh-due refresh"],

  // Tokens that cannot be refreshed are used until the window.
  [
    "keeps a token without a refresh token until the window",
    { token: left(28 * MINUTE + 1, NO_REFRESH_TOKEN) },
    AHEAD,
    "healthy wait",
    1,
  ],
  [
    "asks for a login in the window without a refresh token",
    { token: left(28 * MINUTE, NO_REFRESH_TOKEN) },
    AHEAD,
    "login no-refresh-token",
  ],
  [
    "asks for a login without a client id",
    { token: left(MINUTE, { clientId: undefined }) },
    AHEAD,
    "login registration-incomplete",
  ],
  [
    "asks for a login without a client secret",
    { token: left(MINUTE, { clientSecret: undefined }) },
    AHEAD,
    "login registration-incomplete",
  ],
  [
    "keeps a token without client id until the window",
    { token: left(HOUR, { clientId: undefined }) },
    AHEAD,
    "healthy wait",
  ],
  [
    "refreshes when the end of the registration is not known",
    { token: left(MINUTE, { registrationExpiresAt: undefined }) },
    AHEAD,
    "refresh-due refresh",
  ],
  [
    "refreshes in the last millisecond of the registration",
    { token: left(MINUTE, { registrationExpiresAt: NOW + 1 }) },
    AHEAD,
    "refresh-due refresh",
  ],
  [
    "asks for a login at the end of the registration",
    { token: left(MINUTE, { registrationExpiresAt: NOW }) },
    AHEAD,
    "login registration-over",
  ],
  [
    "keeps a token with an hour left although the registration is over",
    { token: left(HOUR, { registrationExpiresAt: NOW - 1 }) },
    AHEAD,
    "healthy wait",
  ],
  [
    "names the missing refresh token before the registration",
    { token: left(MINUTE, { ...MINIMAL, registrationExpiresAt: NOW - 1 }) },
    AHEAD,
    "login no-refresh-token",
  ],

  // Force.
  ["refreshes a healthy token by force", { token: left(HOUR) }, FORCE, "refresh-due refresh"],
  ["does not force what cannot be refreshed", { token: left(HOUR, MINIMAL) }, FORCE, "healthy wait", 32 * MINUTE],
  ["does not force a refused token", { token: left(HOUR), refused: REFUSED }, FORCE, "login refresh-refused"],
  ["does not force a broken session", { token: left(HOUR), problem: PROBLEM }, FORCE, "broken report"],
  ["has nothing to force without a token", {}, FORCE, "login no-token"],
  ["refreshes by force before retryAt", { token: left(MINUTE), retryAt: NOW + HOUR }, FORCE, "refresh-due refresh"],
  [
    "asks for a login when a token in the window cannot be forced",
    { token: left(MINUTE, NO_REFRESH_TOKEN) },
    FORCE,
    "login no-refresh-token",
  ],

  // Refused by AWS.
  [
    "asks for a login at once when the refresh of a living token was refused",
    { token: left(HOUR), refused: REFUSED },
    AHEAD,
    "login refresh-refused",
  ],
  [
    "does not wait for retryAt when refused",
    { token: left(MINUTE), refused: REFUSED, retryAt: NOW + HOUR },
    AHEAD,
    "login refresh-refused",
  ],
  ["names the missing token before a refusal", { refused: REFUSED }, AHEAD, "login no-token"],

  // After a temporary failure.
  [
    "waits for retryAt to the last millisecond",
    { token: left(MINUTE), retryAt: NOW + 1 },
    AHEAD,
    "refresh-due wait",
    1,
  ],
  [
    "waits as long as a back-off can be",
    { token: left(MINUTE), retryAt: NOW + 6 * HOUR },
    AHEAD,
    "refresh-due wait",
    6 * HOUR,
  ],
  [
    "refreshes in spite of a retryAt that was noted by a clock ahead",
    { token: left(MINUTE), retryAt: NOW + 6 * HOUR + 1 },
    AHEAD,
    "refresh-due refresh",
  ],
  ["refreshes at retryAt", { token: left(MINUTE), retryAt: NOW }, AHEAD, "refresh-due refresh"],
  ["refreshes after retryAt", { token: left(MINUTE), retryAt: NOW - DAY }, AHEAD, "refresh-due refresh"],
  [
    "waits for retryAt also when the token is over",
    { token: left(-HOUR), retryAt: NOW + 5 * MINUTE },
    AHEAD,
    "refresh-due wait",
    5 * MINUTE,
  ],
  [
    "asks nobody to wait for a retry that cannot come",
    { token: left(MINUTE, NO_REFRESH_TOKEN), retryAt: NOW + HOUR },
    AHEAD,
    "login no-refresh-token",
  ],
  [
    "is healthy before the window, whatever retryAt says",
    { token: left(HOUR), retryAt: NOW + HOUR },
    AHEAD,
    "healthy wait",
    32 * MINUTE,
  ],

  // A problem wins.
  ["reports a problem although the token is healthy", { token: left(HOUR), problem: PROBLEM }, AHEAD, "broken report"],
  ["reports a problem without a token", { problem: PROBLEM }, AHEAD, "broken report"],
  [
    "reports a problem before a refusal",
    { token: left(HOUR), problem: PROBLEM, refused: REFUSED, retryAt: NOW + 1 },
    AHEAD,
    "broken report",
  ],

  // Tokens that live shorter than the window.
  ["keeps a fresh token that lives 20 minutes", { token: left(20 * MINUTE) }, SHORT, "healthy wait", 10 * MINUTE],
  ["keeps it a millisecond before half its life", { token: left(10 * MINUTE + 1) }, SHORT, "healthy wait", 1],
  ["refreshes it at half its life", { token: left(10 * MINUTE) }, SHORT, "refresh-due refresh"],
];

for (const [sentence, seen, policy, answer, waitMs] of ROWS) {
  Deno.test(`decide() ${sentence}`, () => {
    const decision = decide({ now: NOW, ...seen }, policy);
    const { state, action } = decision;
    assert.equal(action === "start-login" ? `login ${decision.reason}` : `${state} ${action}`, answer);
    if (action === "start-login") assert.equal(state, "needs-login");
    if (action === "refresh") assert.equal(decision.token, seen.token);
    if (action === "report") assert.equal(decision.problem, seen.problem);
    if (waitMs !== undefined) assert.equal(action === "wait" && decision.until - NOW, waitMs);
  });
}

type WindowRow = [sentence: string, aheadMs: number, lifeMs: number | undefined, expectedMs: number];

const WINDOWS: readonly WindowRow[] = [
  ["is as wished while nothing is known of the life", 28 * MINUTE, undefined, 28 * MINUTE],
  ["is as wished for tokens of an hour", 28 * MINUTE, HOUR, 28 * MINUTE],
  ["is as wished for a life of twice the window", 28 * MINUTE, 56 * MINUTE, 28 * MINUTE],
  ["is half of a life that is a millisecond shorter", 28 * MINUTE, 56 * MINUTE - 1, 28 * MINUTE - 1],
  ["is half of 15 minutes", 28 * MINUTE, 15 * MINUTE, 7.5 * MINUTE],
  ["is rounded down to milliseconds", 28 * MINUTE, 3, 1],
  ["is as wished when the life makes no sense", 28 * MINUTE, -5, 28 * MINUTE],
  ["is as wished when the life is nothing", 28 * MINUTE, 0, 28 * MINUTE],
  ["is nothing when nothing is wished", 0, HOUR, 0],
];

for (const [sentence, aheadMs, lifeMs, expectedMs] of WINDOWS) {
  Deno.test(`refreshWindow() ${sentence}`, () => assert.equal(refreshWindow(aheadMs, lifeMs), expectedMs));
}

Deno.test("refreshWindow() never makes a fresh token due at once", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: DAY }), fc.integer({ min: 1, max: DAY }), (lifeMs, aheadMs) => {
    const refreshAheadMs = refreshWindow(aheadMs, lifeMs);
    return decide({ now: NOW, token: left(lifeMs) }, { refreshAheadMs }).state === "healthy";
  }));
});
