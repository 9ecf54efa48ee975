// The one declaration of what config.ini may hold. A new feature adds its rows here.
import {
  command,
  duration,
  durationFrom,
  durations,
  heartbeatUrl,
  type Kind,
  mailbox,
  mailboxes,
  mailServer,
  oneOf,
  path,
  quietHours,
  region,
  secret,
  secretUrl,
  text,
  timezone,
  type ValueOf,
  words,
} from "./values.ts";

/** Keys and the kinds of their values. `header.NAME` stands for any name after the dot. */
export type Keys = Readonly<Record<string, Kind<unknown>>>;

export const CHECK = {
  sessions: words,
  profiles: words,
  refresh_ahead: duration,
  alert_after: duration,
  expected_user: text,
} satisfies Keys;

export const ALERTS = {
  remind_every: durationFrom("10m", 600_000),
  warn_before: durations,
  quiet_hours: quietHours,
  quiet_first: oneOf("send", "hold"),
  timezone,
  fallback: words,
} satisfies Keys;

export const NOTIFY = {
  type: oneOf("telegram", "slack", "discord", "teams", "ntfy", "email", "webhook", "desktop", "command"),
  events: words,
  sessions: words,
  token: secret,
  chat_id: text,
  commands: oneOf("on", "off"),
  allowed_users: words,
  webhook_url: secretUrl,
  channel: text,
  url: secretUrl,
  secret,
  "header.NAME": secret,
  server: mailServer,
  password: secret,
  from: mailbox,
  to: mailboxes,
  run: command,
} satisfies Keys;

export const SYNC = {
  to: text,
  file: path,
  region,
  output: oneOf("json", "yaml", "yaml-stream", "text", "table", "off"),
} satisfies Keys;

export const METRICS = { file: path } satisfies Keys;
export const HEARTBEAT = { url: heartbeatUrl } satisfies Keys;

/** A kind of section: with a name after it (any number of them) or without (at most one). */
export interface SectionKind {
  readonly named: boolean;
  readonly keys: Keys;
}

export const SECTIONS: Readonly<Record<string, SectionKind>> = {
  check: { named: false, keys: CHECK },
  alerts: { named: false, keys: ALERTS },
  notify: { named: true, keys: NOTIFY },
  sync: { named: true, keys: SYNC },
  metrics: { named: false, keys: METRICS },
  heartbeat: { named: false, keys: HEARTBEAT },
};

/** The values of one section: what is absent was not written, or was a problem. */
export type Values<K extends Keys> = { readonly [P in keyof K]?: ValueOf<K[P]> };
