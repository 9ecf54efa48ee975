// Calls to a worker and their answers, matched by number.

/** Nothing answers any more; `gone` says why, in the words of the runtime, or {@link CLOSED}. */
export interface Gone {
  readonly gone: string;
}

/** The worker was ended by {@link WorkerCalls.close}. */
export const CLOSED = "closed";

/** Every call ends: with the worker's answer, or with the worker's end. */
export class WorkerCalls<Answer extends { readonly id: number }> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer | Gone) => void>();
  #nextId = 1;
  #gone: Gone | undefined;

  /** `setup` is its first message; `onAnswer` sees every answer first. */
  constructor(worker: Worker, setup?: object, onAnswer?: (answer: Answer) => void) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      onAnswer?.(data);
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message);
    };
    if (setup !== undefined) worker.postMessage(setup);
  }

  /** Set when the worker is gone. */
  get gone(): Gone | undefined {
    return this.#gone;
  }

  /** Sends `message` with a number of its own (`id`). */
  call(message: object): Promise<Answer | Gone> {
    if (this.#gone !== undefined) return Promise.resolve(this.#gone);
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Answer | Gone>();
    this.#waiting.set(id, resolve);
    this.#worker.postMessage({ id, ...message });
    return promise;
  }

  /** Ends the worker; calls under way end. */
  close(): void {
    this.#worker.terminate();
    this.#end(CLOSED);
  }

  #end(why: string): void {
    this.#gone ??= { gone: why };
    for (const resolve of this.#waiting.values()) resolve(this.#gone);
    this.#waiting.clear();
  }
}
