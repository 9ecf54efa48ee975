// The main program's side of the worker that finds out where a start URL leads.
import type { CallFailure } from "../domain/classify.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { isAwsOwned, type ResolvedStartUrl } from "./start_url.ts";
import { shown } from "./wording.ts";

export interface ResolveMessage {
  readonly startUrl: string;
  /** Certificates to trust besides the built-in and the system's ones (PEM). */
  readonly caCerts: readonly string[];
}

export type ResolveAnswer =
  | { readonly resolved: ResolvedStartUrl }
  | { readonly refusal: Pick<UserError, "message" | "hints" | "exitCode"> }
  | { readonly failure: CallFailure };

/**
 * Resolves one start URL in `worker` (of `resolve_worker.ts`, fresh, with the host of that URL for its only one), and
 * ends the worker. Not needed for a start URL that {@link isAwsOwned}.
 *
 * @throws {UserError} as `resolveStartUrl()`; with exit code 75 when the host cannot be reached for now.
 */
export async function resolveIn(
  worker: Worker,
  startUrl: string,
  caCerts: readonly string[] = [],
): Promise<ResolvedStartUrl> {
  const { promise, resolve } = Promise.withResolvers<ResolveAnswer>();
  worker.onmessage = ({ data }: MessageEvent<ResolveAnswer>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    resolve({ failure: { kind: "network", code: "WorkerEnded", message: event.message } });
  };
  worker.postMessage({ startUrl, caCerts } satisfies ResolveMessage);
  let answer: ResolveAnswer;
  try {
    answer = await promise;
  } finally {
    worker.terminate();
  }
  if ("refusal" in answer) throw new UserError(answer.refusal.message, answer.refusal.hints, answer.refusal.exitCode);
  if ("failure" in answer) throw unreachable(startUrl, answer.failure);
  // The worker says so too; but it has read what a stranger sent.
  if (!isAwsOwned(answer.resolved.startUrl)) {
    throw new UserError(`Cannot use start URL ${shown(startUrl)}: it leads to a host that is not of AWS`);
  }
  return answer.resolved;
}

function unreachable(startUrl: string, { kind, code, message }: CallFailure): UserError {
  const hint = kind === "tls"
    ? "a proxy with its own certificate? name its CA in AWS_CA_BUNDLE"
    : "nothing to do if it passes: try again later";
  return new UserError(`Cannot reach start URL ${shown(startUrl)}: ${message} (${code})`, [hint], EXIT.temporary);
}
