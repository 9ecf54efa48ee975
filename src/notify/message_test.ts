// Proves the words of every event, and that foreign words cannot change what a message says.
import assert from "node:assert/strict";
import type { AlertMessage } from "../domain/alert_message.ts";
import { plainText, wordsOf } from "./message.ts";
import { BROKEN, EVENTS, FAILING, HEALED, HOSTILE, LINK, LOGIN_NEEDED, LOGIN_SOON, NOW } from "./samples_test.ts";
import { REMINDER, TEST } from "./samples_test.ts";

const WHERE = ["Session: my-sso", "Start URL: https://example.awsapps.com/start", "Host: buildhost", "User: ci"];
const ABOUT_LINK = [
  "Code: ABCD-EFGH",
  'To be sure: "sso-heal status" on buildhost shows the same code. If it does not, do not open the link.',
  "The link works for 10 min, until 10:10 UTC.",
];
const ANOTHER = "For a new link, on buildhost: sso-heal login --session my-sso";
const PROFILES = "Profiles: my-profile (012345678901 ReadOnly)";

const TEXTS: readonly (readonly [name: string, message: AlertMessage, text: readonly string[]])[] = [
  ["login-needed", LOGIN_NEEDED, [
    "🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)",
    LINK,
    "Why: AWS has ended the session",
    ...ABOUT_LINK,
    ANOTHER,
    "The session works until 10:47 UTC, for another 47 min.",
    ...WHERE,
    PROFILES,
  ]],
  ["a reminder", REMINDER, [
    "🔑 my-sso on buildhost: still waiting, tap to sign in (code ABCD-EFGH)",
    LINK,
    "Why: AWS has ended the session",
    ...ABOUT_LINK,
    ANOTHER,
    "The session has not worked since 2026-11-19 09:00 UTC, for 1 d 1 h.",
    "Since: 2026-11-19 08:00 UTC",
    ...WHERE,
    "Reminder: 2",
    PROFILES,
  ]],
  ["login-needed without a link", { ...LOGIN_NEEDED, link: undefined, worksUntil: undefined, profiles: [] }, [
    "🔑 my-sso on buildhost: sign-in needed",
    "Why: AWS has ended the session",
    "There is no open link now.",
    ANOTHER,
    ...WHERE,
  ]],
  ["login-soon", LOGIN_SOON, [
    "⏳ my-sso on buildhost: sign-in ends in about 6 d 4 h, tap to renew it early (code ABCD-EFGH)",
    LINK,
    ...ABOUT_LINK,
    ANOTHER,
    "Expected end: 2026-11-26 14:00 UTC (in 6 d 4 h): the last sign-ins lasted that long",
    ...WHERE,
    PROFILES,
  ]],
  ["failing", FAILING, [
    "⚠️ my-sso on buildhost: renewal fails, for 35 min now",
    "Why: CreateToken at oidc.us-east-1.amazonaws.com: connection refused (ConnectionRefused)",
    "Nobody has to sign in. sso-heal goes on trying.",
    "To see more, on buildhost: sso-heal status --session my-sso",
    "Since: 09:25 UTC",
    ...WHERE,
  ]],
  ["healed", HEALED, [
    "✅ my-sso on buildhost: works again after 3 h 12 min",
    "Downtime: 3 h 12 min",
    "Approved by: bob (before: alice)",
    "If that is wrong, on buildhost: sso-heal logout --session my-sso",
    ...WHERE,
    "Works again: my-profile (012345678901 ReadOnly)",
    "Still fails: old",
  ]],
  ["healed without an outage", { ...HEALED, downtimeMs: 0, approvedBy: undefined, profiles: undefined }, [
    "✅ my-sso on buildhost: works again",
    "Downtime: none",
    ...WHERE,
  ]],
  ["broken", BROKEN, [
    "❌ my-sso on buildhost: needs a repair",
    "Why: ~/.aws/config:12: the region is missing",
    "Only a person can repair this.",
    "To see more, on buildhost: sso-heal status --session my-sso",
    ...WHERE,
  ]],
  ["test", TEST, [
    "🔔 buildhost: a test message from sso-heal",
    "Alerts reach you here.",
    "Host: buildhost",
    "User: ci",
  ]],
];

