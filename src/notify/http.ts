// The one place that sends over HTTP: no redirects, a limit for time and size, no URL in any error.
import { VERSION } from "../domain/version.ts";
import { HttpError, httpErrorOf } from "./failure.ts";
import type { Http, HttpRequest, HttpResponse } from "./protocol.ts";

/** Milliseconds from the first byte sent to the last one received. */
export const HTTP_TIMEOUT_MS = 10_000;
/** Answers are a few kilobytes; only the sign-on page of a network is more. */
const MAX_BODY_BYTES = 64 * 1024;
/** For the question whether the host can be reached at all. */
const CONNECT_MS = 1_000;

/** Whether a connection to the host of `url` can be made. */
export type Connects = (url: string) => Promise<boolean>;

/**
 * An {@link Http} over `fetch`. A body that is too long, too slow or broken is cut: the status was said before.
 *
 * @throws {HttpError} where there is no answer. A redirect counts as none: it would carry the message, and with it the
 * link, to wherever it points.
 */
export function httpOver(timeoutMs = HTTP_TIMEOUT_MS, client?: Deno.HttpClient, connects: Connects = canConnect): Http {
  return async (request) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    try {
      return await exchange(request, controller.signal, client);
    } catch (error) {
      if (!controller.signal.aborted) throw httpErrorOf(error);
      throw new HttpError("Timeout", "no answer in time", await connects(request.url));
    } finally {
      clearTimeout(timer);
    }
  };
}

async function exchange(request: HttpRequest, signal: AbortSignal, client?: Deno.HttpClient): Promise<HttpResponse> {
  const { method, url, headers, body, maxBytes } = request;
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
    // Who answers a POST with one of these has usually taken it, and shows where to look (RFC 9110, section 15.4.4).
    const taken = method !== "GET" && (status === 302 || status === 303);
    throw new HttpError(`HTTP ${status}`, "the service answered with a redirect, which is not followed", taken);
  }
  return { status, headers: Object.fromEntries(response.headers), ...await bodyOf(response, signal, maxBytes) };
}

async function bodyOf(
  response: Response,
  signal: AbortSignal,
  maxBytes = MAX_BODY_BYTES,
): Promise<Pick<HttpResponse, "body" | "cut">> {
  const decoder = new TextDecoder();
  let left = maxBytes;
  let body = "";
  try {
    // Leaving the loop ends the stream, else the rest would go on flowing in.
    for await (const chunk of response.body ?? []) {
      body += decoder.decode(chunk.subarray(0, left), { stream: true });
      left -= chunk.length;
      if (left < 0) return { body, cut: "long" };
      signal.throwIfAborted();
    }
  } catch {
    // What the service said with its status holds; the caller sees that the rest is missing.
    return { body, cut: "late" };
  }
  return { body: body + decoder.decode() };
}

/**
 * Tells a service that is slow, and may have taken the message, from one that was never reached: `fetch` does not say at
 * which step it ran out of time.
 */
async function canConnect(url: string): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url);
  const connecting = Deno.connect({
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  });
  const made = connecting.then((socket) => {
    socket.close();
    return true;
  }, () => false);
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), CONNECT_MS);
  try {
    return await Promise.race([made, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
