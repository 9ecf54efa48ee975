// The main program's side of the worker that sends messages: calls in, outcomes out, never an exception.
import type { Secret } from "../domain/secret.ts";
import { WorkerCalls } from "../sandbox/worker_calls.ts";
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
/** A call without its number. */
type Unnumbered<C> = C extends NotifyCall ? Omit<C, "id"> : never;

/** Over a worker of `notify/worker.ts`. Every call ends: with the worker's answer, or with the worker's end. */
export class NotifyClient {
  readonly #calls: WorkerCalls<NotifyAnswer>;

  constructor(worker: Worker, setup: NotifySetup = {}) {
    this.#calls = new WorkerCalls(worker, setup);
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
    this.#calls.close();
  }

  async #call(call: Unnumbered<NotifyCall>): Promise<Outcome> {
    const answer = await this.#calls.call(call);
    if ("gone" in answer) return { ok: false, code: "WorkerEnded", message: oneLine(answer.gone, 200) };
    return "bot" in answer ? answer.bot : answer.result;
  }
}
