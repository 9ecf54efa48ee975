// Proves what is sent to Telegram and how its answers are judged.
import assert from "node:assert/strict";
import type { Delivery, SettingsOf } from "./protocol.ts";
import { answer, EVENTS, HEALED, HOSTILE, LINK, LOGIN_NEEDED, REMINDER, sent, TEST } from "./samples_test.ts";
import { telegram } from "./telegram.ts";
import { wordsOf } from "./message.ts";

const SETTINGS: SettingsOf<"telegram"> = {
  type: "telegram",
  token: "123:TOKEN",
  chat_id: "-100200",
  url: "https://api.telegram.org",
  commands: false,
  allowed_users: [],
};

async function requestOf(delivery: Omit<Delivery, "id">) {
  return await telegram.request(SETTINGS, { id: "d-1", ...delivery });
}

Deno.test("telegram.request() sends HTML with the link, and no preview of it", async () => {
  const request = await requestOf({ message: LOGIN_NEEDED });
  assert.deepEqual([request.method, request.url, request.headers], [
    "POST",
    "https://api.telegram.org/bot123:TOKEN/sendMessage",
    { "content-type": "application/json; charset=utf-8" },
  ]);
  assert.deepEqual(sent(request), {
    chat_id: "-100200",
    text: [
      "<b>🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)</b>",
      `<a href="${LINK}">${LINK}</a>`,
      "Why: <code>AWS has ended the session</code>",
      "Code: <code>ABCD-EFGH</code>",
      "To be sure: &quot;sso-heal status&quot; on buildhost shows the same code. If it does not, do not open the link.",
      "The link works for 10 min, until 10:10 UTC.",
      "For a new link, on buildhost: <code>sso-heal login --session my-sso</code>",
      "The session works until 10:47 UTC, for another 47 min.",
      "Session: <code>my-sso</code>",
      "Start URL: <code>https://example.awsapps.com/start</code>",
      "Host: <code>buildhost</code>",
      "User: <code>ci</code>",
      "Profiles: <code>my-profile (012345678901 ReadOnly)</code>",
    ].join("\n"),
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
  });
});

Deno.test("telegram.request() changes the earlier message", async () => {
  const request = await requestOf({ message: REMINDER, ref: "77", silent: true });
  const { text, ...rest } = sent(request);
  assert.equal(request.url, "https://api.telegram.org/bot123:TOKEN/editMessageText");
  assert.match(text as string, /still waiting/);
  assert.deepEqual(rest, {
    chat_id: "-100200",
    message_id: 77,
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
  });
});

Deno.test("telegram.request() sends anew when the reference is not a message of Telegram", async () => {
  assert.match((await requestOf({ message: REMINDER, ref: "../x" })).url, /sendMessage$/);
});

Deno.test("telegram.request() sends without a sound what is silent", async () => {
  assert.equal(sent(await requestOf({ message: HEALED, silent: true })).disable_notification, true);
  assert.equal(sent(await requestOf({ message: HEALED })).disable_notification, undefined);
});

Deno.test("telegram.request() escapes the mark-up of foreign words", async () => {
  const text = sent(await requestOf({ message: HOSTILE })).text as string;
  assert.match(text, /^Session: <code>&lt;b&gt;x&lt;\/b&gt; @everyone &lt;!channel&gt; \*y\* \|z\|/m);
  assert.match(text, /^Why: <code>&lt;@U123&gt; &amp; &quot;quoted&quot; /m);
  assert.match(text, /^Profiles: <code>p&amp;&lt;i&gt; \(1 R\|\*\)<\/code>$/m);
});

for (const [name, message] of EVENTS) {
  Deno.test(`telegram.request() sends every line of ${name}, with no mark-up but its own`, async () => {
    const text = sent(await requestOf({ message })).text as string;
    const { link, lines } = wordsOf(message);
    assert.equal(text.split("\n").length, 1 + (link === undefined ? 0 : 1) + lines.length);
    const tags = text.match(/<[^>]*>/g) ?? [];
    for (const tag of tags) assert.match(tag, /^<(\/?(b|code)|\/a|a href="https:[^"<>]*")>$/);
  });
}

Deno.test("telegram.request() stays within 4096 characters", async () => {
  const long = "<".repeat(2_000);
  const text =
    sent(await requestOf({ message: { ...REMINDER, host: long, user: long, session: long, reason: long } })).text;
  assert.ok((text as string).length <= 4_096);
  assert.match(text as string, /<\/code>\n…$|<\/code>$/);
});

const NEW: Delivery = { id: "d-1", message: TEST };
const EDIT: Delivery = { ...NEW, ref: "77" };
const bad = (description: string, more = {}) => answer(400, { ok: false, error_code: 400, description, ...more });

const ANSWERS = [
  ["takes the message's id as reference", NEW, answer(200, { ok: true, result: { message_id: 78 } }), {
    ok: true,
    ref: "78",
  }],
  ["is content with a message that says so already", EDIT, bad("Bad Request: message is not modified: same"), {
    ok: true,
    ref: "77",
  }],
  ["tells when the message is gone", EDIT, bad("Bad Request: message to edit not found"), {
    ok: false,
    code: "HTTP 400",
    message: "Bad Request: message to edit not found",
    gone: true,
  }],
  ["never calls a new message gone", NEW, bad("Bad Request: message to edit not found"), {
    ok: false,
    code: "HTTP 400",
    message: "Bad Request: message to edit not found",
  }],
  [
    "waits as long as Telegram asks",
    NEW,
    answer(429, { ok: false, description: "Slow", parameters: { retry_after: 9 } }),
    {
      ok: false,
      code: "HTTP 429",
      message: "Slow",
      retryAfterMs: 9_000,
    },
  ],
  ["names the new chat_id of a group that moved", NEW, bad("Moved", { parameters: { migrate_to_chat_id: -1009 } }), {
    ok: false,
    code: "HTTP 400",
    message: "Moved; set chat_id = -1009",
  }],
  ["words a refusal without words", NEW, answer(404, "<html>"), {
    ok: false,
    code: "HTTP 404",
    message: "the service does not know the address of this channel",
  }],
  ["does not take a page for a success", NEW, answer(200, "<html>Sign on</html>"), {
    ok: false,
    code: "UnreadableAnswer",
    message: "the answer is not from the service",
  }],
  ["does not take half an answer for a success", NEW, answer(200, { ok: true }), {
    ok: false,
    code: "UnreadableAnswer",
    message: "the answer is not from the service",
  }],
] as const;

for (const [sentence, delivery, response, result] of ANSWERS) {
  Deno.test(`telegram.result() ${sentence}`, () => assert.deepEqual(telegram.result(response, delivery), result));
}
