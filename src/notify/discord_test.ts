// Proves what is sent to Discord and how its answers are judged.
import assert from "node:assert/strict";
import { discord } from "./discord.ts";
import { plainText, wordsOf } from "./message.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import { answer, EVENTS, HEALED, HOSTILE, LINK, LOGIN_NEEDED, REMINDER, sent, TEST } from "./samples_test.ts";

const SETTINGS: SettingsOf<"discord"> = { type: "discord", webhook_url: "https://discord.com/api/webhooks/1/TOK" };

async function requestOf(delivery: Omit<Delivery, "id">, settings = SETTINGS) {
  return await discord.request(settings, { id: "d-1", ...delivery });
}

Deno.test("discord.request() posts and asks for the message's id", async () => {
  const request = await requestOf({ message: LOGIN_NEEDED });
  assert.deepEqual([request.method, request.url, request.headers], [
    "POST",
    "https://discord.com/api/webhooks/1/TOK?wait=true",
    { "content-type": "application/json; charset=utf-8" },
  ]);
  assert.deepEqual(sent(request), {
    content: [
      "**🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)**",
      `<${LINK}>`,
      "Why: AWS has ended the session",
      "Code: ABCD-EFGH",
      'To be sure: "sso-heal status" on buildhost shows the same code. If it does not, do not open the link.',
      "The link works for 10 min, until 10:10 UTC.",
      "For a new link, on buildhost: sso-heal login --session my-sso",
      "The session works until 10:47 UTC, for another 47 min.",
      "Session: my-sso",
      "Start URL: https\\://example.awsapps.com/start",
      "Host: buildhost",
      "User: ci",
      "Profiles: my-profile (012345678901 ReadOnly)",
    ].join("\n"),
    flags: 4,
    allowed_mentions: { parse: [] },
  });
});

Deno.test("discord.request() changes the earlier message, also in a thread", async () => {
  const thread = { ...SETTINGS, webhook_url: `${SETTINGS.webhook_url}/?thread_id=9` };
  const request = await requestOf({ message: REMINDER, ref: "42", silent: true }, thread);
  assert.deepEqual([request.method, request.url], [
    "PATCH",
    "https://discord.com/api/webhooks/1/TOK/messages/42?thread_id=9",
  ]);
  const { content, ...rest } = sent(request);
  assert.match(content as string, /still waiting/);
  assert.deepEqual(rest, { flags: 4, allowed_mentions: { parse: [] } });
});

Deno.test("discord.request() posts anew when the reference is not a message of Discord", async () => {
  assert.equal((await requestOf({ message: REMINDER, ref: "../../x" })).method, "POST");
});

Deno.test("discord.request() sends without a sound what is silent", async () => {
  assert.equal(sent(await requestOf({ message: HEALED, silent: true })).flags, 4 + 4096);
});

Deno.test("discord.request() escapes mark-up, mentions and links of foreign words", async () => {
  const content = sent(await requestOf({ message: HOSTILE })).content as string;
  assert.ok(
    content.includes(
      "Session: \\<b\\>x\\</b\\> \\@everyone \\<!channel\\> \\*y\\* \\|z\\| \\_q\\_ \\`c\\` \\[a\\](https\\://evil.example)\n",
    ),
    content,
  );
});

for (const [name, message] of EVENTS) {
  Deno.test(`discord.request() shows exactly the words of ${name}`, async () => {
    const content = sent(await requestOf({ message })).content as string;
    const shown = content.replace(/^\*\*(.*)\*\*$/m, "$1").replace(`<${LINK}>`, LINK).replace(
      /\\([^A-Za-z0-9\s])/g,
      "$1",
    );
    assert.equal(shown, plainText(wordsOf(message)));
  });
}

Deno.test("discord.request() stays within 2000 characters and keeps the link", async () => {
  const long = "*".repeat(2_000);
  const message = { ...REMINDER, host: long, user: long, session: long, startUrl: long, reason: long };
  const content = sent(await requestOf({ message })).content as string;
  assert.ok(content.length <= 2_000);
  assert.ok(content.includes(`\n<${LINK}>\n`));
});

const NEW: Delivery = { id: "d-1", message: TEST };
const EDIT: Delivery = { ...NEW, ref: "42" };
const UNREADABLE = { ok: false, code: "UnreadableAnswer", message: "the answer is not from the service" };

const ANSWERS = [
  ["takes the message's id as reference", NEW, answer(200, { id: "43" }), { ok: true, ref: "43" }],
  ["tells when the message is gone", EDIT, answer(404, { code: 10008, message: "Unknown Message" }), {
    ok: false,
    code: "HTTP 404",
    message: "Discord says: Unknown Message (10008)",
    gone: true,
  }],
  ["does not call a lost webhook gone", EDIT, answer(404, { code: 10015, message: "Unknown Webhook" }), {
    ok: false,
    code: "HTTP 404",
    message: "Discord says: Unknown Webhook (10015)",
  }],
  ["waits as long as Discord asks", NEW, answer(429, { message: "x", retry_after: 0.3 }, { "retry-after": "0.3" }), {
    ok: false,
    code: "HTTP 429",
    message: "the service wants fewer messages",
    retryAfterMs: 300,
  }],
  ["does not take a page for a success", NEW, answer(200, "<html>"), UNREADABLE],
  ["does not take an empty answer for a success", NEW, answer(204), UNREADABLE],
] as const;

for (const [sentence, delivery, response, result] of ANSWERS) {
  Deno.test(`discord.result() ${sentence}`, () => assert.deepEqual(discord.result(response, delivery), result));
}
