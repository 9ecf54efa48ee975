// Proves the core decision where a login waits for a person: every state with one that is open, over, or none.
import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, type Decision, type LoginReason, type Policy, type Snapshot } from "./decide.ts";
import type { PendingLogin } from "./pending.ts";
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
const PROBLEM: Problem = { code: "TokenNotJson", message: "Cannot read the token", hint: "log in" };
const REFUSED = { code: "InvalidGrantException" };
const NO_REFRESH_TOKEN: Partial<Token> = { refreshToken: undefined };

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

/** A pending login whose code is good for this many milliseconds more; negative: it has run out. */
function pendingFor(leftMs: number, more: Partial<PendingLogin> = {}): PendingLogin {
  return {
    session: "corp",
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    clientId: "client",
    clientSecret: new Secret("client-secret"),
    registrationExpiresAt: NOW + 80 * DAY,
    deviceCode: new Secret("device-code"),
    userCode: "ABCD-EFGH",
    verificationUri: "https://corp.awsapps.com/start/#/device",
    verificationUriComplete: "https://corp.awsapps.com/start/#/device?user_code=ABCD-EFGH",
    startedAt: NOW + leftMs - 10 * MINUTE,
    expiresAt: NOW + leftMs,
    intervalMs: 5 * SECOND,
    nextPollAt: NOW,
    ...more,
  };
}

const OPEN = { pending: pendingFor(5 * MINUTE) };
const OVER = { pending: pendingFor(0) };

type Seen = Omit<Snapshot, "now">;
/** State and action; with a reason, `login` (to be started) or `wait-login` (for approval) and that. */
type Answer = `${Decision["state"]} ${Decision["action"]}` | `${"login" | "wait-login"} ${LoginReason}`;
/** `waitMs`: milliseconds from now until the end of the wait. */
type Row = [sentence: string, seen: Seen, policy: Policy, answer: Answer, waitMs?: number];

const ROWS: readonly Row[] = [
  ["polls the login of a healthy session", { token: left(HOUR), ...OPEN }, AHEAD, "healthy poll-login"],
  ["forgets a code of it that has run out", { token: left(HOUR), ...OVER }, AHEAD, "healthy wait", 32 * MINUTE],
  [
    "polls it for a token nothing can refresh",
    { token: left(HOUR, NO_REFRESH_TOKEN), ...OPEN },
    AHEAD,
    "healthy poll-login",
  ],
  ["refreshes first what is due", { token: left(MINUTE), ...OPEN }, AHEAD, "refresh-due refresh"],
  ["refreshes first what is over", { token: left(-DAY), ...OPEN }, AHEAD, "refresh-due refresh"],
  ["refreshes first by force", { token: left(HOUR), ...OPEN }, FORCE, "refresh-due refresh"],
  ["refreshes although a code has run out", { token: left(MINUTE), ...OVER }, AHEAD, "refresh-due refresh"],
  [
    "waits for retryAt with a login open",
    { token: left(MINUTE), retryAt: NOW + 1, ...OPEN },
    AHEAD,
    "refresh-due wait",
    1,
  ],
  ["waits for approval without a token", OPEN, AHEAD, "wait-login no-token"],
  ["asks for a new login when the code has run out", OVER, AHEAD, "login no-token"],
  ["waits in the last millisecond of the code", { pending: pendingFor(1) }, AHEAD, "wait-login no-token"],
  [
    "waits for approval when refused",
    { token: left(HOUR), refused: REFUSED, ...OPEN },
    AHEAD,
    "wait-login refresh-refused",
  ],
  ["asks again when refused", { token: left(HOUR), refused: REFUSED, ...OVER }, AHEAD, "login refresh-refused"],
  [
    "waits for approval without a refresh token",
    { token: left(MINUTE, NO_REFRESH_TOKEN), ...OPEN },
    AHEAD,
    "wait-login no-refresh-token",
  ],
  [
    "waits for approval by force, too",
    { token: left(MINUTE, NO_REFRESH_TOKEN), ...OPEN },
    FORCE,
    "wait-login no-refresh-token",
  ],
  [
    "waits for approval with half a registration",
    { token: left(MINUTE, { clientId: undefined }), ...OPEN },
    AHEAD,
    "wait-login registration-incomplete",
  ],
  [
    "waits for approval after the registration",
    { token: left(MINUTE, { registrationExpiresAt: NOW }), ...OPEN },
    AHEAD,
    "wait-login registration-over",
  ],
  [
    "asks again after the registration",
    { token: left(MINUTE, { registrationExpiresAt: NOW }), ...OVER },
    AHEAD,
    "login registration-over",
  ],
  ["reports a problem before a login", { problem: PROBLEM, ...OPEN }, AHEAD, "broken report"],
  ["reports a problem with a login that is over", { problem: PROBLEM, ...OVER }, AHEAD, "broken report"],
  [
    "waits when the clock was set back a little",
    { pending: pendingFor(15 * MINUTE) },
    AHEAD,
    "wait-login no-token",
  ],
  [
    "asks for a new login when the clock was set back by hours",
    { pending: pendingFor(10 * HOUR) },
    AHEAD,
    "login no-token",
  ],
  [
    "is healthy when the clock was set back by hours",
    { token: left(HOUR), pending: pendingFor(10 * HOUR) },
    AHEAD,
    "healthy wait",
    32 * MINUTE,
  ],
];
for (const [sentence, seen, policy, answer, waitMs] of ROWS) {
  Deno.test(`decide() ${sentence}`, () => {
    const decision = decide({ now: NOW, ...seen }, policy);
    const { state, action } = decision;
    const login = action === "start-login" ? "login" : "wait-login";
    assert.equal("reason" in decision ? `${login} ${decision.reason}` : `${state} ${action}`, answer);
    if (action === "poll-login") assert.equal(decision.pending, seen.pending);
    if (answer.startsWith("wait-login")) assert.equal(`${state} ${action}`, "waiting-for-approval poll-login");
    if (waitMs !== undefined) assert.equal(action === "wait" && decision.until - NOW, waitMs);
  });
}

/** What an open login makes of the decision without it. */
const WITH_OPEN_LOGIN: Readonly<Record<string, string>> = {
  "broken report": "broken report",
  "healthy wait": "healthy poll-login",
  "refresh-due refresh": "refresh-due refresh",
  "refresh-due wait": "refresh-due wait",
  "needs-login start-login": "waiting-for-approval poll-login",
};

Deno.test("decide() polls an open login wherever it would wait or start one, and decides all else without it", () => {
  const seen: fc.Arbitrary<Seen> = fc.record({
    token: fc.option(fc.tuple(fc.integer({ min: -DAY, max: DAY }), fc.boolean()), { nil: undefined })
      .map((some) => some && left(some[0], some[1] ? {} : NO_REFRESH_TOKEN)),
    refused: fc.constantFrom(undefined, undefined, REFUSED),
    retryAt: fc.constantFrom(undefined, NOW + MINUTE, NOW - MINUTE),
    problem: fc.constantFrom(undefined, undefined, undefined, PROBLEM),
  });
  const nameOf = ({ state, action }: Decision) => `${state} ${action}`;
  fc.assert(fc.property(seen, fc.boolean(), (seen, force) => {
    const without = decide({ now: NOW, ...seen }, { ...AHEAD, force });
    assert.equal(nameOf(decide({ now: NOW, ...seen, ...OPEN }, { ...AHEAD, force })), WITH_OPEN_LOGIN[nameOf(without)]);
    assert.deepEqual(decide({ now: NOW, ...seen, ...OVER }, { ...AHEAD, force }), without);
  }));
});
