// What each type of channel must have in its [notify NAME] section, and what it may have.
import type { AlertEvent } from "../domain/alert_message.ts";
import { ALERT_EVENTS } from "../domain/alert_message.ts";
import type { Section } from "./grammar.ts";
import { NOTIFY, type Values } from "./sections.ts";
import { isLiteral, ntfyTopic } from "./values.ts";

type Keys = keyof typeof NOTIFY;
type Notify = Values<typeof NOTIFY>;
export type ChannelKind = NonNullable<Notify["type"]>;

/** One channel as it is written: secrets may still be `env:NAME` or `file:PATH`. */
export interface ChannelConfig {
  readonly name: string;
  /** Absent when it is not known. */
  readonly type?: ChannelKind;
  readonly events?: readonly AlertEvent[];
  readonly sessions?: readonly string[];
  readonly values: Notify;
  /** Headers of a webhook, by their names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Why it must not be used: something written for it could not be read, perhaps the filter or the key of its
   * signature.
   */
  readonly failure?: string;
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

/** What is wrong with a section: clauses that follow its name, or the name of `key` where it is about one. */
export interface ChannelFlaw {
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly key?: string;
  /** Nothing is lost by it. */
  readonly warning?: true;
}

/** The channel of `[notify NAME]`, and everything that is wrong with it besides values that could not be read. */
export function readChannel(
  name: string,
  section: Section,
  values: Readonly<Record<string, unknown>>,
): { readonly channel: ChannelConfig; readonly flaws: readonly ChannelFlaw[] } {
  const notify = values as Notify;
  const { type } = notify;
  const lines = new Map(section.entries.toReversed().map(({ key, line }) => [key, line]));
  const flaws = type === undefined ? flawsWithoutType(section, lines) : flawsOf(type, section, lines, notify);
  const headers = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => key.startsWith("header.") && value !== undefined)
      .map(([key, value]) => [key.slice(7), value]),
  ) as Record<string, string>;
  const broken = [
    section.unread,
    // What is no key of ours is a warning; what is one and has no value is a problem already.
    ...[...lines].filter(([key]) => Object.hasOwn(values, key) && values[key] === undefined).map(([, line]) => line),
    ...flaws.filter(({ warning }) => !warning).map(({ line }) => line),
  ].filter((line) => line !== undefined);
  const failure = broken.length === 0 ? undefined : `see the config problem in line ${Math.min(...broken)}`;
  const events = notify.events as readonly AlertEvent[] | undefined;
  return { channel: { name, type, events, sessions: notify.sessions, values: notify, headers, failure }, flaws };
}

type Lines = ReadonlyMap<string, number>;

function flawsWithoutType({ line, unread }: Section, lines: Lines): ChannelFlaw[] {
  // Its value, or the line that may have been it, is a problem already.
  if (lines.has("type") || unread !== undefined) return [];
  return [{ message: "it has no type", hint: `add one: ${Object.keys(SHAPES).join(", ")}`, line }];
}

function flawsOf(type: ChannelKind, { line, unread }: Section, lines: Lines, notify: Notify): ChannelFlaw[] {
  const { needs, takes } = SHAPES[type];
  const flaws: ChannelFlaw[] = [];
  const at = (key: string) => ({ key, line: lines.get(key) ?? line });
  // A line that could not be read may be what is missing.
  if (unread === undefined && !needs.some((set) => set.every((key) => lines.has(key)))) {
    const sets = needs.map((set) => set.join(" and ")).join(", or ");
    flaws.push({ message: `type ${type} needs ${sets}`, hint: "add it to the section", line });
  }
  for (const key of lines.keys()) {
    const family = key.startsWith("header.") ? "header.NAME" : key;
    if (ALWAYS.includes(key) || takes.includes(family) || needs.flat().includes(key as Keys)) continue;
    // A word that is none of ours has its warning.
    if (!Object.hasOwn(NOTIFY, family)) continue;
    const hint = `remove it, or see which keys ${type} takes`;
    flaws.push({ message: `type ${type} has no use for it`, hint, ...at(key), warning: true });
  }
  const unknown = (notify.events ?? []).find((event) => !(ALERT_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) {
    flaws.push({ message: `there is no event "${unknown}"`, hint: `use ${ALERT_EVENTS.join(", ")}`, ...at("events") });
  }
  if (type === "telegram" && notify.commands === "on" && notify.allowed_users === undefined && isGroup(notify)) {
    const hint = "add allowed_users = NUMERIC ID, ...";
    flaws.push({ message: "commands = on in a group needs allowed_users", hint, ...at("commands") });
  }
  if (type === "ntfy" && notify.url !== undefined && isLiteral(notify.url) && ntfyTopic(notify.url) === undefined) {
    flaws.push({ message: "it names no topic", hint: "for example https://ntfy.sh/TOPIC", ...at("url") });
  }
  return flaws;
}

/** Telegram gives groups negative numbers, channels names. */
function isGroup({ chat_id }: Notify): boolean {
  return chat_id !== undefined && !/^\d+$/.test(chat_id);
}
