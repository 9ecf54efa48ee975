// Proves that every call to the worker has an answer, and that no failure tells a secret.
import assert from "node:assert/strict";
import { answerOf } from "./answer.ts";
import { HttpError } from "./failure.ts";
import type { ChannelSettings, Http, NotifyAnswer } from "./protocol.ts";
import { answer, LOGIN_NEEDED, NOW } from "./samples_test.ts";

const TOKEN = "123456789:AAsecret-token";
const WEBHOOK = "https://hooks.example/services/T0000000/secret-path";
const TELEGRAM = {
  type: "telegram",
  token: TOKEN,
  chat_id: "5",
  url: "https://api.telegram.org",
  commands: true,
  allowed_users: [],
} as const;

const CHANNELS: readonly ChannelSettings[] = [
  TELEGRAM,
  { type: "slack", webhook_url: WEBHOOK },
  { type: "slack", token: TOKEN, channel: "#ops", url: "https://slack.com/api" },
  { type: "discord", webhook_url: WEBHOOK },
  { type: "teams", webhook_url: WEBHOOK },
  { type: "ntfy", url: "https://ntfy.example/secret-topic", token: TOKEN },
  { type: "webhook", url: WEBHOOK, headers: { authorization: "Basic secret-header" }, secret: "secret-key" },
];
const SECRET = /secret-|AAsecret|T0000000|123456789/;

async function send(settings: unknown, http: Http): Promise<NotifyAnswer> {
  const text = typeof settings === "string" ? settings : JSON.stringify(settings);
  return await answerOf({ id: 4, settings: text, delivery: { id: "d-1", message: LOGIN_NEEDED } }, http);
}

const unused: Http = () => assert.fail("nothing is to be sent");

for (const settings of CHANNELS) {
  Deno.test(`answerOf() keeps the secrets of ${settings.type} out of its failures (${Object.keys(settings)[1]})`, async () => {
    const echoes = [400, 401, 404, 429, 500].map((status) => ({
      status,
      headers: { "content-type": "text/html" },
      body: JSON.stringify({
        ok: false,
        description: JSON.stringify(settings),
        error: TOKEN,
        code: 1,
        message: WEBHOOK,
      }),
    }));
    for (const echo of echoes) {
      const answered = await send(settings, () => Promise.resolve(echo));
      assert.ok("result" in answered && !answered.result.ok && answered.id === 4, `HTTP ${echo.status}`);
      assert.doesNotMatch(JSON.stringify(answered), SECRET);
    }
    const broken = await send(settings, () => Promise.reject(new TypeError(JSON.stringify(settings))));
    assert.doesNotMatch(JSON.stringify(broken), SECRET);
  });
}

Deno.test("answerOf() hides a secret before it cuts the words that it stands in", async () => {
  for (let before = 150; before < 205; before++) {
    const words = `${"x".repeat(before)} ${TOKEN} and more`;
    const answered = await send(TELEGRAM, () => Promise.resolve(answer(400, { ok: false, description: words })));
    assert.doesNotMatch(JSON.stringify(answered), /1234|AAse/, `${before}`);
    const webhook = await send(
      { type: "discord", webhook_url: WEBHOOK },
      () => Promise.resolve(answer(400, { code: 1, message: `${"x".repeat(before)} ${WEBHOOK}` })),
    );
    assert.doesNotMatch(JSON.stringify(webhook), /secret-|T000/, `${before}`);
  }
});

Deno.test("answerOf() makes one short line of the service's words", async () => {
  const rows = [["chat\nnot\u001b found", "chat not found"], ["x".repeat(500), `${"x".repeat(199)}…`]];
  for (const [description, message] of rows) {
    const answered = await send(TELEGRAM, () => Promise.resolve(answer(400, { ok: false, description })));
    assert.equal("result" in answered && !answered.result.ok && answered.result.message, message);
  }
});

Deno.test("answerOf() does not know whether a message was taken of which it has half an answer", async () => {
  const half = { status: 200, headers: {}, body: '{"ok":tr', cut: "late" } as const;
  const answered = await send(TELEGRAM, () => Promise.resolve(half));
  const message = "the answer did not come whole";
  assert.deepEqual(answered, { id: 4, result: { ok: false, code: "UnreadableAnswer", message, unsure: true } });
  const hook = { type: "webhook", url: WEBHOOK, headers: {} };
  assert.deepEqual(await send(hook, () => Promise.resolve(half)), { id: 4, result: { ok: true } });
  const refused = await send(hook, () => Promise.resolve({ ...half, status: 500 }));
  assert.equal("result" in refused && !refused.result.ok && refused.result.unsure, undefined);
});

Deno.test("answerOf() gives the code of a network failure", async () => {
  const answered = await send(TELEGRAM, () => Promise.reject(new HttpError("Timeout", "no answer in time")));
  assert.deepEqual(answered, { id: 4, result: { ok: false, code: "Timeout", message: "no answer in time" } });
});

Deno.test("answerOf() reads the bot's commands", async () => {
  const message = { text: "/login", date: NOW / 1000, chat: { id: 5 }, from: { id: 5 } };
  const updates = answer(200, { ok: true, result: [{ update_id: 1, message }] }, { date: new Date(NOW).toUTCString() });
  const call = { id: 5, settings: JSON.stringify(TELEGRAM), offset: 0, bot: true } as const;
  const answered = await answerOf(call, () => Promise.resolve(updates));
  assert.deepEqual(answered, { id: 5, bot: { offset: 2, commands: ["login"] } });
  const refused = await answerOf(call, () => Promise.resolve(answer(401, { ok: false, description: `no ${TOKEN}` })));
  assert.deepEqual(refused, { id: 5, bot: { ok: false, code: "HTTP 401", message: "no [redacted]" } });
});

Deno.test("answerOf() pings by GET and looks at the status only", async () => {
  const urls: unknown[] = [];
  const http = (status: number): Http => (request) => (urls.push(request), Promise.resolve(answer(status, WEBHOOK)));
  assert.deepEqual(await answerOf({ id: 6, ping: WEBHOOK }, http(204)), { id: 6, result: { ok: true } });
  assert.deepEqual(await answerOf({ id: 6, ping: WEBHOOK }, http(404)), {
    id: 6,
    result: { ok: false, code: "HTTP 404", message: "the service does not know the address of this channel" },
  });
  assert.deepEqual(urls, [{ method: "GET", url: WEBHOOK }, { method: "GET", url: WEBHOOK }]);
});

Deno.test("answerOf() answers what it cannot do", async () => {
  const rows = [
    [`{"token":"${TOKEN}`, "InternalError"],
    ["null", "InternalError"],
    [{ type: "webhook", url: "not a URL", headers: null }, "InternalError"],
    [{ type: "desktop", path: "/usr/bin/notify-send" }, "WrongWorker"],
    [{ type: "command", run: ["/bin/true"] }, "WrongWorker"],
    [{ type: "constructor" }, "WrongWorker"],
  ] as const;
  for (const [settings, code] of rows) {
    const answered = await send(settings, unused);
    assert.equal("result" in answered && !answered.result.ok && answered.result.code, code, JSON.stringify(settings));
    assert.doesNotMatch(JSON.stringify(answered), SECRET);
  }
  const bot = await answerOf({ id: 7, settings: '{"type":"slack"}', offset: 0, bot: true }, unused);
  assert.equal("bot" in bot && "code" in bot.bot && bot.bot.code, "InternalError");
  const half = await answerOf({ id: 8, settings: "{", offset: 0, bot: true }, unused);
  assert.equal("bot" in half && "code" in half.bot && half.bot.code, "InternalError");
});
