// The channels that are one HTTP request each. One more is one file and one row here.
import { discord } from "./discord.ts";
import { ntfy } from "./ntfy.ts";
import type {
  ChannelSettings,
  ChannelType,
  Delivery,
  DeliveryResult,
  Http,
  HttpChannel,
  SettingsOf,
} from "./protocol.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

export const HTTP_CHANNELS = { telegram, slack, discord, teams, ntfy, webhook } as const satisfies {
  readonly [T in ChannelType]?: HttpChannel<T>;
};

type HttpChannelType = keyof typeof HTTP_CHANNELS;
export type HttpSettings = SettingsOf<HttpChannelType>;

export function isOverHttp(settings: ChannelSettings): settings is HttpSettings {
  return Object.hasOwn(HTTP_CHANNELS, settings.type);
}

/** Sends one message. @throws {HttpError} when there is no answer. */
export async function sendOverHttp(http: Http, settings: HttpSettings, delivery: Delivery): Promise<DeliveryResult> {
  // Each row takes the settings of its own type.
  const channel = HTTP_CHANNELS[settings.type] as HttpChannel<HttpChannelType>;
  const response = await http(await channel.request(settings, delivery));
  const result = channel.result(response, delivery);
  // The rest of its answer would say whether it took the message.
  return !result.ok && response.cut && response.status < 300 ? { ...result, ...HALF_ANSWER } : result;
}

const HALF_ANSWER = { code: "UnreadableAnswer", message: "the answer did not come whole", unsure: true } as const;
