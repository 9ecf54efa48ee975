// The SDK's fetch handler with two time limits, no redirects, and a look at the answer before the SDK parses it.
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { FEDERATION_PATH } from "../domain/console_url_requests.ts";
import type { Service } from "./endpoints.ts";
import { isWordedByAws, UnreadableAnswer } from "./failure_of.ts";

type Request = Parameters<FetchHttpHandler["handle"]>[0];
type Result = Awaited<ReturnType<FetchHttpHandler["handle"]>>;

/** Answers of these services are a few kilobytes; anything far beyond is not from them. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Serves one call. What it saw of the answer stays readable after a failure. */
export class Transport {
  readonly #timeoutMs: number;
  readonly #inner: FetchHttpHandler;
  serverTime?: number;
  status?: number;
  headers: Record<string, string> = {};
  body = "";
  timedOut = false;

  constructor(timeoutMs: number, client?: Deno.HttpClient) {
    this.#timeoutMs = timeoutMs;
    // A redirect would carry the bearer header to wherever it points: it is an unreadable answer instead.
    const init = { redirect: "manual", client } as const;
    this.#inner = new FetchHttpHandler({ requestInit: () => init });
  }

  async handle(request: Request): Promise<Result> {
    const result = await this.#within((abortSignal) => this.#inner.handle(request, { abortSignal }));
    const { response } = result;
    this.status = response.statusCode;
    this.headers = response.headers;
    const date = Date.parse(response.headers["date"] ?? "");
    if (!Number.isNaN(date)) this.serverTime = date;

    const stream = response.body as ReadableStream<Uint8Array> | undefined;
    const bytes = stream === undefined ? new Uint8Array() : await this.#within((signal) => collect(stream, signal));
    this.body = new TextDecoder().decode(bytes);
    this.#refuseForeign(request);
    response.body = bytes;
    return result;
  }

  destroy(): void {
    this.#inner.destroy();
  }

  async #within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      this.timedOut = true;
      controller.abort(new DOMException("timed out", "TimeoutError"));
    }, this.#timeoutMs);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A proxy's page or half an answer must never pass for a refusal of AWS, whatever its status says. */
  #refuseForeign(request: Request): void {
    const status = this.status ?? 0;
    if (status >= 300 && status < 400) throw new UnreadableAnswer(`HTTP ${status}, a redirect`);
    if (this.#looksLikeAws(request)) return;
    throw new UnreadableAnswer(`HTTP ${status} with a body that is not from AWS`);
  }

  #looksLikeAws(request: Request): boolean {
    const body = this.body.trim();
    const failed = (this.status ?? 0) >= 400;
    const service = serviceOf(request);
    if (service === "sts") {
      return failed
        ? body.includes("<ErrorResponse") && body.endsWith("</ErrorResponse>")
        : /<(GetCallerIdentity|AssumeRole)Response\b[^]*<\/\1Response>$/.test(body);
    }
    // It has no words of its own; a proxy that asks who we are has.
    if (service === "signin" && failed) return this.status !== 407;
    if (body === "") {
      return failed ? isWordedByAws(service, {}, this) : service === "portal" && request.path.endsWith("/logout");
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      return false;
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return false;
    return !failed || isWordedByAws(service, parsed as Record<string, unknown>, this);
  }
}

/** Told by what each service alone is sent: an endpoint override may put any path in front of its own. */
function serviceOf({ headers, path }: Request): Service {
  if (headers["x-amz-sso_bearer_token"] !== undefined) return "portal";
  if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "oidc";
  // STS is asked with a signature, whatever the path of an override.
  return headers["authorization"] === undefined && path.endsWith(FEDERATION_PATH) ? "signin" : "sts";
}

async function collect(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.length;
      if (size > MAX_BODY_BYTES) {
        // Else it would go on flowing in.
        stop();
        throw new UnreadableAnswer("a body of more than 1 MiB");
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
