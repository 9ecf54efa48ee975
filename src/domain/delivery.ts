// Who gets a message, in which order channels are tried, when again after a failure: pure, and safe against crashes.
import type { AlertEvent, AlertProfile } from "./alert_message.ts";
import { type AlertPolicy, type Announcement, EVENTS, type Incident } from "./alert.ts";
import { type Backoff, delayAfter } from "./backoff.ts";
import { matchesGlob } from "./glob.ts";
import { isQuiet } from "./quiet_hours.ts";

const MINUTE_MS = 60_000;
/** After a whole round of channels failed: the first time again at the next run, then less often. */
export const BETWEEN_ROUNDS: Backoff = { firstMs: MINUTE_MS, maxMs: 4 * 60 * MINUTE_MS };
/** What could not be delivered for so long interests nobody any more. */
const GIVE_UP_MS = 48 * 60 * MINUTE_MS;

/** What routing must know of a channel. */
export interface ChannelFilter {
  readonly name: string;
  readonly events?: readonly AlertEvent[];
  /** Globs over session names. */
  readonly sessions?: readonly string[];
}

/** One message on its way to one channel, or to the first of several that takes it. Times: epoch milliseconds. */
export interface Post {
  /** Constant over retries. */
  readonly id: string;
  readonly incident: string;
  readonly session: string;
  readonly event: AlertEvent;
  readonly reminder: number;
  readonly at: number;
  /** Channels in the order in which they are tried. */
  readonly route: readonly string[];
  /** Which of them has it, or is tried now. */
  readonly turn: number;
  /**
   * `sending` is noted before the call: found by a later run it means that the process died over it, and the message
   * may have arrived. It counts as sent, because an alarm must not come twice; the reminder makes up for it.
   */
  readonly state: "waiting" | "sending" | "sent" | "failed";
  readonly nextAt: number;
  readonly rounds: number;
  /** What the channel needs to change the message. */
  readonly ref?: string;
  /** User code of the link that the message shows, or "ended". */
  readonly shown?: string;
  /** Why it failed the last time. */
  readonly error?: string;
  /** It may have arrived although no answer came: once more, and no oftener. */
  readonly unsure?: boolean;
  /** `healed`: fixed when the incident ended. */
  readonly downtimeMs?: number;
  readonly profiles?: readonly AlertProfile[];
  readonly approvedBy?: { readonly now: string; readonly before: string };
}

/** Routes of an event: each channel that wants it by itself, and those of `fallback` together as one, in its order. */
export function routesFor(
  event: AlertEvent,
  session: string,
  channels: readonly ChannelFilter[],
  fallback: readonly string[],
): string[][] {
  const wanting = channels.filter((channel) =>
    wants(channel, event) &&
    (channel.sessions === undefined || channel.sessions.some((glob) => matchesGlob(glob, session)))
  ).map(({ name }) => name);
  const chain = [...new Set(fallback)].filter((name) => wanting.includes(name));
  const alone = wanting.filter((name) => !fallback.includes(name)).map((name) => [name]);
  return chain.length > 0 ? [chain, ...alone] : alone;
}

function wants({ events }: ChannelFilter, event: AlertEvent): boolean {
  return events === undefined || events.includes(event);
}

/** A post for each route; `id` is made distinct by the route. */
export function postsOf(
  announcement: Announcement,
  about: { readonly id: string; readonly incident: string; readonly session: string },
  routes: readonly (readonly string[])[],
  now: number,
): Post[] {
  const { event, reminder, notBefore } = announcement;
  return routes.map((route, index) => ({
    ...about,
    id: `${about.id}-${index}`,
    event,
    reminder,
    at: now,
    route,
    turn: 0,
    state: "waiting",
    nextAt: notBefore,
    rounds: 0,
  }));
}

/** The state as a new process takes it over: what another was sending when it died counts as sent. */
export function takeOver(posts: readonly Post[]): Post[] {
  return posts.map((post) => post.state === "sending" ? { ...post, state: "sent" } : post);
}

/** The channel whose turn it is. */
export function channelOf({ route, turn }: Post): string {
  return route[turn];
}

/** What else decides whether a post may be sent. */
export interface Circumstances {
  /** Those that are open. */
  readonly incidents: readonly Incident[];
  readonly policy: AlertPolicy;
}

/**
 * Whether `post` is to be sent now. An incident that has become something else holds back what is not true any more,
 * until it is again; and quiet hours hold what failed before, but for the first alarm.
 */
export function isDue(post: Post, now: number, circumstances?: Circumstances): boolean {
  const { state, nextAt, rounds, event, reminder, unsure } = post;
  // Nothing waits longer than that: the clock was set back.
  if (state !== "waiting" || (now < nextAt && nextAt - now < GIVE_UP_MS)) return false;
  if (circumstances === undefined) return true;
  const { incidents, policy: { holdFirst, quietHours, timeZone } } = circumstances;
  const incident = incidents.find(({ id }) => id === post.incident);
  if (incident !== undefined && EVENTS[incident.kind] !== event) return false;
  const isFirstAlarm = reminder === 0 && event !== "healed" && event !== "login-soon";
  return rounds === 0 || (isFirstAlarm && !holdFirst && !unsure) || !isQuiet(now, quietHours, timeZone);
}

