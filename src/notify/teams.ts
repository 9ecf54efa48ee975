// Microsoft Teams: a card posted by a workflow ("When a Teams webhook request is received"). It cannot be changed later.
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
// https://adaptivecards.io/explorer/RichTextBlock.html, Action.OpenUrl.html
import { refusal, unreadable } from "./failure.ts";
import { jsonRequest } from "./json_request.ts";
import { type Line, wordsOf } from "./message.ts";
import type { DeliveryResult, HttpChannel } from "./protocol.ts";

export const teams: HttpChannel<"teams"> = {
  edits: () => false,

  request({ webhook_url }, { message }) {
    const { title, link, lines } = wordsOf(message);
    const content = {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [
        textBlock([{ text: title, weight: "Bolder", size: "Medium" }]),
        ...(link === undefined ? [] : [textBlock([{ text: link }])]),
        ...lines.map(lineBlock),
      ],
      ...(link === undefined ? {} : { actions: [{ type: "Action.OpenUrl", title: "Sign in", url: link }] }),
      msteams: { width: "Full" },
    };
    const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
    return jsonRequest(webhook_url, { type: "message", summary: title, attachments: [attachment] });
  },

  result(response): DeliveryResult {
    if (response.status >= 300) return refusal(response);
    // 202 and no body; the page of a network's sign-on would be HTML.
    const isPage = response.headers["content-type"]?.includes("text/html") ?? false;
    return isPage ? unreadable() : { ok: true };
  },
};

interface TextRun {
  readonly text: string;
  readonly weight?: "Bolder";
  readonly size?: "Medium";
}

/**
 * A RichTextBlock, because it knows no Markdown: a TextBlock would, and clients differ in how its characters are escaped.
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 */
function textBlock(runs: readonly TextRun[]) {
  return { type: "RichTextBlock", spacing: "Small", inlines: runs.map((run) => ({ type: "TextRun", ...run })) };
}

function lineBlock({ label, text }: Line) {
  return textBlock(label === undefined ? [{ text }] : [{ text: `${label}: `, weight: "Bolder" }, { text }]);
}
