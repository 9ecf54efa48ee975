// The one place that sends over HTTP: no redirects, a limit for time and size, no URL in any error.
import { VERSION } from "../domain/version.ts";
import { HttpError, httpErrorOf } from "./failure.ts";
import type { Http, HttpRequest, HttpResponse } from "./protocol.ts";

/** Milliseconds from the first byte sent to the last one received. */
export const HTTP_TIMEOUT_MS = 10_000;
/** Answers are a few kilobytes; only the sign-on page of a network is more. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * An {@link Http} over `fetch`.
 *
 * @throws {HttpError} for everything without a whole answer. A redirect counts as such: it would carry the message, and
 * with it the link, to wherever it points.
 */
export function httpOver(timeoutMs = HTTP_TIMEOUT_MS, client?: Deno.HttpClient): Http {
  return async (request) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    try {
      return await exchange(request, controller.signal, client);
    } catch (error) {
      if (controller.signal.aborted) throw new HttpError("Timeout", "no answer in time");
      throw httpErrorOf(error);
    } finally {
      clearTimeout(timer);
    }
  };
}

async function exchange(request: HttpRequest, signal: AbortSignal, client?: Deno.HttpClient): Promise<HttpResponse> {
  const { method, url, headers, body } = request;
  const init: RequestInit & { client?: Deno.HttpClient } = {
    method,
    headers: { "user-agent": `sso-heal/${VERSION}`, ...headers },
    body,
    redirect: "manual",
    signal,
    client,
  };
  const response = await fetch(url, init);
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new HttpError(`HTTP ${status}`, "the service answered with a redirect, which is not followed");
  }
  return { status, headers: Object.fromEntries(response.headers), body: await bodyOf(response, signal) };
}

async function bodyOf(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  // Leaving the loop by an error ends the stream, else the rest would go on flowing in.
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError("UnreadableAnswer", "an answer of more than 64 KiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
