// Proves the requests of the console sign-in, and how long a session is asked for, row by row.
import assert from "node:assert/strict";
import { consolePage, signInEndpoint } from "./console_url.ts";
import {
  type ConsoleSession,
  consoleSession,
  loginLink,
  sessionSeconds,
  signinTokenForm,
} from "./console_url_requests.ts";
import { EXIT } from "./problem.ts";

Deno.test("signinTokenForm() holds the keys and, if chosen, the length of the session", () => {
  const keys = { accessKeyId: "ASIA", secretAccessKey: 'a+b/c="&', sessionToken: "t==" };
  const form = new URLSearchParams(signinTokenForm(keys));
  assert.deepEqual([...form.keys()], ["Action", "Session"]);
  assert.equal(form.get("Action"), "getSigninToken");
  assert.deepEqual(JSON.parse(form.get("Session")!), {
    sessionId: "ASIA",
    sessionKey: 'a+b/c="&',
    sessionToken: "t==",
  });
  assert.equal(new URLSearchParams(signinTokenForm(keys, 3600)).get("SessionDuration"), "3600");
  assert.doesNotMatch(signinTokenForm(keys), /[^\w%&=.*+-]/);
});

Deno.test("loginLink() is a secret that holds the token and the page", () => {
  const page = consolePage("eu-west-1", "s3");
  const link = loginLink(signInEndpoint("eu-west-1"), "a+/=&b", page);
  assert.equal(String(link), "[redacted]");
  const url = new URL(link.reveal());
  assert.equal(`${url.origin}${url.pathname}`, "https://eu-west-1.signin.aws.amazon.com/federation");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    Action: "login",
    Issuer: "",
    Destination: page,
    SigninToken: "a+/=&b",
  });
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("sessionSeconds() keeps within what AWS takes", () => {
  const rows: [durationMs: number | undefined, chained: boolean, seconds: number | undefined | RegExp][] = [
    [undefined, false, undefined],
    [undefined, true, undefined],
    [15 * MINUTE, false, 900],
    [HOUR, false, 3600],
    [12 * HOUR, false, 43_200],
    [15 * MINUTE - 1, false, /from 15m to 12h/],
    [0, false, /from 15m to 12h/],
    [12 * HOUR + 1000, false, /from 15m to 12h/],
    [15 * MINUTE, true, /1h at most/],
    [HOUR, true, /1h at most/],
    [2 * HOUR, true, /1h at most/],
  ];
  for (const [durationMs, chained, expected] of rows) {
    const run = () => sessionSeconds(durationMs, chained);
    if (expected instanceof RegExp) assert.throws(run, { name: "UserError", exitCode: EXIT.usage, message: expected });
    else assert.equal(run(), expected);
  }
});

Deno.test("consoleSession() asks for the life of the keys, from an hour to twelve, unless AWS would refuse that", () => {
  const rows: [chosen: number | undefined, chained: boolean, leftMs: number, expected: ConsoleSession][] = [
    [undefined, false, 16 * MINUTE, { seconds: 3600, endsAt: HOUR }],
    [undefined, false, HOUR - 1, { seconds: 3600, endsAt: HOUR }],
    [undefined, false, HOUR, { seconds: 3600, endsAt: HOUR }],
    [undefined, false, 8 * HOUR - 1, { seconds: 28_799, endsAt: 8 * HOUR - 1000 }],
    [undefined, false, 12 * HOUR, { seconds: 43_200, endsAt: 12 * HOUR }],
    [undefined, false, 13 * HOUR, { seconds: 43_200, endsAt: 12 * HOUR }],
    [undefined, false, -HOUR, { seconds: 3600, endsAt: HOUR }],
    [undefined, true, 8 * HOUR, { endsAt: 8 * HOUR }],
    [undefined, true, 16 * MINUTE, { endsAt: 16 * MINUTE }],
    [900, false, 8 * HOUR, { seconds: 900, endsAt: 15 * MINUTE }],
    [43_200, false, 16 * MINUTE, { seconds: 43_200, endsAt: 12 * HOUR }],
  ];
  const now = Date.parse("2026-11-20T10:00:00Z");
  for (const [chosen, chained, leftMs, { seconds, endsAt }] of rows) {
    const expected = seconds === undefined ? { endsAt: now + endsAt } : { seconds, endsAt: now + endsAt };
    assert.deepEqual(consoleSession(chosen, { chained, keysEndAt: now + leftMs, now }), expected);
  }
});