export function sending(post: Post): Post {
  return { ...post, state: "sending" };
}

/** What came of sending it. */
export type Sent =
  | { readonly ok: true; readonly ref?: string; readonly shown?: string }
  | { readonly ok: false; readonly error: string; readonly retryAfterMs?: number; readonly unsure?: boolean };

/** A failure passes the turn to the next channel at once; after the last one the round begins again, later. */
export function afterSending(post: Post, sent: Sent, now: number, random: number): Post {
  if (sent.ok) return { ...post, state: "sent", ref: sent.ref, shown: sent.shown, error: undefined };
  const { error, retryAfterMs } = sent;
  // An alarm must not come all night because a server takes its time to answer.
  if (sent.unsure && post.unsure) return { ...post, state: "sent", error };
  const unsure = sent.unsure || post.unsure;
  if (post.turn + 1 < post.route.length) {
    return { ...post, state: "waiting", turn: post.turn + 1, nextAt: now, error, unsure };
  }
  if (now - post.at >= GIVE_UP_MS) return { ...post, state: "failed", error };
  const rounds = post.rounds + 1;
  const nextAt = now + delayAfter(BETWEEN_ROUNDS, rounds, random, retryAfterMs);
  return { ...post, state: "waiting", turn: 0, rounds, nextAt, error, unsure };
}

/**
 * The routes of a healed notice: only those who were told that something is wrong are told that it is over, each once,
 * and first through the channel that has the news. Without `channels`, all of them want to know.
 */
export function toldRoutes(posts: readonly Post[], incident: string, channels?: readonly ChannelFilter[]): string[][] {
  const sent = posts.filter((post) => post.incident === incident && post.state === "sent");
  // The last of each route knows which of its channels works.
  const last = new Map(sent.map((post) => [[...post.route].sort().join("\n"), post]));
  const told = new Map([...last.values()].map((post) => [channelOf(post), post.route]));
  const unwilling = channels?.filter((channel) => !wants(channel, "healed")).map(({ name }) => name) ?? [];
  return [...told].map(([channel, route]) =>
    [channel, ...route.filter((name) => !told.has(name))].filter((name) => !unwilling.includes(name))
  ).filter((route) => route.length > 0);
}

/**
 * Posts that still matter: those on their way, and those whose messages may have to be changed. What is said again while
 * it still waits is sent once; and nothing is called healed that is wrong again.
 */
export function prune(posts: readonly Post[], open: ReadonlySet<string>, now: number): Post[] {
  const wrongAgain = new Set(
    posts.filter(({ incident, event }) => open.has(incident) && event !== "login-soon").map(({ session }) => session),
  );
  return posts.filter((post, at) => {
    const { state, event, incident, session } = post;
    // A dead link in a message is worth no more than that.
    const isShown = state === "sent" && post.ref !== undefined && Math.abs(now - post.at) < GIVE_UP_MS;
    if (event === "healed") return (state === "waiting" || state === "sending") && !wrongAgain.has(session);
    if (!open.has(incident)) return isShown && post.shown !== ENDED;
    if (state === "sent") return isShown || !posts.slice(at + 1).some((later) => isSame(later, post));
    return state === "sending" || (state === "waiting" && !posts.slice(0, at).some((earlier) => isSame(earlier, post)));
  }).map((post) => {
    if (post.state !== "waiting") return post;
    return { ...post, nextAt: Math.min(...posts.filter((other) => isSame(other, post)).map(({ nextAt }) => nextAt)) };
  });
}

/** Whether one of both says all that the other says; of those that wait, whichever channel is tried now. */
function isSame(a: Post, b: Post): boolean {
  return a.incident === b.incident && a.event === b.event && a.state === b.state &&
    a.route.join("\n") === b.route.join("\n") && (a.state === "waiting" || a.turn === b.turn);
}

/** What {@link Post.shown} is when the message says that the incident is over. */
export const ENDED = "ended";

/**
 * Messages that can be changed and have to be: the newest with a link of each channel shows another one than `shown`;
 * when all is over ({@link ENDED}), none of them shows any.
 */
export function outdated(posts: readonly Post[], incident: string, shown: string): Post[] {
  const sent = posts.filter((post) => post.incident === incident && post.state === "sent" && post.event !== "healed");
  const withLink = sent.filter(({ event }) => event === "login-needed" || event === "login-soon");
  const newest = [...new Map(withLink.map((post) => [channelOf(post), post])).values()];
  return (shown === ENDED ? sent : newest).filter((post) => post.ref !== undefined && post.shown !== shown);
}