for (const [name, message, text] of TEXTS) {
  Deno.test(`wordsOf() words ${name}`, () => {
    assert.deepEqual(plainText(wordsOf(message)).split("\n"), text);
  });
}

for (const [name, message] of EVENTS) {
  Deno.test(`wordsOf() keeps each line of ${name} one line without control characters`, () => {
    const { title, lines } = wordsOf(message);
    for (const text of [title, ...lines.flatMap(({ label, text }) => [label ?? "", text])]) {
      assert.doesNotMatch(text, /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
    }
  });
}

function withLink(link: Partial<NonNullable<AlertMessage["link"]>>): AlertMessage {
  return { ...LOGIN_NEEDED, link: { ...LOGIN_NEEDED.link!, ...link } };
}

const UNSAFE = [
  "http://device.example/?user_code=A",
  "javascript:alert(1)",
  `${LINK}\nhttps://evil.example`,
  "https://",
];
for (const link of UNSAFE) {
  Deno.test(`wordsOf() shows no link and no code for ${JSON.stringify(link)}`, () => {
    const words = wordsOf(withLink({ verificationUriComplete: link }));
    const text = plainText(words);
    assert.equal(words.link, undefined);
    assert.match(text, /^🔑 my-sso on buildhost: sign-in needed\n/);
    assert.match(
      text,
      /^The link is not shown: it is not a safe https address\.\nFor a new link, on buildhost: sso-heal login/m,
    );
    assert.doesNotMatch(text, /evil|javascript|http:|ABCD|open the link/);
  });
}

Deno.test("wordsOf() shows a link to this machine", () => {
  const link = "http://127.0.0.1:8080/device?user_code=ABCD-EFGH";
  assert.equal(wordsOf(withLink({ verificationUriComplete: link })).link, link);
});

Deno.test("wordsOf() says until when a link worked that has run out, and how to get another", () => {
  const words = wordsOf(withLink({ expiresAt: NOW }));
  assert.equal(words.link, undefined);
  assert.match(
    plainText(words),
    /^The link worked until 10:00 UTC\.\nFor a new link, on buildhost: sso-heal login --session my-sso$/m,
  );
});

Deno.test("wordsOf() survives times that no calendar shows", () => {
  const text = plainText(wordsOf({ ...REMINDER, now: 9e15, since: 9e15 }));
  assert.match(text, /^Since: a time that no calendar shows$/m);
});

Deno.test("wordsOf() names ten profiles and counts the rest", () => {
  const profiles = Array.from({ length: 13 }, (_, at) => ({ name: `p${at}` }));
  const line = wordsOf({ ...LOGIN_NEEDED, profiles }).lines.at(-1);
  assert.deepEqual(line, { label: "Profiles", text: "p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, and 3 more" });
});

Deno.test("wordsOf() quotes a session's name for the shell", () => {
  const { lines } = wordsOf({ ...HOSTILE, session: "it's; rm -rf" });
  assert.equal(
    lines.find(({ label }) => label?.startsWith("For a new"))?.text,
    `sso-heal login --session 'it'\\''s; rm -rf'`,
  );
});

Deno.test("wordsOf() stays short, whatever the names", () => {
  const long = "n".repeat(5_000);
  const profiles = Array.from({ length: 50 }, () => ({ name: long, accountId: long, roleName: long }));
  const words = wordsOf({ ...REMINDER, host: long, user: long, session: long, startUrl: long, reason: long, profiles });
  assert.ok(words.title.length < 160, words.title);
  assert.ok(plainText(words).length < 4_096);
});
