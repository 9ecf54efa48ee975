// Proves what is sent to Teams and how its answers are judged.
import assert from "node:assert/strict";
import { plainText, wordsOf } from "./message.ts";
import type { Delivery } from "./protocol.ts";
import { answer, EVENTS, LINK, sent, TEST } from "./samples_test.ts";
import { teams } from "./teams.ts";

const SETTINGS = { type: "teams", webhook_url: "https://prod-1.westeurope.logic.azure.com/workflows/x?sig=S" } as const;

interface Card {
  readonly body: readonly { readonly type: string; readonly inlines: readonly { readonly text: string }[] }[];
  readonly actions?: readonly unknown[];
}

async function cardOf(delivery: Omit<Delivery, "id">) {
  const { attachments } = sent(await teams.request(SETTINGS, { id: "d-1", ...delivery }));
  return (attachments as { content: Card }[])[0].content;
}

Deno.test("teams.request() posts a card", async () => {
  const request = await teams.request(SETTINGS, { id: "d-1", message: TEST });
  assert.deepEqual([request.method, request.url, request.headers], [
    "POST",
    SETTINGS.webhook_url,
    { "content-type": "application/json; charset=utf-8" },
  ]);
  const block = (...inlines: unknown[]) => ({ type: "RichTextBlock", spacing: "Small", inlines });
  const label = (text: string) => ({ type: "TextRun", text, weight: "Bolder" });
  const title = "🔔 buildhost: a test message from sso-heal";
  assert.deepEqual(sent(request), {
    type: "message",
    summary: title,
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      contentUrl: null,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          block({ type: "TextRun", text: title, weight: "Bolder", size: "Medium" }),
          block({ type: "TextRun", text: "Alerts reach you here." }),
          block(label("Host: "), { type: "TextRun", text: "buildhost" }),
          block(label("User: "), { type: "TextRun", text: "ci" }),
        ],
        msteams: { width: "Full" },
      },
    }],
  });
});

for (const [name, message] of EVENTS) {
  Deno.test(`teams.request() shows exactly the words of ${name}, in blocks without mark-up`, async () => {
    const { body, actions } = await cardOf({ message });
    const { link } = wordsOf(message);
    assert.deepEqual([...new Set(body.map(({ type }) => type))], ["RichTextBlock"]);
    const shown = body.map(({ inlines }) => inlines.map(({ text }) => text).join("")).join("\n");
    assert.equal(shown, plainText(wordsOf(message)));
    const open = [{ type: "Action.OpenUrl", title: "Sign in", url: LINK }];
    assert.deepEqual(actions, link === undefined ? undefined : open);
  });
}

const ANSWERS = [
  ["takes 202 without a body", answer(202), { ok: true }],
  ["takes 200", answer(200, "1", { "content-type": "text/plain" }), { ok: true }],
  ["does not take a page for a success", answer(200, "<html>", { "content-type": "text/html; charset=utf-8" }), {
    ok: false,
    code: "UnreadableAnswer",
    message: "the answer is not from the service",
  }],
  ["repeats nothing of a refusal", answer(401, { error: { message: "sig=S is wrong" } }), {
    ok: false,
    code: "HTTP 401",
    message: "the service does not accept the address or the token of this channel",
  }],
] as const;

for (const [sentence, response, result] of ANSWERS) {
  Deno.test(`teams.result() ${sentence}`, () => {
    assert.deepEqual(teams.result(response, { id: "d-1", message: TEST }), result);
    assert.equal(teams.edits(SETTINGS), false);
  });
}
