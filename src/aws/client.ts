// The main program's side of the AWS worker: typed calls in, values or `AwsError` out.
import type { CallFailure } from "../domain/classify.ts";
import type { AnswerMessage, CallMessage, Input, Operation, Output, SetupMessage, Target } from "./protocol.ts";

/** A call to AWS that failed; see {@link CallFailure} for the fields. Holds no secret. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  constructor(readonly operation: Operation, readonly target: Target, readonly failure: CallFailure) {
    const { code, message } = failure;
    super(`${operation} at ${new URL(target.endpoint).host}: ${message === code ? code : `${message} (${code})`}`);
  }
}

/** The AWS services as the use cases see them. */
export interface Aws {
  /**
   * One attempt of one call, which ends after `timeoutMs` (10 seconds unless given) for the head of the answer and the
   * same for its body.
   *
   * @throws {AwsError} for everything that can go wrong on the way; the caller judges it (`domain/classify.ts`).
   */
  call<O extends Operation>(operation: O, target: Target, input: Input<O>, timeoutMs?: number): Promise<Output<O>>;
  /** AWS's clock minus ours by the newest answer, milliseconds; undefined before any answer. */
  readonly clockOffsetMs: number | undefined;
}

/** Milliseconds for the head of an answer, and again for its body. */
export const CALL_TIMEOUT_MS = 10_000;

/** {@link Aws} over a worker made by `sandbox/aws_worker.ts`. */
export class AwsClient implements Aws {
  readonly #worker: Worker;
  readonly #now: () => number;
  readonly #waiting = new Map<number, (answer: AnswerMessage) => void>();
  #nextId = 1;
  /** Why the worker is gone: nothing would ever answer a call to it. */
  #ended: CallFailure | undefined;
  clockOffsetMs: number | undefined;

  constructor(worker: Worker, now: () => number, caCerts: readonly string[] = []) {
    this.#worker = worker;
    this.#now = now;
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#failAll(event.message);
    };
    worker.postMessage({ caCerts } satisfies SetupMessage);
  }

  async call<O extends Operation>(
    operation: O,
    target: Target,
    input: Input<O>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<Output<O>> {
    if (this.#ended) throw new AwsError(operation, target, this.#ended);
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<AnswerMessage>();
    this.#waiting.set(id, resolve);
    const message: CallMessage = {
      id,
      operation,
      target,
      input,
      timeoutMs,
      clockOffsetMs: this.clockOffsetMs ?? 0,
    };
    this.#worker.postMessage(message);
    const answer = await promise;
    if ("failure" in answer) throw new AwsError(operation, target, answer.failure);
    return answer.output as Output<O>;
  }

  /** Ends the worker; calls under way fail. */
  close(): void {
    this.#worker.terminate();
    this.#failAll("closed");
  }

  #receive(answer: AnswerMessage): void {
    if (answer.serverTime !== undefined) this.clockOffsetMs = answer.serverTime - this.#now();
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  #failAll(message: string): void {
    const failure: CallFailure = { kind: "network", code: "WorkerEnded", message };
    this.#ended ??= failure;
    for (const [id, resolve] of this.#waiting) resolve({ id, failure });
    this.#waiting.clear();
  }
}
