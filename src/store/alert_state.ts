// What was said to people and what is still on its way to them, in the state folder.
import type { Incident } from "../domain/alert.ts";
import { ALERT_EVENTS, type AlertEvent, type AlertProfile } from "../domain/alert_message.ts";
import type { Post } from "../domain/delivery.ts";
import type { ExpectedLogin } from "../domain/forecast.ts";
import { writeFileAtomic } from "./atomic_file.ts";
import { amount, type Codec, list, object, text, time, truth } from "./json_codec.ts";
import { statePaths } from "./paths.ts";
import { removeFile } from "./remove_file.ts";

export interface AlertState {
  readonly incidents: readonly Incident[];
  readonly posts: readonly Post[];
  /** How far the commands to each bot were read. */
  readonly bots: readonly BotOffset[];
}

export interface BotOffset {
  readonly channel: string;
  readonly offset: number;
}

const VERSION = 1;

function oneOf<T extends string>(...words: readonly T[]): Codec<T> {
  return {
    read(json, path, bad) {
      const found = words.find((word) => word === json);
      if (found === undefined) bad.push(path);
      return found;
    },
    write: (value) => value,
  };
}

const kind = oneOf<Incident["kind"]>("login", "soon", "failing", "broken");
const event = oneOf<AlertEvent>(...ALERT_EVENTS);

const INCIDENT = object<Incident>({
  id: text,
  session: text,
  kind,
  since: time,
  downSince: time,
  said: object<Incident["said"]>({ login: time, soon: time, failing: time, broken: time }, []),
  reminders: amount,
  linksFrom: time,
  askedAt: time,
  warned: list(amount),
  end: object<ExpectedLogin>({ at: time, because: oneOf("learned-session-length", "registration-end") }, [
    "at",
    "because",
  ]),
}, ["id", "session", "kind", "since", "said", "reminders", "warned"]);

const POST = object<Post>({
  id: text,
  incident: text,
  session: text,
  event,
  reminder: amount,
  at: time,
  route: list(text),
  turn: amount,
  state: oneOf<Post["state"]>("waiting", "sending", "sent", "failed"),
  nextAt: time,
  rounds: amount,
  ref: text,
  shown: text,
  error: text,
  unsure: truth,
  downtimeMs: amount,
  profiles: list(
    object<AlertProfile>({ name: text, accountId: text, roleName: text, ok: truth }, ["name"]),
  ),
  approvedBy: object<NonNullable<Post["approvedBy"]>>({ now: text, before: text }, ["now", "before"]),
}, ["id", "incident", "session", "event", "reminder", "at", "route", "turn", "state", "nextAt", "rounds"]);

const STATE = object<AlertState>({
  incidents: list(INCIDENT),
  posts: list(POST),
  bots: list(object<BotOffset>({ channel: text, offset: amount }, ["channel", "offset"])),
}, ["incidents", "posts", "bots"]);

export const NOTHING_SAID: AlertState = { incidents: [], posts: [], bots: [] };

/** What is remembered below `home`. A missing or unusable file means that nothing was said; `damaged` tells which. */
export function readAlertState(home: string): { readonly state: AlertState; readonly damaged: boolean } {
  let json: unknown;
  try {
    json = JSON.parse(Deno.readTextFileSync(statePaths(home).alerts));
  } catch (error) {
    return { state: NOTHING_SAID, damaged: !(error instanceof Deno.errors.NotFound) };
  }
  const bad: string[] = [];
  const state = STATE.read(json, "", bad) ?? NOTHING_SAID;
  const posts = state.posts.filter(({ route, turn }) => turn < route.length);
  return { state: { ...state, posts }, damaged: bad.length > 0 };
}

/** Stores `state` durably; one that holds nothing is no file. @throws {UserError} when it cannot be written. */
export async function saveAlertState(home: string, state: AlertState): Promise<void> {
  const path = statePaths(home).alerts;
  if (state.incidents.length + state.posts.length === 0) {
    removeFile(path);
    return;
  }
  const json = JSON.stringify({ version: VERSION, ...STATE.write(state) as object });
  await writeFileAtomic(path, new TextEncoder().encode(`${json}\n`));
}
