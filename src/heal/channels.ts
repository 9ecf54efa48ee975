// The channels of the config with their secrets looked up: ready to be handed to the workers that send.
import { hostAndPort } from "../domain/host.ts";
import type { ChannelConfig, ChannelKind } from "../config/channels.ts";
import { ntfyTopic } from "../config/values.ts";
import type { ChannelFilter } from "../domain/delivery.ts";
import { Secret } from "../domain/secret.ts";
import { failureOf } from "../notify/failure.ts";
import type { ChannelSettings, ChannelType } from "../notify/protocol.ts";
import type { System } from "../system/system.ts";
import { lookUp, lookUpUrl, Missing } from "./look_up.ts";

/** One channel. */
export interface Channel extends ChannelFilter {
  /** Absent when the config does not say it. */
  readonly type?: ChannelType;
  /** JSON of {@link ChannelSettings}; absent where there is a failure. */
  readonly settings?: Secret;
  /** `host:port` that it sends to. */
  readonly hosts: readonly string[];
  /** Absolute path of the program that it starts. */
  readonly program?: string;
  /** Commands are read from it (Telegram). */
  readonly bot: boolean;
  /** Why it cannot be used: the failure of this channel alone. Never a secret. */
  readonly failure?: string;
}

/** What a channel must know of this machine. */
type Here = Pick<System, "home" | "env" | "host" | "user" | "os">;

/** The channels in the order of the config. Never throws. */
export function channelsOf(configs: readonly ChannelConfig[], here: Here): Channel[] {
  return configs.map((config) => channelOf(config, here));
}

function channelOf(config: ChannelConfig, here: Here): Channel {
  const { name, type, events, sessions, failure } = config;
  const filter: ChannelFilter = { name, events, sessions };
  const unusable = (failure: string): Channel => ({ ...filter, type, hosts: [], bot: false, failure });
  if (failure !== undefined || type === undefined) return unusable(failure ?? "it has no type");
  try {
    const settings = settingsOf(type, config, here);
    return {
      ...filter,
      type: settings.type,
      settings: new Secret(JSON.stringify(settings)),
      hosts: hostsOf(settings),
      program: programOf(settings),
      bot: settings.type === "telegram" && settings.commands,
    };
  } catch (error) {
    // Whatever it is, the others go on, and so does the check.
    return unusable(error instanceof Missing ? error.message : failureOf(error).message);
  }
}

function settingsOf(type: ChannelKind, { values, headers }: ChannelConfig, here: Here): ChannelSettings {
  const look = (key: string, text: string | undefined) => text === undefined ? "" : lookUp(key, text, here);
  const lookAddress = (key: "url" | "webhook_url") => lookUpUrl(key, values[key] ?? "", here);
  const server = (usual: string) => values.url === undefined ? usual : lookAddress("url").replace(/\/+$/, "");
  switch (type) {
    case "telegram":
      return {
        type,
        token: look("token", values.token),
        chat_id: values.chat_id ?? "",
        url: server("https://api.telegram.org"),
        commands: values.commands === "on",
        allowed_users: values.allowed_users ?? [],
      };
    case "slack":
      if (values.webhook_url !== undefined) return { type, webhook_url: lookAddress("webhook_url") };
      return {
        type,
        token: look("token", values.token),
        channel: values.channel ?? "",
        url: server("https://slack.com/api"),
      };
    case "discord":
    case "teams":
      return { type, webhook_url: lookAddress("webhook_url") };
    case "ntfy": {
      const url = lookAddress("url");
      if (ntfyTopic(url) === undefined) throw new Missing("url: it names no topic (for example https://ntfy.sh/TOPIC)");
      return { type, url, token: optional(look("token", values.token)) };
    }
    case "webhook":
      return {
        type,
        url: lookAddress("url"),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, text]) => [name, look(`header.${name}`, text)]),
        ),
        secret: optional(look("secret", values.secret)),
      };
    case "email":
      return mailSettings(values, look("password", values.password), here);
    case "desktop":
      return { type, path: here.os === "darwin" ? "/usr/bin/osascript" : "/usr/bin/notify-send" };
    case "command":
      return {
        type,
        run: (values.run ?? []).map((word, at) => at === 0 ? word.replace(/^~\//, `${here.home}/`) : word),
      };
  }
}

function mailSettings(values: ChannelConfig["values"], password: string, { host, user }: Here): ChannelSettings {
  const to = values.to ?? [];
  const server = values.server ?? "";
  if (server.startsWith("sendmail:")) {
    return { type: "sendmail", path: server.slice("sendmail:".length), from: values.from ?? `${user}@${host}`, to };
  }
  const url = new URL(server);
  const login = decoded(url.username);
  const protocol = url.protocol as "smtp:" | "smtps:";
  const port = Number(url.port) || (protocol === "smtps:" ? 465 : 587);
  return {
    type: "email",
    server: { protocol, host: url.hostname, port },
    user: optional(login),
    password: optional(password || decoded(url.password)),
    from: values.from ?? (login.includes("@") ? login : `sso-heal@${login === "" ? host : url.hostname}`),
    to,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The error would repeat the password.
    throw new Missing('server: write a "%" in the user name or the password as %25');
  }
}

function hostsOf(settings: ChannelSettings): string[] {
  if (settings.type === "email") return [`${settings.server.host}:${settings.server.port}`];
  const url = "webhook_url" in settings ? settings.webhook_url : "url" in settings ? settings.url : undefined;
  return url === undefined ? [] : [hostAndPort(url)];
}

function programOf(settings: ChannelSettings): string | undefined {
  if (settings.type === "command") return settings.run[0];
  return "path" in settings ? settings.path : undefined;
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}
