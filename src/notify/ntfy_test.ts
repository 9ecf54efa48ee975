// Proves what is sent to ntfy and how its answers are judged.
import assert from "node:assert/strict";
import { plainText, wordsOf } from "./message.ts";
import { ntfy } from "./ntfy.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import { answer, EVENTS, HEALED, LINK, LOGIN_NEEDED, REMINDER, sent, TEST } from "./samples_test.ts";

const SETTINGS: SettingsOf<"ntfy"> = { type: "ntfy", url: "https://ntfy.example/my-topic", token: "tk_1" };

async function requestOf(delivery: Partial<Delivery>, settings = SETTINGS) {
  return await ntfy.request(settings, { id: "d-1", message: TEST, ...delivery });
}

Deno.test("ntfy.request() publishes to the root of the server, and a tap opens the link", async () => {
  const request = await requestOf({ message: LOGIN_NEEDED });
  assert.deepEqual([request.method, request.url, request.headers], [
    "POST",
    "https://ntfy.example/",
    { "content-type": "application/json; charset=utf-8", authorization: "Bearer tk_1" },
  ]);
  const [title, ...rest] = plainText(wordsOf(LOGIN_NEEDED)).split("\n");
  assert.deepEqual(sent(request), {
    topic: "my-topic",
    sequence_id: "d-1",
    title,
    message: rest.join("\n"),
    priority: 4,
    tags: ["login-needed"],
    click: LINK,
    actions: [{ action: "view", label: "Sign in", url: LINK }],
  });
});

Deno.test("ntfy.request() takes the place of the earlier message", async () => {
  const { sequence_id, title } = sent(await requestOf({ message: REMINDER, ref: "d-0" }));
  assert.equal(sequence_id, "d-0");
  assert.match(title as string, /still waiting/);
});

Deno.test("ntfy.request() makes a sequence id of any delivery", async () => {
  const { sequence_id } = sent(await requestOf({ id: `my sso/${"é".repeat(80)}-0` }));
  assert.match(sequence_id as string, /^[\w-]{64}$/);
});

Deno.test("ntfy.request() sends without a sound what is silent, and without a button what has no link", async () => {
  const { priority, click, actions } = sent(await requestOf({ message: HEALED, silent: true }));
  assert.deepEqual([priority, click, actions], [2, undefined, undefined]);
});

Deno.test("ntfy.request() keeps log-in data of the URL, decodes the topic, and needs no token", async () => {
  const request = await requestOf({}, { type: "ntfy", url: "https://u:p@ntfy.example/my%2Dtopic/?auth=QQ" });
  assert.equal(request.url, "https://u:p@ntfy.example/?auth=QQ");
  assert.equal(request.headers?.authorization, undefined);
  assert.equal(sent(request).topic, "my-topic");
});

for (const [name, message] of EVENTS) {
  Deno.test(`ntfy.request() shows exactly the words of ${name}`, async () => {
    const body = sent(await requestOf({ message }));
    assert.equal(`${body.title}\n${body.message}`, plainText(wordsOf(message)));
  });
}

Deno.test("ntfy.request() stays within 4096 bytes", async () => {
  const long = "🔑".repeat(2_000);
  const profiles = Array.from({ length: 10 }, () => ({ name: long }));
  const { message } = sent(await requestOf({ message: { ...REMINDER, host: long, reason: long, profiles } }));
  assert.ok(new TextEncoder().encode(message as string).length <= 4_096);
});

const ANSWERS = [
  ["takes our own sequence id as reference", { id: "d 1" }, answer(200, { id: "abc" }), { ok: true, ref: "d_1" }],
  ["keeps the reference of a change", { ref: "d-0" }, answer(200, { id: "abc" }), { ok: true, ref: "d-0" }],
  ["repeats the server's error", {}, answer(403, { code: 40301, error: "forbidden" }), {
    ok: false,
    code: "HTTP 403",
    message: "forbidden",
  }],
  ["waits as long as the server asks", {}, answer(429, { error: "limit reached" }, { "retry-after": "60" }), {
    ok: false,
    code: "HTTP 429",
    message: "limit reached",
    retryAfterMs: 60_000,
  }],
  ["does not take a page for a success", {}, answer(200, "<html>"), {
    ok: false,
    code: "UnreadableAnswer",
    message: "the answer is not from the service",
  }],
] as const;

for (const [sentence, delivery, response, result] of ANSWERS) {
  Deno.test(`ntfy.result() ${sentence}`, () => {
    assert.deepEqual(ntfy.result(response, { id: "d-1", message: TEST, ...delivery }), result);
  });
}
