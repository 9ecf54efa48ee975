// The main program's side of the worker that waits for the browser.
import { UserError } from "../domain/problem.ts";
import { type Callback, type ListenerMessage, type ListenMessage, parseCallback } from "./browser_login_answer.ts";

/** A person has as long as the AWS CLI gives (botocore/utils.py), which is also about the life of a device code. */
export const BROWSER_LOGIN_MS = 10 * 60_000;

/** How the wait ended; `expired`: nobody came back in time. */
export type BrowserAnswer = Callback | { readonly result: "expired" };

/** Waits on 127.0.0.1 for the browser. */
export interface CallbackListener {
  readonly port: number;
  /** The first answer with the right state. Never rejects: a worker that breaks is `failed`. */
  readonly answer: Promise<BrowserAnswer>;
  /** Ends the worker, and with it the wait: an open `answer` is `expired`. */
  close(): void;
}

/**
 * Lets `worker` (of `callback_worker.ts`, fresh) listen.
 *
 * @param state what the browser must bring back, made by chance for this login
 * @throws {UserError} when the worker cannot listen.
 */
export async function listenForCallback(
  worker: Worker,
  state: string,
  timeoutMs = BROWSER_LOGIN_MS,
): Promise<CallbackListener> {
  const listening = Promise.withResolvers<number>();
  const answered = Promise.withResolvers<BrowserAnswer>();
  worker.onmessage = ({ data }: MessageEvent<ListenerMessage>) => {
    if ("port" in data) listening.resolve(data.port);
    else if ("failed" in data) listening.reject(cannotListen(data.failed));
    else if ("timedOut" in data) answered.resolve({ result: "expired" });
    // The worker compares the state as well; but what it says came from outside.
    else answered.resolve(parseCallback(data.query, state) ?? { result: "failed", error: "unknown answer" });
  };
  worker.onerror = (event) => {
    event.preventDefault();
    listening.reject(cannotListen(event.message));
    answered.resolve({ result: "failed", error: event.message });
  };
  worker.postMessage({ state, timeoutMs } satisfies ListenMessage);
  try {
    return {
      port: await listening.promise,
      answer: answered.promise,
      close() {
        worker.terminate();
        answered.resolve({ result: "expired" });
      },
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function cannotListen(why: string): UserError {
  return new UserError(`Cannot wait for the browser on 127.0.0.1: ${why}`, ["sign in by device code instead"]);
}
