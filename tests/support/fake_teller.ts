// Channels for one test: every delivery is remembered, and answers can be scripted. Unscripted, all is delivered.
import assert from "node:assert/strict";
import type { Teller } from "../../src/heal/context.ts";
import type { BotAnswer, Delivery, DeliveryFailure, DeliveryResult } from "../../src/notify/protocol.ts";

/** What a channel answers; a function may change the world first, or throw as if the process had died. */
type Reply = DeliveryResult | ((delivery: Delivery) => DeliveryResult | Promise<DeliveryResult>);

export const UNREACHABLE: DeliveryFailure = { ok: false, code: "Unreachable", message: "no answer" };

/** Use with `using`: the end of the scope checks that every scripted answer was needed. */
export class FakeTeller implements Teller, Disposable {
  readonly deliveries: { readonly channel: string; readonly delivery: Delivery }[] = [];
  pings = 0;
  /** What people have asked the bots; each answer is given once. */
  readonly asked: BotAnswer[] = [];
  readonly #script: { readonly channel: string; readonly reply: Reply }[] = [];
  readonly #editing: ReadonlySet<string>;

  /** @param editing channels whose messages can be changed later */
  constructor(...editing: string[]) {
    this.#editing = new Set(editing);
  }

  /** The next answer of `channel`. */
  on(channel: string, reply: Reply): this {
    this.#script.push({ channel, reply });
    return this;
  }

  async send(channel: string, delivery: Delivery): Promise<DeliveryResult> {
    this.deliveries.push({ channel, delivery });
    const at = this.#script.findIndex((one) => one.channel === channel);
    if (at < 0) return this.#editing.has(channel) ? { ok: true, ref: delivery.ref ?? delivery.id } : { ok: true };
    const [{ reply }] = this.#script.splice(at, 1);
    return typeof reply === "function" ? await reply(delivery) : reply;
  }

  commands(_channel: string, offset: number): Promise<BotAnswer | DeliveryFailure> {
    return Promise.resolve(this.asked.shift() ?? { offset, commands: [] });
  }

  ping(): Promise<DeliveryResult> {
    this.pings++;
    return Promise.resolve({ ok: true });
  }

  /** Every delivery as `channel event code`, with `edit` where it changed a message. */
  get said(): string[] {
    return this.deliveries.map(({ channel, delivery: { message, ref } }) =>
      [channel, ref === undefined ? undefined : "edit", message.event, message.link?.userCode]
        .filter((word) => word !== undefined).join(" ")
    );
  }

  [Symbol.dispose](): void {
    assert.deepEqual(this.#script.map(({ channel }) => channel), [], "scripted answers that no channel was asked for");
  }
}
