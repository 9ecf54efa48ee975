// What was said to people and what is on its way to them, during one round of telling: read once, saved at each step.
import { type Post, prune, takeOver } from "../domain/delivery.ts";
import { type AlertState, readAlertState, saveAlertState } from "../store/alert_state.ts";
import type { Context } from "./context.ts";

/** The caller holds the lock of the alerts. */
export class AlertBook {
  state: AlertState;
  #saved: string;

  constructor(readonly context: Pick<Context, "system" | "log">) {
    const { state, damaged } = readAlertState(context.system.home);
    if (damaged) context.log.warning("cannot read what was said to people: something may be said once more");
    this.#saved = JSON.stringify(state);
    this.state = { ...state, posts: takeOver(state.posts) };
  }

  change(change: Partial<AlertState>): void {
    this.state = { ...this.state, ...change };
  }

  /** Puts posts in the place of those with their ids. */
  replace(changed: readonly Post[]): void {
    const byId = new Map(changed.map((post) => [post.id, post]));
    this.change({ posts: this.state.posts.map((post) => byId.get(post.id) ?? post) });
  }

  /** Forgets what matters no more. */
  prune(): void {
    const open = new Set(this.state.incidents.map(({ id }) => id));
    this.change({ posts: prune(this.state.posts, open, this.context.system.now()) });
  }

  /** @throws {UserError} when it cannot be written: then nothing may be sent. */
  async save(): Promise<void> {
    const json = JSON.stringify(this.state);
    if (json === this.#saved) return;
    await saveAlertState(this.context.system.home, this.state);
    this.#saved = json;
  }
}
