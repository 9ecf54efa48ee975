// What people ask the bots while something is wrong: a fresh link, or how things stand.
import { EVENTS, requested } from "../domain/alert.ts";
import { type Post, postsOf } from "../domain/delivery.ts";
import type { AlertBook } from "./alert_book.ts";
import type { Telling } from "./deliver.ts";

/** Nobody gets more than one new link in that time, however often they ask. */
const BETWEEN_LINKS_MS = 60_000;

/**
 * Reads the commands to every bot and notes the answers as posts, one a session however often it was asked.
 *
 * @returns ids of the answers that must wait for the next round, because their link is opened only then
 */
export async function obeyBots(
  book: AlertBook,
  { channels, teller }: Telling,
  linkShown: LinkShown,
): Promise<ReadonlySet<string>> {
  const early = new Set<string>();
  const isWaited = book.state.incidents.some(({ kind }) => kind === "login" || kind === "soon");
  if (teller === undefined || !isWaited) return early;
  for (const { name } of channels.filter(({ bot }) => bot)) {
    const before = book.state.bots.find(({ channel }) => channel === name)?.offset ?? 0;
    const answer = await teller.commands(name, before);
    if ("ok" in answer) {
      book.context.log.info(`cannot read the commands to ${name}`, { error: `${answer.code}: ${answer.message}` });
      continue;
    }
    const { offset, commands } = answer;
    if (offset === before) continue;
    book.change({ bots: [...book.state.bots.filter(({ channel }) => channel !== name), { channel: name, offset }] });
    if (commands.length === 0) continue;
    for (const { id, session } of note(book, name, new Set(commands), offset)) {
      if (linkShown(session) === undefined) early.add(id);
    }
  }
  return early;
}

/** User code of the link of a session that is open now. */
type LinkShown = (session: string) => string | undefined;

/** The answers with a link of their own. */
function note(
  book: AlertBook,
  channel: string,
  commands: ReadonlySet<"login" | "status">,
  offset: number,
): readonly Post[] {
  const { log, system } = book.context;
  const now = system.now();
  log.info(`/${[...commands].join(" and /")} was asked through ${channel}`);
  const posts: Post[] = [];
  const withLink: Post[] = [];
  const incidents = book.state.incidents.map((incident) => {
    const { id, session, kind, reminders, askedAt = -Infinity } = incident;
    const asksForLink = commands.has("login") && (kind === "login" || kind === "soon");
    if (!asksForLink && !commands.has("status")) return incident;
    const say = { event: EVENTS[kind], reminder: reminders, notBefore: now };
    const answers = postsOf(say, { id: `${id}-asked-${offset}`, incident: id, session }, [[channel]], now);
    posts.push(...answers);
    if (!asksForLink || Math.abs(now - askedAt) < BETWEEN_LINKS_MS) return incident;
    withLink.push(...answers);
    return requested(incident, now);
  });
  book.change({ incidents, posts: [...book.state.posts, ...posts] });
  return withLink;
}
