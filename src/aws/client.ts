// The main program's side of the AWS worker: typed calls in, values or `AwsError` out.
import type { CallFailure } from "../domain/classify.ts";
import { WorkerCalls } from "../sandbox/worker_calls.ts";
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
  readonly #calls: WorkerCalls<AnswerMessage>;
  clockOffsetMs: number | undefined;

  constructor(worker: Worker, now: () => number, caCerts: readonly string[] = []) {
    const setup: SetupMessage = { caCerts };
    this.#calls = new WorkerCalls(worker, setup, ({ serverTime }) => {
      if (serverTime !== undefined) this.clockOffsetMs = serverTime - now();
    });
  }

  async call<O extends Operation>(
    operation: O,
    target: Target,
    input: Input<O>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<Output<O>> {
    const clockOffsetMs = this.clockOffsetMs ?? 0;
    const message: Omit<CallMessage, "id"> = { operation, target, input, timeoutMs, clockOffsetMs };
    const answer = await this.#calls.call(message);
    if ("gone" in answer) {
      throw new AwsError(operation, target, { kind: "network", code: "WorkerEnded", message: answer.gone });
    }
    if ("failure" in answer) throw new AwsError(operation, target, answer.failure);
    return answer.output as Output<O>;
  }

  /** Ends the worker; calls under way fail. */
  close(): void {
    this.#calls.close();
  }
}
