// Proves who may command the bot, and with what.
import assert from "node:assert/strict";
import { HttpError } from "./failure.ts";
import type { HttpRequest, HttpResponse, SettingsOf } from "./protocol.ts";
import { answer, NOW, sent } from "./samples_test.ts";
import { readCommands } from "./telegram_bot.ts";

const DATE = { date: new Date(NOW).toUTCString() };
const SECONDS = NOW / 1000;
const PRIVATE: SettingsOf<"telegram"> = {
  type: "telegram",
  token: "123:TOKEN",
  chat_id: "55",
  url: "https://api.telegram.org",
  commands: true,
  allowed_users: [],
};
const GROUP = { ...PRIVATE, chat_id: "-100200", allowed_users: ["7"] };

async function read(settings: SettingsOf<"telegram">, response: HttpResponse, offset = 10) {
  const asked: HttpRequest[] = [];
  const answered = await readCommands((request) => (asked.push(request), Promise.resolve(response)), settings, offset);
  return { asked, answered };
}

function message(text: unknown, more: Record<string, unknown> = {}) {
  return { text, date: SECONDS - 30, chat: { id: 55 }, from: { id: 55, is_bot: false }, ...more };
}

const IN_GROUP = { chat: { id: -100200 } };
const ROWS: readonly (readonly [sentence: string, SettingsOf<"telegram">, message: unknown, command?: string])[] = [
  ["takes /login of a private chat", PRIVATE, message("/login"), "login"],
  ["takes /status of a private chat", PRIVATE, message("/status"), "status"],
  ["takes a command with the bot's name", PRIVATE, message("/login@MyBot"), "login"],
  ["takes a command with words behind it", PRIVATE, message("/login please"), "login"],
  ["ignores another command", PRIVATE, message("/logout")],
  ["ignores a longer word", PRIVATE, message("/loginx")],
  ["ignores a command inside a text", PRIVATE, message("please /login")],
  ["ignores another chat", PRIVATE, message("/login", { chat: { id: 56 } })],
  ["ignores a bot", PRIVATE, message("/login", { from: { id: 55, is_bot: true } })],
  ["ignores a forwarded command", PRIVATE, message("/login", { forward_origin: { type: "user" } })],
  ["ignores what is ten minutes old", PRIVATE, message("/login", { date: SECONDS - 601 })],
  ["takes what is not yet ten minutes old", PRIVATE, message("/login", { date: SECONDS - 599 }), "login"],
  ["ignores a message without a date", PRIVATE, message("/login", { date: undefined })],
  ["ignores a message without text", PRIVATE, message(undefined)],
  ["ignores an update without a message", PRIVATE, undefined],
  ["takes a named person of a private chat", { ...PRIVATE, allowed_users: ["55"] }, message("/login"), "login"],
  ["ignores an unnamed person of a private chat", { ...PRIVATE, allowed_users: ["7"] }, message("/login")],
  ["takes a named person of the group", GROUP, message("/login", { ...IN_GROUP, from: { id: 7 } }), "login"],
  ["ignores an unnamed person of the group", GROUP, message("/login", { ...IN_GROUP, from: { id: 8 } })],
  ["ignores a message of the group as a whole", GROUP, message("/login", { ...IN_GROUP, from: undefined })],
  ["ignores a named person elsewhere", GROUP, message("/login", { chat: { id: 7 }, from: { id: 7 } })],
  [
    "ignores everybody of a group when nobody is named",
    { ...GROUP, allowed_users: [] },
    message("/login", { ...IN_GROUP, from: { id: 7 } }),
  ],
];

for (const [sentence, settings, message, command] of ROWS) {
  Deno.test(`readCommands() ${sentence}`, async () => {
    const { answered } = await read(settings, answer(200, { ok: true, result: [{ update_id: 12, message }] }, DATE));
    assert.deepEqual(answered, { offset: 13, commands: command === undefined ? [] : [command] });
  });
}

