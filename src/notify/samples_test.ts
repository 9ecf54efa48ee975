// Messages, answers and settings that the tests of this folder share.
import type { AlertMessage } from "../domain/alert_message.ts";
import type { HttpRequest, HttpResponse } from "./protocol.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const NOW = Date.parse("2026-11-20T10:00:00Z");
export const LINK = "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH";

const ABOUT = {
  host: "buildhost",
  user: "ci",
  now: NOW,
  session: "my-sso",
  startUrl: "https://example.awsapps.com/start",
  incident: "incident-1",
};

export const LOGIN_NEEDED: AlertMessage = {
  ...ABOUT,
  event: "login-needed",
  reason: "AWS has ended the session",
  link: {
    verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
    verificationUriComplete: LINK,
    userCode: "ABCD-EFGH",
    expiresAt: NOW + 10 * MINUTE,
  },
  worksUntil: NOW + 47 * MINUTE,
  profiles: [{ name: "my-profile", accountId: "012345678901", roleName: "ReadOnly" }],
};

export const REMINDER: AlertMessage = {
  ...LOGIN_NEEDED,
  reminder: 2,
  since: NOW - 26 * HOUR,
  worksUntil: NOW - 25 * HOUR,
};

export const LOGIN_SOON: AlertMessage = {
  ...LOGIN_NEEDED,
  event: "login-soon",
  reason: undefined,
  worksUntil: undefined,
  expectedEnd: { at: NOW + 148 * HOUR, because: "learned-session-length" },
};

export const FAILING: AlertMessage = {
  ...ABOUT,
  event: "failing",
  reason: "CreateToken at oidc.us-east-1.amazonaws.com: connection refused (ConnectionRefused)",
  since: NOW - 35 * MINUTE,
};

export const HEALED: AlertMessage = {
  ...ABOUT,
  event: "healed",
  downtimeMs: 192 * MINUTE,
  approvedBy: { now: "bob", before: "alice" },
  profiles: [{ name: "my-profile", accountId: "012345678901", roleName: "ReadOnly", ok: true }, {
    name: "old",
    ok: false,
  }],
};

export const BROKEN: AlertMessage = { ...ABOUT, event: "broken", reason: "~/.aws/config:12: the region is missing" };

export const TEST: AlertMessage = { event: "test", host: "buildhost", user: "ci", now: NOW };

/** Whatever could be mark-up, a mention, a second line or a change of reading direction. */
export const HOSTILE: AlertMessage = {
  ...LOGIN_NEEDED,
  host: "h\u202eost\r\nHost: evil",
  session: "<b>x</b> @everyone <!channel> *y* |z| _q_ `c` [a](https://evil.example)",
  reason: '<@U123> & "quoted" \u001b[31mred\u0000 ||s|| {{DATE(2026-01-01T00:00:00Z)}}',
  profiles: [{ name: "p&<i>", accountId: "1", roleName: "R|*" }],
};

export const EVENTS: readonly (readonly [name: string, message: AlertMessage])[] = [
  ["login-needed", LOGIN_NEEDED],
  ["a reminder", REMINDER],
  ["login-soon", LOGIN_SOON],
  ["failing", FAILING],
  ["healed", HEALED],
  ["broken", BROKEN],
  ["test", TEST],
  ["hostile names", HOSTILE],
];

export function answer(status: number, body: unknown = "", headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

/** The JSON that a request carries. */
export function sent(request: HttpRequest) {
  return JSON.parse(request.body ?? "") as Record<string, unknown>;
}
