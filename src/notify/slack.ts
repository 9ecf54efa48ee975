// Slack: an incoming webhook, or a bot, whose message each new link changes.
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
// https://docs.slack.dev/reference/methods/chat.postMessage, chat.update (200 with `ok: false` is a failure)
// https://docs.slack.dev/messaging/formatting-message-text#escaping
import { fieldsOf, textOf } from "./answer_fields.ts";
import { refusal, unreadable } from "./failure.ts";
import { fit } from "./fit.ts";
import { jsonRequest } from "./json_request.ts";
import { lineText, wordsOf } from "./message.ts";
import type { Delivery, DeliveryResult, HttpChannel, HttpResponse } from "./protocol.ts";

/** Of the text object of a section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const LONGEST_SECTION = 3000;

/** Errors of chat.update after which only a new message helps. */
const GONE: readonly unknown[] = ["message_not_found", "cant_update_message", "edit_window_closed"];

export const slack: HttpChannel<"slack"> = {
  edits: (settings) => "token" in settings,

  request(settings, delivery) {
    const content = contentOf(delivery);
    if ("webhook_url" in settings) return jsonRequest(settings.webhook_url, content);
    const { url, token, channel } = settings;
    const earlier = messageOf(delivery.ref);
    const method = earlier === undefined ? "chat.postMessage" : "chat.update";
    return jsonRequest(`${url}/${method}`, { ...(earlier ?? { channel }), ...content }, { bearer: token });
  },

  result(response, { ref }): DeliveryResult {
    const { ok, error, channel, ts } = fieldsOf(response.body);
    if (response.status === 200 && response.body.trim() === "ok") return { ok: true };
    if (response.status === 200 && ok === true) {
      const sent = { channel: textOf(channel), ts: textOf(ts) };
      return sent.channel && sent.ts ? { ok, ref: JSON.stringify(sent) } : unreadable();
    }
    if (response.status === 200 && ok !== false) return unreadable();
    const failure = slackFailure(response, errorWord(error) ?? errorWord(response.body.trim()));
    return messageOf(ref) !== undefined && GONE.includes(error) ? { ...failure, gone: true } : failure;
  },
};

/** Foreign words stand in plain text objects, where Slack finds neither mark-up nor mentions. */
function contentOf({ message }: Delivery) {
  const { title, link, lines } = wordsOf(message);
  const rest = fit(lines.map((line) => escaped(lineText(line))), LONGEST_SECTION);
  return {
    // For the notification only: the blocks are what is shown.
    text: escaped(title),
    blocks: [
      section("plain_text", escaped(title)),
      ...(link === undefined ? [] : [section("mrkdwn", `<${escaped(link)}>`)]),
      section("plain_text", rest),
    ],
    mrkdwn: false,
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

function section(type: "plain_text" | "mrkdwn", text: string) {
  return {
    type: "section",
    text: type === "plain_text" ? { type, text, emoji: false } : { type, text, verbatim: true },
  };
}

function slackFailure(response: HttpResponse, word: string | undefined) {
  const failure = refusal(response, word === undefined ? undefined : `Slack says ${word}`);
  return response.status === 200 ? { ...failure, code: word ?? "SlackError" } : failure;
}

function messageOf(ref: string | undefined): { channel: string; ts: string } | undefined {
  const { channel, ts } = fieldsOf(ref ?? "");
  return typeof channel === "string" && typeof ts === "string" ? { channel, ts } : undefined;
}

/** Slack's errors are words such as `channel_not_found`; anything else is not repeated. */
function errorWord(value: unknown): string | undefined {
  return typeof value === "string" && /^[a-z][a-z_]{1,60}$/.test(value) ? value : undefined;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
