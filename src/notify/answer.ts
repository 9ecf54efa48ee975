// Answers one call to the worker that sends messages. Whatever happens becomes a failure without secrets.
import { failureOf, refusal } from "./failure.ts";
import { oneLine } from "./foreign_words.ts";
import { hideSecrets } from "./hide_secrets.ts";
import { isOverHttp, sendOverHttp } from "./http_channels.ts";
import type {
  ChannelSettings,
  Delivery,
  DeliveryFailure,
  DeliveryResult,
  Http,
  NotifyAnswer,
  NotifyCall,
} from "./protocol.ts";
import { readCommands } from "./telegram_bot.ts";

/** Characters of a failure, most of them the service's. */
const MOST_WORDS = 200;

/** Never rejects. */
export async function answerOf(call: NotifyCall, http: Http, caCerts: readonly string[] = []): Promise<NotifyAnswer> {
  const { id } = call;
  if ("ping" in call) return { id, result: await safely(call.ping, () => ping(http, call.ping)) };
  let settings: ChannelSettings;
  try {
    settings = JSON.parse(call.settings);
  } catch (error) {
    return "bot" in call ? { id, bot: failureOf(error) } : { id, result: failureOf(error) };
  }
  if ("bot" in call) return { id, bot: await safely(settings, () => bot(http, settings, call.offset)) };
  return { id, result: await safely(settings, () => send(http, caCerts, settings, call.delivery)) };
}

/** The outcome of `work`, or its failure; neither tells anything of `secrets`. */
async function safely<T extends object>(
  secrets: unknown,
  work: () => Promise<T | DeliveryFailure>,
): Promise<T | DeliveryFailure> {
  const outcome = await work().catch(failureOf);
  if (!("ok" in outcome) || outcome.ok) return outcome;
  // Hidden first: of a secret that was cut nobody knows any more that it is one.
  return { ...outcome, message: oneLine(hideSecrets(outcome.message, secrets), MOST_WORDS) };
}

async function send(
  http: Http,
  caCerts: readonly string[],
  settings: ChannelSettings,
  delivery: Delivery,
): Promise<DeliveryResult> {
  if (isOverHttp(settings)) return await sendOverHttp(http, settings, delivery);
  if (settings.type === "email") {
    // Loaded only where there is mail to send.
    const { sendEmail } = await import("./email.ts");
    return await sendEmail(settings, delivery, { caCerts });
  }
  return { ok: false, code: "WrongWorker", message: `type ${settings.type} needs the worker that starts programs` };
}

async function bot(http: Http, settings: ChannelSettings, offset: number) {
  if (settings.type === "telegram") return await readCommands(http, settings, offset);
  throw new TypeError(`no bot: ${settings.type}`);
}

async function ping(http: Http, url: string): Promise<DeliveryResult> {
  const response = await http({ method: "GET", url });
  return response.status < 300 ? { ok: true } : refusal(response);
}
