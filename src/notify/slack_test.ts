// Proves what is sent to Slack and how its answers are judged.
import assert from "node:assert/strict";
import { plainText, wordsOf } from "./message.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import { answer, EVENTS, HOSTILE, LINK, LOGIN_NEEDED, REMINDER, sent, TEST } from "./samples_test.ts";
import { slack } from "./slack.ts";

const WEBHOOK: SettingsOf<"slack"> = { type: "slack", webhook_url: "https://hooks.slack.com/services/T0/B0/XXX" };
const BOT: SettingsOf<"slack"> = { type: "slack", token: "xoxb-1", channel: "#ops", url: "https://slack.com/api" };
const REF = '{"channel":"C123","ts":"1405894322.002768"}';

async function requestOf(settings: SettingsOf<"slack">, delivery: Omit<Delivery, "id">) {
  return await slack.request(settings, { id: "d-1", ...delivery });
}

interface Section {
  readonly type: string;
  readonly text: { readonly type: string; readonly text: string };
}

const CONTENT = {
  text: "🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)",
  blocks: [
    {
      type: "section",
      text: { type: "plain_text", text: "🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)", emoji: false },
    },
    { type: "section", text: { type: "mrkdwn", text: `<${LINK}>`, verbatim: true } },
    {
      type: "section",
      text: {
        type: "plain_text",
        text: [
          "Why: AWS has ended the session",
          "Code: ABCD-EFGH",
          'To be sure: "sso-heal status" on buildhost shows the same code. If it does not, do not open the link.',
          "The link works for 10 min, until 10:10 UTC.",
          "For a new link, on buildhost: sso-heal login --session my-sso",
          "The session works until 10:47 UTC, for another 47 min.",
          "Session: my-sso",
          "Start URL: https://example.awsapps.com/start",
          "Host: buildhost",
          "User: ci",
          "Profiles: my-profile (012345678901 ReadOnly)",
        ].join("\n"),
        emoji: false,
      },
    },
  ],
  mrkdwn: false,
  parse: "none",
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
};

Deno.test("slack.request() posts to a webhook", async () => {
  const request = await requestOf(WEBHOOK, { message: LOGIN_NEEDED });
  assert.deepEqual([request.method, request.url, request.headers], [
    "POST",
    "https://hooks.slack.com/services/T0/B0/XXX",
    { "content-type": "application/json; charset=utf-8" },
  ]);
  assert.deepEqual(sent(request), CONTENT);
});

Deno.test("slack.request() posts as a bot", async () => {
  const request = await requestOf(BOT, { message: LOGIN_NEEDED });
  assert.equal(request.url, "https://slack.com/api/chat.postMessage");
  assert.equal(request.headers?.authorization, "Bearer xoxb-1");
  assert.deepEqual(sent(request), { channel: "#ops", ...CONTENT });
});

Deno.test("slack.request() changes the bot's earlier message, whose channel is its id", async () => {
  const request = await requestOf(BOT, { message: REMINDER, ref: REF });
  const { channel, ts, text } = sent(request);
  assert.equal(request.url, "https://slack.com/api/chat.update");
  assert.deepEqual([channel, ts], ["C123", "1405894322.002768"]);
  assert.match(text as string, /still waiting/);
});

Deno.test("slack.request() posts anew when the reference is not one of Slack", async () => {
  const request = await requestOf(BOT, { message: REMINDER, ref: "77" });
  assert.deepEqual([request.url, sent(request).channel], ["https://slack.com/api/chat.postMessage", "#ops"]);
});

for (const [name, message] of EVENTS) {
  Deno.test(`slack.request() leaves no mention and no mark-up in ${name}`, async () => {
    const { text, blocks } = sent(await requestOf(BOT, { message })) as { text: string; blocks: Section[] };
    const plain = blocks.filter((block) => block.text.type === "plain_text").map((block) => block.text.text);
    assert.doesNotMatch([text, ...plain].join("\n"), /[<>]|&(?!amp;|lt;|gt;)/);
    const marked = blocks.filter((block) => block.text.type === "mrkdwn").map((block) => block.text.text);
    const { link } = wordsOf(message);
    assert.deepEqual(marked, link === undefined ? [] : [`<${LINK}>`]);
    const shown = blocks.map((block) => block.text.text.replace(/^<(.*)>$/, "$1")).join("\n")
      .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    assert.equal(shown, plainText(wordsOf(message)));
  });
}

Deno.test("slack.request() escapes mentions", async () => {
  const { text } = sent(await requestOf(WEBHOOK, { message: HOSTILE }));
  assert.match(text as string, /@everyone &lt;!channel&gt;/);
});

Deno.test("slack.edits() knows that only a bot can change its messages", () => {
  assert.deepEqual([slack.edits(WEBHOOK), slack.edits(BOT)], [false, true]);
});

const NEW: Delivery = { id: "d-1", message: TEST };
const EDIT: Delivery = { ...NEW, ref: REF };
const UNREADABLE = { ok: false, code: "UnreadableAnswer", message: "the answer is not from the service" };

const ANSWERS = [
  ["takes the plain ok of a webhook", NEW, answer(200, "ok"), { ok: true }],
  ["takes channel and time as reference", NEW, answer(200, { ok: true, channel: "C123", ts: "1405894322.002768" }), {
    ok: true,
    ref: REF,
  }],
  ["sees a failure in a 200", NEW, answer(200, { ok: false, error: "channel_not_found" }), {
    ok: false,
    code: "channel_not_found",
    message: "Slack says channel_not_found",
  }],
  ["tells when the message is gone", EDIT, answer(200, { ok: false, error: "message_not_found" }), {
    ok: false,
    code: "message_not_found",
    message: "Slack says message_not_found",
    gone: true,
  }],
  ["does not call a wrong token gone", EDIT, answer(200, { ok: false, error: "invalid_auth" }), {
    ok: false,
    code: "invalid_auth",
    message: "Slack says invalid_auth",
  }],
  ["repeats no error that is not a word", NEW, answer(200, { ok: false, error: "xoxb-1 is bad" }), {
    ok: false,
    code: "SlackError",
    message: "the service refused the message",
  }],
  ["repeats the word of a webhook", NEW, answer(404, "no_service"), {
    ok: false,
    code: "HTTP 404",
    message: "Slack says no_service",
  }],
  ["waits as long as Slack asks", NEW, answer(429, { ok: false, error: "ratelimited" }, { "retry-after": "30" }), {
    ok: false,
    code: "HTTP 429",
    message: "Slack says ratelimited",
    retryAfterMs: 30_000,
  }],
  ["does not take a page for a success", NEW, answer(200, "<html>"), UNREADABLE],
  ["does not take half an answer for a success", NEW, answer(200, { ok: true }), UNREADABLE],
] as const;

for (const [sentence, delivery, response, result] of ANSWERS) {
  Deno.test(`slack.result() ${sentence}`, () => assert.deepEqual(slack.result(response, delivery), result));
}
