// Telegram: a bot's message to a chat, which each new link changes.
// https://core.telegram.org/bots/api#sendmessage, #editmessagetext, #html-style, #making-requests (the answer's shape)
import { fieldsOf, textOf } from "./answer_fields.ts";
import { refusal, unreadable } from "./failure.ts";
import { fit } from "./fit.ts";
import { jsonRequest } from "./json_request.ts";
import { type Line, wordsOf } from "./message.ts";
import type {
  DeliveryFailure,
  DeliveryResult,
  HttpChannel,
  HttpRequest,
  HttpResponse,
  SettingsOf,
} from "./protocol.ts";

/** The text of a message, without its mark-up, may be 4096 characters; with it we stay below that, too. */
const LONGEST = 4096;

/** What the Bot API says when a message is not there any more, or not ours to change. */
const GONE = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i;

export const telegram: HttpChannel<"telegram"> = {
  edits: () => true,

  request(settings, { message, ref, silent }) {
    const { title, link, lines } = wordsOf(message);
    const text = fit([
      `<b>${escaped(title)}</b>`,
      ...(link === undefined ? [] : [`<a href="${escaped(link)}">${escaped(link)}</a>`]),
      ...lines.map(lineHtml),
    ], LONGEST);
    const content = { text, parse_mode: "HTML", link_preview_options: { is_disabled: true } };
    if (isMessageId(ref)) {
      return botRequest(settings, "editMessageText", {
        chat_id: settings.chat_id,
        message_id: Number(ref),
        ...content,
      });
    }
    const quietly = silent ? { disable_notification: true } : {};
    return botRequest(settings, "sendMessage", { chat_id: settings.chat_id, ...content, ...quietly });
  },

  result(response, { ref }): DeliveryResult {
    const { ok, result, description } = fieldsOf(response.body);
    if (ok === true) {
      const id = (result as { message_id?: unknown } | undefined)?.message_id;
      return typeof id === "number" ? { ok, ref: `${id}` } : unreadable();
    }
    const words = textOf(description) ?? "";
    if (isMessageId(ref) && words.includes("message is not modified")) return { ok: true, ref };
    const failure = botFailure(response);
    return isMessageId(ref) && GONE.test(words) ? { ...failure, gone: true } : failure;
  },
};

/** A call of the Bot API: https://core.telegram.org/bots/api#making-requests */
export function botRequest(
  { url, token }: SettingsOf<"telegram">,
  method: string,
  body: Readonly<Record<string, unknown>>,
): HttpRequest {
  return jsonRequest(`${url}/bot${token}/${method}`, body);
}

/** Why a call of the Bot API failed, with what `parameters` says: https://core.telegram.org/bots/api#responseparameters */
export function botFailure(response: HttpResponse): DeliveryFailure {
  const { ok, description, parameters } = fieldsOf(response.body);
  if (ok !== false) return response.status < 400 ? unreadable() : refusal(response);
  const { retry_after, migrate_to_chat_id } = (parameters ?? {}) as Readonly<Record<string, unknown>>;
  const moved = typeof migrate_to_chat_id === "number" ? `; set chat_id = ${migrate_to_chat_id}` : "";
  const failure = refusal(response, `${textOf(description) ?? ""}${moved}`);
  return typeof retry_after === "number" ? { ...failure, retryAfterMs: retry_after * 1000 } : failure;
}

function isMessageId(ref: string | undefined): ref is string {
  return ref !== undefined && /^\d{1,15}$/.test(ref);
}

/** Values stand in code: Telegram makes no links of what it finds in there, and one tap copies it. */
function lineHtml({ label, text }: Line): string {
  return label === undefined ? escaped(text) : `${escaped(label)}: <code>${escaped(text)}</code>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
