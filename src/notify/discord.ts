// Discord: a webhook's message, which each new link changes.
// https://docs.discord.com/developers/resources/webhook#execute-webhook, #edit-webhook-message
// https://docs.discord.com/developers/resources/message#allowed-mentions-object, #message-object-message-flags
import { fieldsOf } from "./answer_fields.ts";
import { refusal, unreadable } from "./failure.ts";
import { fit } from "./fit.ts";
import { jsonRequest } from "./json_request.ts";
import { lineText, wordsOf } from "./message.ts";
import type { DeliveryResult, HttpChannel } from "./protocol.ts";

/** Of `content`, mark-up included. */
const LONGEST = 2000;
const SUPPRESS_EMBEDS = 1 << 2;
const SUPPRESS_NOTIFICATIONS = 1 << 12;
/** "Unknown Message": https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const UNKNOWN_MESSAGE = 10008;

export const discord: HttpChannel<"discord"> = {
  edits: () => true,

  request({ webhook_url }, { message, ref, silent }) {
    const { title, link, lines } = wordsOf(message);
    const content = fit([
      `**${escaped(title)}**`,
      ...(link === undefined ? [] : [`<${link}>`]),
      ...lines.map((line) => escaped(lineText(line))),
    ], LONGEST);
    const url = new URL(webhook_url);
    const editing = isMessageId(ref);
    if (editing) url.pathname = `${url.pathname.replace(/\/$/, "")}/messages/${ref}`;
    // Else the answer has no id.
    else url.searchParams.set("wait", "true");
    const flags = SUPPRESS_EMBEDS | (silent && !editing ? SUPPRESS_NOTIFICATIONS : 0);
    const body = { content, flags, allowed_mentions: { parse: [] } };
    return jsonRequest(url.href, body, editing ? { method: "PATCH" } : {});
  },

  result(response, { ref }): DeliveryResult {
    const { id, code, message } = fieldsOf(response.body);
    if (response.status === 200) {
      return typeof id === "string" && isMessageId(id) ? { ok: true, ref: id } : unreadable();
    }
    if (response.status < 300) return unreadable();
    const known = typeof code === "number" && typeof message === "string";
    const failure = refusal(response, known ? `Discord says: ${message} (${code})` : undefined);
    return isMessageId(ref) && code === UNKNOWN_MESSAGE ? { ...failure, gone: true } : failure;
  },
};

function isMessageId(ref: string | undefined): ref is string {
  return ref !== undefined && /^\d{1,25}$/.test(ref);
}

/** Without mark-up, mentions and links. A colon is escaped only where it would make a link. */
function escaped(text: string): string {
  return text.replace(/[\\*_~`|<>[\]@#]/g, "\\$&").replaceAll("://", "\\://");
}
