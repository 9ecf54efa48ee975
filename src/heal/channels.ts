// The channels of the config with their secrets looked up: ready to be handed to the workers that send.
import { hostAndPort } from "../domain/host.ts";
import type { ChannelConfig } from "../config/channels.ts";
import { url as webAddress } from "../config/values.ts";
import type { ChannelFilter } from "../domain/delivery.ts";
import { Secret } from "../domain/secret.ts";
import type { ChannelSettings, ChannelType } from "../notify/protocol.ts";
import type { System } from "../system/system.ts";

/** One channel. */
export interface Channel extends ChannelFilter {
  readonly type: ChannelType;
  /** JSON of {@link ChannelSettings}; absent when a secret cannot be had. */
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

class Missing extends Error {}

/** The channels in the order of the config. Never throws. */
export function channelsOf(configs: readonly ChannelConfig[], here: Here): Channel[] {
  return configs.map((config) => channelOf(config, here));
}

function channelOf(config: ChannelConfig, here: Here): Channel {
  const { name, type, events, sessions } = config;
  const filter: ChannelFilter = { name, events, sessions };
  try {
    const settings = settingsOf(config, here);
    return {
      ...filter,
      type: settings.type,
      settings: new Secret(JSON.stringify(settings)),
      hosts: hostsOf(settings),
      program: programOf(settings),
      bot: settings.type === "telegram" && settings.commands,
    };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { ...filter, type, hosts: [], bot: false, failure: error.message };
  }
}

function settingsOf({ type, values, headers }: ChannelConfig, here: Here): ChannelSettings {
  const look = (key: string, text: string | undefined) => text === undefined ? "" : lookUp(key, text, here);
  switch (type) {
    case "telegram":
      return {
        type,
        token: look("token", values.token),
        chat_id: values.chat_id ?? "",
        url: withoutSlash(look("url", values.url) || "https://api.telegram.org"),
        commands: values.commands === "on",
        allowed_users: values.allowed_users ?? [],
      };
    case "slack":
      if (values.webhook_url !== undefined) return { type, webhook_url: look("webhook_url", values.webhook_url) };
      return {
        type,
        token: look("token", values.token),
        channel: values.channel ?? "",
        url: withoutSlash(look("url", values.url) || "https://slack.com"),
      };
    case "discord":
    case "teams":
      return { type, webhook_url: look("webhook_url", values.webhook_url) };
    case "ntfy":
      return { type, url: look("url", values.url), token: optional(look("token", values.token)) };
    case "webhook":
      return {
        type,
        url: look("url", values.url),
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
      return { type, run: values.run ?? [] };
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

/** `env:NAME`, `file:PATH`, or the value itself. */
function lookUp(key: string, text: string, { home, env }: Here): string {
  if (text.startsWith("env:")) {
    const name = text.slice(4);
    const value = env[name];
    if (!value) throw new Missing(`${key}: the environment variable ${name} is not set`);
    return value;
  }
  if (!text.startsWith("file:")) return text;
  const path = text.slice(5).replace(/^~\//, `${home}/`);
  let content: string;
  try {
    content = Deno.readTextFileSync(path).trim();
  } catch (error) {
    throw new Missing(`${key}: cannot read "${path}": ${whyNot(error, path)}`);
  }
  if (content === "") throw new Missing(`${key}: "${path}" is empty`);
  return content;
}

function whyNot(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return `it lies outside the folders of sso-heal (run: ln -s "${folder}" ~/.config/sso-heal/NAME)`;
  }
  return error instanceof Deno.errors.PermissionDenied ? "permission denied" : "the system refused";
}

function hostsOf(settings: ChannelSettings): string[] {
  if (settings.type === "email") return [`${settings.server.host}:${settings.server.port}`];
  const url = "webhook_url" in settings ? settings.webhook_url : "url" in settings ? settings.url : undefined;
  if (url === undefined) return [];
  // Looked up in a file it may be anything; the config was checked before.
  const read = webAddress.read(url);
  if ("error" in read) throw new Missing(`its address ${read.error} (${read.hint})`);
  return [hostAndPort(url)];
}

function programOf(settings: ChannelSettings): string | undefined {
  if (settings.type === "command") return settings.run[0];
  return "path" in settings ? settings.path : undefined;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}
