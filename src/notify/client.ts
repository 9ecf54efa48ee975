// The main program's side of the worker that sends messages: calls in, outcomes out, never an exception.
import type { Secret } from "../domain/secret.ts";
import { oneLine } from "./foreign_words.ts";
import type {
  BotAnswer,
  Delivery,
  DeliveryFailure,
  DeliveryResult,
  NotifyAnswer,
  NotifyCall,
  NotifySetup,
} from "./protocol.ts";

type Outcome = DeliveryResult | BotAnswer;
/** A call without its number, which the client gives. */
type Unnumbered<C> = C extends NotifyCall ? Omit<C, "id"> : never;

/** Over a worker of `notify/worker.ts`. Every call ends: with the worker's answer, or with the worker's end. */
export class NotifyClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #nextId = 1;
  /** Why the worker is gone: nothing would ever answer a call to it. */
  #ended: DeliveryFailure | undefined;

  constructor(worker: Worker, setup: NotifySetup = {}) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<NotifyAnswer>) => {
      this.#waiting.get(data.id)?.("bot" in data ? data.bot : data.result);
      this.#waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(oneLine(event.message, 200));
    };
    worker.postMessage(setup);
  }

  /** Sends one message; `settings` hold the JSON of `ChannelSettings`. */
  async send(settings: Secret, delivery: Delivery): Promise<DeliveryResult> {
    return await this.#call({ settings: settings.reveal(), delivery }) as DeliveryResult;
  }

  /** Reads the commands that people sent to the Telegram bot of `settings`; see `telegram_bot.ts`. */
  async bot(settings: Secret, offset: number): Promise<BotAnswer | DeliveryFailure> {
    return await this.#call({ settings: settings.reveal(), offset, bot: true }) as BotAnswer | DeliveryFailure;
  }

  /** GETs the URL of a heartbeat: fine is what is answered with 2xx. */
  async ping(url: Secret): Promise<DeliveryResult> {
    return await this.#call({ ping: url.reveal() }) as DeliveryResult;
  }

  /** Ends the worker; calls under way fail. */
  close(): void {
    this.#worker.terminate();
    this.#end("closed");
  }

  #call(call: Unnumbered<NotifyCall>): Promise<Outcome> {
    if (this.#ended) return Promise.resolve(this.#ended);
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#waiting.set(id, resolve);
    this.#worker.postMessage({ id, ...call });
    return promise;
  }

  #end(message: string): void {
    this.#ended ??= { ok: false, code: "WorkerEnded", message };
    for (const resolve of this.#waiting.values()) resolve(this.#ended);
    this.#waiting.clear();
  }
}
