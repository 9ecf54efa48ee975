// Tells people: decides under one lock what is to be said, notes it, then sends it; a crash in between says nothing twice.
import { announce, type Announcement, denied, type Incident, incidentNow } from "../domain/alert.ts";
import { type Post, postsOf, routesFor, toldRoutes } from "../domain/delivery.ts";
import type { Notification } from "../domain/report.ts";
import { tryLock } from "../store/lock.ts";
import { alertLockPath } from "../store/paths.ts";
import { AlertBook } from "./alert_book.ts";
import { downtimeOf, profilesOf } from "./alert_text.ts";
import { obeyBots } from "./bots.ts";
import type { Run } from "./context.ts";
import { Deliverer, type Telling } from "./deliver.ts";
import { conditionOf, type Situation, wasDenied } from "./situation.ts";

/** What one round of telling did. */
export interface Told {
  readonly notifications: readonly Notification[];
  /** A further round has something to do at once. */
  readonly again: boolean;
}

const LOCK_MS = 5_000;
const AT_ONCE_MS = 1_000;

/**
 * One round of telling. While another process tells, this one leaves it to that.
 *
 * @throws {UserError} when what was said cannot be noted: then nothing is sent.
 */
export async function tell(run: Run, situations: readonly Situation[], telling: Telling): Promise<Told> {
  const { system } = run;
  const { now, sleep } = system;
  const lock = await tryLock(alertLockPath(system.home), { now, sleep, timeoutMs: LOCK_MS });
  if (lock === undefined) return { notifications: [], again: false };
  try {
    const book = new AlertBook(run);
    const bySession = new Map(situations.map((one) => [one.healed.view.session.name, one]));
    const deliverer = new Deliverer(book, bySession, telling);
    if (telling.isWhole && bySession.size > 0) forgetOthers(book, bySession);
    for (const [session, situation] of bySession) decide(book, session, situation, telling);
    const linkShown = (session: string) => deliverer.linkShown(session);
    const early = await obeyBots(book, telling, linkShown);
    book.prune();
    await book.save();
    await deliverer.sendDue(early);
    await deliverer.editOutdated();
    book.prune();
    await book.save();
    return { notifications: deliverer.notifications, again: deliverer.hasDue(system.now() + AT_ONCE_MS) };
  } finally {
    lock.release();
  }
}

/** What is in the config no more, or was logged out, is nobody's concern: nothing of it is said, not even that it is over. */
function forgetOthers(book: AlertBook, sessions: ReadonlyMap<string, unknown>): void {
  const { incidents, posts } = book.state;
  const gone = new Set(incidents.filter(({ session }) => !sessions.has(session)).map(({ id }) => id));
  if (gone.size === 0) return;
  book.change({
    incidents: incidents.filter(({ id }) => !gone.has(id)),
    posts: posts.filter(({ incident }) => !gone.has(incident)),
  });
}

/** What is to be said about one session is added to the book. */
function decide(book: AlertBook, session: string, situation: Situation, { config, channels }: Telling): void {
  const { system, log } = book.context;
  const now = system.now();
  const before = book.state.incidents.find((one) => one.session === session);
  const condition = conditionOf(situation, before, config, now);
  if (condition === undefined) return;
  const id = `${Math.floor(now / 1000).toString(36)}-${Math.floor(system.random() * 36 ** 6).toString(36)}`;
  const current = condition.kind === "fine" ? before : incidentNow(session, before, condition, now, id);
  const policy = config.alerts;
  const isDenied = wasDenied(situation.healed.view, before, policy, now);
  const step = announce(current && isDenied ? denied(current) : current, condition, now, policy);

  const others = book.state.incidents.filter((one) => one.session !== session);
  book.change({ incidents: step.incident === undefined ? others : [...others, step.incident] });
  const { ended } = step;
  // An alarm that is still on its way when all is well again is not sent any more.
  if (ended !== undefined) {
    book.change({ posts: book.state.posts.filter((post) => post.incident !== ended.id || post.state === "sent") });
  }
  const about = step.incident ?? ended;
  if (step.say === undefined || about === undefined) return;
  const { event, reminder } = step.say;
  const routes = event === "healed"
    ? toldRoutes(book.state.posts, about.id, channels)
    : routesFor(event, session, channels, config.alerts.fallback);
  const posts = postsFor(step.say, about, routes, now).map((post): Post =>
    event === "healed" ? { ...post, ...howItEnded(about, situation, now) } : post
  );
  book.change({ posts: [...book.state.posts, ...posts] });
  log.info(`alert: ${event}`, { session, incident: about.id, reminder, routes });
}

function postsFor(say: Announcement, { id, session }: Incident, routes: readonly (readonly string[])[], now: number) {
  return postsOf(say, { id: `${id}-${say.event}-${say.reminder}`, incident: id, session }, routes, now);
}

function howItEnded(incident: Incident, situation: Situation, now: number): Partial<Post> {
  return {
    downtimeMs: downtimeOf(incident, now),
    profiles: profilesOf(situation),
    approvedBy: situation.approvedBy,
  };
}
