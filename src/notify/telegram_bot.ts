// Commands that people send to the Telegram bot: a fresh link on demand.
// https://core.telegram.org/bots/api#getupdates, #update, #message, #messageentity
import { fieldsOf } from "./answer_fields.ts";
import { failureOf } from "./failure.ts";
import type { BotAnswer, DeliveryFailure, Http, HttpResponse, SettingsOf } from "./protocol.ts";
import { botFailure, botRequest } from "./telegram.ts";

/** Updates in one answer, and how often there are more to ask for: what a stranger fills up is read, too. */
const PAGE = 20;
const MOST_PAGES = 10;
/** A message of 4096 characters that answers such a message, each character as two of `\uXXXX`, and what is around it. */
const MAX_UPDATE_BYTES = 2 * 4096 * 12 + 32 * 1024;

/** A command that waited longer (the machine was off) is not what its sender wants now. */
const OLDEST_MS = 10 * 60_000;

type Command = BotAnswer["commands"][number];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Asks, without waiting, for what was sent since the update before `offset`. Asking with the returned offset is what
 * tells Telegram that these are done with.
 *
 * @throws {HttpError} when there is no answer at all.
 */
export async function readCommands(
  http: Http,
  settings: SettingsOf<"telegram">,
  offset: number,
): Promise<BotAnswer | DeliveryFailure> {
  const first = await readPage(http, settings, offset);
  if ("ok" in first) return first;
  let page: Page = first;
  const commands: Command[] = [...page.commands];
  for (let pages = 1; page.more && pages < MOST_PAGES; pages++) {
    // What came before is done with, and counts whatever comes of the rest.
    const next: Page | DeliveryFailure = await readPage(http, settings, page.offset).catch(failureOf);
    if ("ok" in next) break;
    commands.push(...next.commands);
    page = next;
  }
  return { offset: page.offset, commands };
}

interface Page extends BotAnswer {
  /** There may be further updates. */
  readonly more: boolean;
}

async function readPage(
  http: Http,
  settings: SettingsOf<"telegram">,
  offset: number,
): Promise<Page | DeliveryFailure> {
  const ask = { offset, limit: PAGE, timeout: 0, allowed_updates: ["message"] };
  const response = await http({ ...botRequest(settings, "getUpdates", ask), maxBytes: PAGE * MAX_UPDATE_BYTES });
  const { ok, result } = fieldsOf(response.body);
  if (ok !== true || !Array.isArray(result)) return pastUnreadable(response, offset) ?? botFailure(response);
  const now = Date.parse(response.headers["date"] ?? "") || Date.now();
  const commands: Command[] = [];
  let next = offset;
  for (const update of result.map(fields)) {
    if (!Number.isSafeInteger(update.update_id)) continue;
    next = Math.max(next, update.update_id as number + 1);
    const command = commandOf(fields(update.message), settings, now);
    if (command !== undefined) commands.push(command);
  }
  return { offset: next, commands, more: result.length >= PAGE && next > offset };
}

/** Else one update that is too large would be asked for again for ever. In a text, the quotes of a key are escaped. */
function pastUnreadable({ status, body, cut }: HttpResponse, offset: number): Page | undefined {
  if (status !== 200 || cut !== "long") return undefined;
  const ids = [...body.matchAll(/"update_id":\s*(\d{1,15}),/g)].map(([, id]) => Number(id) + 1);
  const next = Math.max(offset, ...ids);
  return next > offset ? { offset: next, commands: [], more: true } : undefined;
}

function commandOf(message: Fields, settings: SettingsOf<"telegram">, now: number): Command | undefined {
  const { text, date, forward_origin } = message;
  if (typeof text !== "string" || typeof date !== "number" || forward_origin !== undefined) return undefined;
  if (date * 1000 < now - OLDEST_MS || !mayCommand(message, settings)) return undefined;
  // With the bot's name behind it in a group: other bots' commands do not come here in its usual privacy mode.
  return /^\/(login|status)(?:@\w+)?(?:\s|$)/.exec(text)?.[1] as Command | undefined;
}

/** Only from the chat of the alerts. Whoever is in a private chat is its person; in a group it must be a named one. */
function mayCommand(message: Fields, { chat_id, allowed_users }: SettingsOf<"telegram">): boolean {
  const chat = fields(message.chat).id;
  const sender = fields(message.from);
  if (typeof chat !== "number" || `${chat}` !== chat_id || sender.is_bot === true) return false;
  if (chat > 0 && allowed_users.length === 0) return true;
  return typeof sender.id === "number" && allowed_users.includes(`${sender.id}`);
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
