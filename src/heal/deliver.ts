// Sends what is due and keeps the links in sent messages fresh.
import type { Config } from "../config/config.ts";
import { afterSending, channelOf, ENDED, isDue, outdated, type Post, sending } from "../domain/delivery.ts";
import { isOpen } from "../domain/pending.ts";
import type { Notification } from "../domain/report.ts";
import type { DeliveryResult } from "../notify/protocol.ts";
import type { AlertBook } from "./alert_book.ts";
import { messageOf } from "./alert_text.ts";
import type { Channel } from "./channels.ts";
import type { Teller } from "./context.ts";
import type { Situation } from "./situation.ts";

/** Between two attempts to change a message. */
const EDIT_PAUSE_MS = 60_000;
/** A dead link in an old message is not worth more attempts than this. */
const EDIT_FOR_MS = 24 * 3_600_000;

/** What telling needs besides the situations. */
export interface Telling {
  readonly config: Config;
  readonly channels: readonly Channel[];
  readonly teller?: Teller;
  /** The situations are those of all sessions. */
  readonly isWhole: boolean;
}

/** The ways to people in one round. */
export class Deliverer {
  readonly notifications: Notification[] = [];

  constructor(
    readonly book: AlertBook,
    readonly situations: ReadonlyMap<string, Situation>,
    readonly telling: Telling,
  ) {}

  /** Whether anything is to be sent at `now`. */
  hasDue(now: number): boolean {
    return this.#due(now).length > 0;
  }

  #due(now: number): Post[] {
    const { posts, incidents } = this.book.state;
    const policy = this.telling.config.alerts;
    // How a session is that this run does not look at, nobody knows: it may be well again.
    const isKnown = ({ event, session }: Post) => event === "healed" || this.situations.has(session);
    return posts.filter((post) => isKnown(post) && isDue(post, now, { incidents, policy }));
  }

  /** Sends what is due but for `early`, all channels at once; a failure may make the next channel of its route due. */
  async sendDue(early: ReadonlySet<string>): Promise<void> {
    const { book } = this;
    for (;;) {
      const due = this.#due(book.context.system.now()).filter(({ id }) => !early.has(id));
      if (due.length === 0) return;
      // Noted before: a run that dies over it says nothing twice.
      book.replace(due.map(sending));
      await book.save();
      book.replace(await Promise.all(due.map((post) => this.#send(post))));
      await book.save();
    }
  }

  async #send(post: Post): Promise<Post> {
    const { system } = this.book.context;
    const shown = this.linkShown(post.session);
    const result = await this.#deliver(post, post.id);
    this.#note(post, result);
    const { random, now } = system;
    if (result.ok) return afterSending(post, { ok: true, ref: result.ref, shown }, now(), random());
    const { retryAfterMs, unsure } = result;
    return afterSending(post, { ok: false, error: wording(result), retryAfterMs, unsure }, now(), random());
  }

  /** A message that can be changed never shows a dead link for long. */
  async editOutdated(): Promise<void> {
    const { posts, incidents } = this.book.state;
    const now = this.book.context.system.now();
    const ids = [...new Set(posts.map(({ incident }) => incident))];
    const wanted = ids.flatMap((id) => {
      const incident = incidents.find((one) => one.id === id);
      const shown = incident === undefined ? ENDED : this.linkShown(incident.session);
      return shown === undefined ? [] : outdated(posts, id, shown).map((post) => ({ post, shown }));
    }).filter(({ post }) => now >= post.nextAt && now - post.at < EDIT_FOR_MS);
    this.book.replace(await Promise.all(wanted.map(({ post, shown }) => this.#edit(post, shown))));
  }

  async #edit(post: Post, shown: string): Promise<Post> {
    const { system, log } = this.book.context;
    const changed: Post = shown === ENDED ? { ...post, event: "healed", ...this.#howItEnded(post) } : post;
    const result = await this.#deliver(changed, `${post.id}-${shown}`, post.ref);
    if (result.ok) return { ...post, shown, ref: result.ref ?? post.ref };
    log.info("cannot change a message", { channel: channelOf(post), error: result.code });
    return { ...post, nextAt: system.now() + EDIT_PAUSE_MS, ref: result.gone ? undefined : post.ref };
  }

  /** User code of the link that is open now. */
  linkShown(session: string): string | undefined {
    const pending = this.situations.get(session)?.healed.view.pending;
    return isOpen(pending, this.book.context.system.now()) ? pending.userCode : undefined;
  }

  async #deliver(post: Post, id: string, ref?: string): Promise<DeliveryResult> {
    const { channels, teller } = this.telling;
    const name = channelOf(post);
    const channel = channels.find((one) => one.name === name);
    if (channel === undefined) return { ok: false, code: "NoChannel", message: "it is in the config no more" };
    if (channel.failure !== undefined) return { ok: false, code: "NotUsable", message: channel.failure };
    if (teller === undefined) return { ok: false, code: "NotConnected", message: "this run has no way out" };
    const { state, context } = this.book;
    const incident = state.incidents.find((one) => one.id === post.incident);
    const message = messageOf(context.system, post, this.situations.get(post.session), incident);
    return await teller.send(name, { id, message, ref, silent: ref !== undefined });
  }

  #note(post: Post, result: DeliveryResult): void {
    const { event, session } = post;
    const { log } = this.book.context;
    const channel = channelOf(post);
    const error = result.ok ? undefined : wording(result);
    if (error === undefined) log.info("message sent", { channel, event, session });
    else log.warning(`cannot send ${event} through ${channel}: ${error}`);
    this.notifications.push({ channel, event, session, ok: result.ok, error });
  }

  #howItEnded({ incident }: Post): Partial<Post> {
    const healed = this.book.state.posts.find((one) => one.incident === incident && one.event === "healed");
    return { downtimeMs: healed?.downtimeMs, profiles: healed?.profiles, approvedBy: healed?.approvedBy };
  }
}

function wording({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`;
}