Deno.test("readCommands() asks without waiting, for messages only", async () => {
  const { asked, answered } = await read(PRIVATE, answer(200, { ok: true, result: [] }, DATE));
  assert.deepEqual(answered, { offset: 10, commands: [] });
  assert.equal(asked[0].url, "https://api.telegram.org/bot123:TOKEN/getUpdates");
  assert.deepEqual(sent(asked[0]), { offset: 10, limit: 20, timeout: 0, allowed_updates: ["message"] });
});

/** A bot with `waiting` updates, as Telegram answers; a page from `broken` on fails. */
async function poll(waiting: readonly unknown[], broken = Infinity) {
  let pages = 0;
  const answered = await readCommands(
    (request) => {
      if (++pages > broken) return Promise.reject(new HttpError("Timeout", "no answer in time"));
      const { offset, limit } = sent(request) as { offset: number; limit: number };
      const result = waiting.filter((_, at) => at + 10 >= offset).slice(0, limit);
      const body = JSON.stringify({ ok: true, result }).replace(/[\u0080-\uffff]/g, escapedChar);
      assert.ok(body.length < (request.maxBytes ?? 0), `${body.length}`);
      return Promise.resolve(answer(200, body, DATE));
    },
    PRIVATE,
    10,
  );
  return { answered, pages };
}

const escapedChar = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
const update = (at: number, message: unknown) => ({ update_id: 10 + at, message });
const STRANGER = { chat: { id: 56 }, from: { id: 56 }, reply_to_message: { text: "😀".repeat(4096) } };

Deno.test("readCommands() finds a command behind a hundred long messages of a stranger", async () => {
  const flood = Array.from({ length: 100 }, (_, at) => update(at, message("😀".repeat(4096), STRANGER)));
  const { answered } = await poll([...flood, update(100, message("/login"))]);
  assert.deepEqual(answered, { offset: 111, commands: ["login"] });
});

Deno.test("readCommands() leaves what is beyond ten pages for the next time", async () => {
  const { answered, pages } = await poll(Array.from({ length: 250 }, (_, at) => update(at, message("hello"))));
  assert.deepEqual([answered, pages], [{ offset: 210, commands: [] }, 10]);
});

Deno.test("readCommands() keeps what it has read when a later page fails", async () => {
  const waiting = Array.from({ length: 30 }, (_, at) => update(at, message(at === 3 ? "/login" : "hello")));
  const { answered } = await poll(waiting, 1);
  assert.deepEqual(answered, { offset: 30, commands: ["login"] });
});

Deno.test("readCommands() goes past an update that is too large, and believes no number in a text", async () => {
  const forged = JSON.stringify(message(',"update_id":999,"update_id": 999,'));
  const body = `{"ok":true,"result":[{"update_id":10,"message":${forged}},{"update_id":12,"message":{"text":"xxxx`;
  const rest = [update(3, message("/login"))];
  let pages = 0;
  const http = () =>
    Promise.resolve(
      pages++ === 0 ? { ...answer(200, body), cut: "long" as const } : answer(200, { ok: true, result: rest }, DATE),
    );
  assert.deepEqual(await readCommands(http, PRIVATE, 10), { offset: 14, commands: ["login"] });
  const late = await readCommands(() => Promise.resolve({ ...answer(200, body), cut: "late" }), PRIVATE, 10);
  assert.equal("code" in late && late.code, "UnreadableAnswer");
});

Deno.test("readCommands() gives several commands, oldest first, past whatever else there is", async () => {
  const result = [
    { update_id: 10, message: message("/status") },
    "garbage",
    null,
    { update_id: "x", message: message("/login") },
    { update_id: 11, message: message("/login") },
  ];
  const { answered } = await read(PRIVATE, answer(200, { ok: true, result }, DATE));
  assert.deepEqual(answered, { offset: 12, commands: ["status", "login"] });
});

Deno.test("readCommands() gives the failure of Telegram", async () => {
  const conflict = { ok: false, description: "Conflict: terminated by other getUpdates request" };
  const { answered } = await read(PRIVATE, answer(409, conflict));
  assert.deepEqual(answered, { ok: false, code: "HTTP 409", message: conflict.description });
  const page = await read(PRIVATE, answer(200, "<html>"));
  assert.equal("code" in page.answered && page.answered.code, "UnreadableAnswer");
});
