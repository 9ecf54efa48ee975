// The main program's side of the worker that waits for the browser.
import { UserError } from "../domain/problem.ts";
import type { Secret } from "../domain/secret.ts";
import {
  type Callback,
  type Came,
  type ListenerMessage,
  type ListenMessage,
  parseCallback,
  type WaitedFor,
} from "./browser_login_answer.ts";

/** A person has as long as the AWS CLI gives (botocore/utils.py), which is also about the life of a device code. */
export const BROWSER_LOGIN_MS = 10 * 60_000;

/** A browser that has just been started is there at once; a slow machine, or a person who has to paste, gets a minute. */
export const SEND_ON_MS = 60_000;

/** How the wait ended; `expired`: nobody came back in time. */
export type BrowserAnswer = Callback | Ended;

/** How the wait for a browser that is to be sent on ended. */
export type SentOn = { readonly result: "sent-on"; readonly again: boolean } | Ended;

type Ended = { readonly result: "expired" } | { readonly result: "failed"; readonly error: string };

/** Waits on 127.0.0.1 for the browser. */
export interface Listener<Answer> {
  readonly port: number;
  /** The first answer that is meant. Never rejects: a worker that breaks is `failed`. */
  readonly answer: Promise<Answer | Ended>;
  /** Ends the worker, and with it the wait: an open `answer` is `expired`. */
  close(): void;
}

export type CallbackListener = Listener<BrowserAnswer>;

/**
 * Lets `worker` (of `callback_worker.ts`, fresh) listen for the end of a login.
 *
 * @param state what the browser must bring back, made by chance for this login
 * @throws {UserError} when the worker cannot listen.
 */
export function listenForCallback(
  worker: Worker,
  state: string,
  timeoutMs = BROWSER_LOGIN_MS,
): Promise<CallbackListener> {
  // The worker compares the state as well; but what it says came from outside.
  const understand = (came: Came) => "query" in came ? parseCallback(came.query, state) : undefined;
  return listen(worker, { state }, timeoutMs, understand);
}

/**
 * Lets `worker` (as above) send the one browser that asks for `path` on to `link`. The answer comes {@link WATCH_MS}
 * later, or as soon as somebody asks again.
 *
 * @param path begins with a slash; made by chance for this link
 * @throws {UserError} when the worker cannot listen.
 */
export function listenToSendOn(
  worker: Worker,
  path: string,
  link: Secret,
  timeoutMs = SEND_ON_MS,
): Promise<Listener<SentOn>> {
  const understand = (came: Came) =>
    "sentOn" in came ? { result: "sent-on", again: came.again === true } as const : undefined;
  return listen<SentOn>(worker, { path, link: link.reveal() }, timeoutMs, understand);
}

async function listen<Answer>(
  worker: Worker,
  awaited: WaitedFor,
  timeoutMs: number,
  understand: (came: Came) => Answer | undefined,
): Promise<Listener<Answer>> {
  const listening = Promise.withResolvers<number>();
  const answered = Promise.withResolvers<Answer | Ended>();
  worker.onmessage = ({ data }: MessageEvent<ListenerMessage>) => {
    if ("port" in data) listening.resolve(data.port);
    else if ("failed" in data) listening.reject(cannotListen(data.failed));
    else if ("timedOut" in data) answered.resolve({ result: "expired" });
    else answered.resolve(understand(data) ?? { result: "failed", error: "unknown answer" });
  };
  worker.onerror = (event) => {
    event.preventDefault();
    listening.reject(cannotListen(event.message));
    answered.resolve({ result: "failed", error: event.message });
  };
  worker.postMessage({ ...awaited, timeoutMs } satisfies ListenMessage);
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
