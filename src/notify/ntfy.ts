// ntfy: a push message, published as JSON; the next one with the same sequence id takes its place.
// https://docs.ntfy.sh/publish/#publish-as-json, #updating-notifications (servers before 2.16 show a new one instead)
import { ntfyTopic } from "../config/values.ts";
import type { AlertEvent } from "../domain/alert_message.ts";
import { fieldsOf, textOf } from "./answer_fields.ts";
import { refusal, unreadable } from "./failure.ts";
import { bytes, fit } from "./fit.ts";
import { jsonRequest } from "./json_request.ts";
import { lineText, wordsOf } from "./message.ts";
import type { Delivery, DeliveryResult, HttpChannel } from "./protocol.ts";

/** A longer message would arrive as an attached file: https://docs.ntfy.sh/publish/#limitations */
const MOST_BYTES = 4096;

/** 4 pops up and sounds, 3 sounds, 2 does neither: https://docs.ntfy.sh/publish/#message-priority */
const PRIORITIES: Record<AlertEvent, number> = {
  "login-needed": 4,
  broken: 4,
  "login-soon": 3,
  failing: 3,
  healed: 3,
  test: 3,
};
const SILENT = 2;

export const ntfy: HttpChannel<"ntfy"> = {
  edits: () => true,

  request(settings, delivery) {
    const { message, silent } = delivery;
    const { title, link, lines } = wordsOf(message);
    const text = fit([...(link === undefined ? [] : [link]), ...lines.map(lineText)], MOST_BYTES, bytes);
    // Messages as JSON go to the root of the server; the topic is a field. Log-in data in the URL stays with it.
    const root = new URL(settings.url);
    root.pathname = "/";
    const body = {
      topic: ntfyTopic(settings.url),
      sequence_id: sequenceOf(delivery),
      title,
      message: text,
      priority: silent ? SILENT : PRIORITIES[message.event],
      tags: [message.event],
      ...(link === undefined ? {} : { click: link, actions: [{ action: "view", label: "Sign in", url: link }] }),
    };
    return jsonRequest(root.href, body, { bearer: settings.token });
  },

  result(response, delivery): DeliveryResult {
    const { id, error } = fieldsOf(response.body);
    if (response.status >= 300) return refusal(response, textOf(error));
    return textOf(id) === undefined ? unreadable() : { ok: true, ref: sequenceOf(delivery) };
  },
};

/** Ours to choose, of the characters a topic may have; constant over retries, so that these replace each other, too. */
function sequenceOf({ id, ref }: Delivery): string {
  return (ref ?? id).replace(/[^\w-]/g, "_").slice(-64);
}
