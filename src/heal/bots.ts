// What people ask the bots while something is wrong: a fresh link, or how things stand.
import { EVENTS, requested } from "../domain/alert.ts";
import { type Post, postsOf } from "../domain/delivery.ts";
import type { AlertBook } from "./alert_book.ts";
import type { Telling } from "./deliver.ts";

/**
 * Reads the commands to every bot and notes the answers as posts, one a session however often it was asked; a link that
 * must be opened first is sent next.
 */
export async function obeyBots(book: AlertBook, { channels, teller }: Telling, linkShown: LinkShown): Promise<void> {
  const isWaited = book.state.incidents.some(({ kind }) => kind === "login" || kind === "soon");
  if (teller === undefined || !isWaited) return;
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
    if (commands.length > 0) note(book, name, new Set(commands), offset, linkShown);
  }
}

/** User code of the link of a session that is open now. */
type LinkShown = (session: string) => string | undefined;

function note(
  book: AlertBook,
  channel: string,
  commands: ReadonlySet<"login" | "status">,
  offset: number,
  linkShown: LinkShown,
): void {
  const { log, system } = book.context;
  const now = system.now();
  log.info(`/${[...commands].join(" and /")} was asked through ${channel}`);
  const posts: Post[] = [];
  const incidents = book.state.incidents.map((incident) => {
    const { id, session, kind, reminders } = incident;
    const wantsLink = commands.has("login") && (kind === "login" || kind === "soon");
    if (!wantsLink && !commands.has("status")) return incident;
    // Due in the next round: until then there is a link.
    const notBefore = wantsLink && linkShown(session) === undefined ? now + 1 : now;
    const say = { event: EVENTS[kind], reminder: reminders, notBefore };
    posts.push(...postsOf(say, { id: `${id}-asked-${offset}`, incident: id, session }, [[channel]], now));
    return wantsLink ? requested(incident, now) : incident;
  });
  book.change({ incidents, posts: [...book.state.posts, ...posts] });
}
