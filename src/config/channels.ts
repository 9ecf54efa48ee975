// What each type of channel must have in its [notify NAME] section, and what it may have.
import type { AlertEvent } from "../domain/alert_message.ts";
import { ALERT_EVENTS } from "../domain/alert_message.ts";
import type { NOTIFY, Values } from "./sections.ts";

type Keys = keyof typeof NOTIFY;
type Notify = Values<typeof NOTIFY>;
export type ChannelKind = NonNullable<Notify["type"]>;

/** One channel as it is written: secrets may still be `env:NAME` or `file:PATH`. */
export interface ChannelConfig {
  readonly name: string;
  readonly type: ChannelKind;
  readonly events?: readonly AlertEvent[];
  readonly sessions?: readonly string[];
  readonly values: Notify;
  /** Headers of a webhook, by their names. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Shape {
  /** One of these sets must be complete. */
  readonly needs: readonly (readonly Keys[])[];
  readonly takes: readonly string[];
}

const SHAPES: Readonly<Record<ChannelKind, Shape>> = {
  telegram: { needs: [["token", "chat_id"]], takes: ["url", "commands", "allowed_users"] },
  slack: { needs: [["webhook_url"], ["token", "channel"]], takes: ["url"] },
  discord: { needs: [["webhook_url"]], takes: [] },
  teams: { needs: [["webhook_url"]], takes: [] },
  ntfy: { needs: [["url"]], takes: ["token"] },
  email: { needs: [["server", "to"]], takes: ["password", "from"] },
  webhook: { needs: [["url"]], takes: ["secret", "header.NAME"] },
  desktop: { needs: [[]], takes: [] },
  command: { needs: [["run"]], takes: [] },
};
const ALWAYS = ["type", "events", "sessions"];

/** What is wrong with a section: clauses that follow its name; `key` where it is about one. */
export interface ChannelFlaw {
  readonly message: string;
  readonly hint: string;
  readonly key?: string;
  /** Nothing is lost by it. */
  readonly warning?: true;
}

/** The channel of `[notify NAME]`, and everything that is wrong with it; without a channel when it cannot be used. */
export function readChannel(
  name: string,
  values: Readonly<Record<string, unknown>>,
  written: readonly string[],
): { readonly channel?: ChannelConfig; readonly flaws: readonly ChannelFlaw[] } {
  const notify = values as Notify;
  const { type } = notify;
  if (type === undefined) {
    if (written.includes("type")) return { flaws: [] }; // its value is a problem already
    return { flaws: [{ message: "it has no type", hint: `add one: ${Object.keys(SHAPES).join(", ")}` }] };
  }
  const { needs, takes } = SHAPES[type];
  const flaws: ChannelFlaw[] = [];
  const has = (key: string) => written.includes(key);
  if (!needs.some((set) => set.every(has))) {
    const sets = needs.map((set) => set.join(" and ")).join(", or ");
    flaws.push({ message: `type ${type} needs ${sets}`, hint: "add it to the section" });
  }
  for (const key of written) {
    const family = key.startsWith("header.") ? "header.NAME" : key;
    if (ALWAYS.includes(key) || takes.includes(family) || needs.flat().includes(key as Keys)) continue;
    const hint = `remove it, or see which keys ${type} takes`;
    flaws.push({ message: `type ${type} has no use for it`, hint, key, warning: true });
  }
  const unknown = (notify.events ?? []).find((event) => !(ALERT_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) {
    flaws.push({ message: `there is no event "${unknown}"`, hint: `use ${ALERT_EVENTS.join(", ")}`, key: "events" });
  }
  if (type === "telegram" && notify.commands === "on" && notify.allowed_users === undefined && isGroup(notify)) {
    const hint = "add allowed_users = NUMERIC ID, ...";
    flaws.push({ message: "commands = on in a group needs allowed_users", hint, key: "commands" });
  }
  if (flaws.some(({ warning }) => !warning)) return { flaws };
  const headers = Object.fromEntries(
    Object.entries(values).filter(([key]) => key.startsWith("header.")).map(([key, value]) => [key.slice(7), value]),
  ) as Record<string, string>;
  const events = notify.events as readonly AlertEvent[] | undefined;
  return { channel: { name, type, events, sessions: notify.sessions, values: notify, headers }, flaws };
}

/** Telegram gives groups negative numbers, channels names. */
function isGroup({ chat_id }: Notify): boolean {
  return chat_id !== undefined && !/^\d+$/.test(chat_id);
}
