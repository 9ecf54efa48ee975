// How a delivery failed, in words without a secret: nothing of a request is repeated, and of an answer only what its
// channel picks.
import { oneLine } from "./foreign_words.ts";
import type { DeliveryFailure, HttpResponse } from "./protocol.ts";
import { retryAfterMs } from "./retry_after.ts";

/** There is no answer. The message names no URL. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  /** `unsure`: the request may have been taken all the same. */
  constructor(readonly code: string, message: string, readonly unsure = false) {
    super(message);
  }
}

/** Words of the runtime's network errors, first match wins, and what is said instead: theirs name the URL. */
const NETWORK_WORDS: ReadonlyArray<readonly [RegExp, code: string, message: string]> = [
  [/certificate|UnknownIssuer|TLS|handshake/, "TlsFailure", "the certificate or the encryption was not accepted"],
  [/dns error|failed to lookup|name or service not known/i, "NameNotResolved", "the host name is not found"],
  [/refused/i, "ConnectionRefused", "connection refused"],
  [/unreachable/i, "NetworkUnreachable", "the network is unreachable"],
  [/reset|broken pipe|closed|unexpected eof|incomplete|body/i, "ConnectionReset", "the connection broke"],
];

/** What {@link Http} throws for an error of `fetch` or of the body's stream. */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof Deno.errors.NotCapable) {
    return new HttpError("NotPermitted", "the host is not among those that sso-heal may reach in this run");
  }
  const text = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  const [, code, message] = NETWORK_WORDS.find(([words]) => words.test(text)) ??
    [, "NetworkFailure", "the request could not be sent"];
  return new HttpError(code, message, isUnderWay(text));
}

/** Whether the connection stood already: the runtime says at which step a request failed. */
function isUnderWay(text: string): boolean {
  return /\(SendRequest\)|connection closed before message completed|error reading a body/.test(text);
}

/** The failure that an exception stands for. Of an unknown one only the name is said: its text may quote anything. */
export function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof HttpError) {
    return { ok: false, code: error.code, message: error.message, ...(error.unsure ? { unsure: true } : {}) };
  }
  const name = error instanceof Error ? oneLine(error.name, 40) : "unknown";
  return { ok: false, code: "InternalError", message: `a fault of sso-heal itself (${name})` };
}

/**
 * The failure of an answer that is no success; `detail` are the service's own words for it, raw: `answer.ts` hides the
 * secrets in them, and then makes them one line.
 */
export function refusal(response: HttpResponse, detail?: string): DeliveryFailure {
  const { status, headers } = response;
  const asked = status === 429 || status >= 500 ? retryAfterMs(headers) : undefined;
  return {
    ok: false,
    code: `HTTP ${status}`,
    message: detail === undefined || detail === "" ? whatItMeans(status) : detail,
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  };
}

/** A success that is none: the answer is not from the service (the sign-on page of a network, a proxy's page). */
export function unreadable(): DeliveryFailure {
  return { ok: false, code: "UnreadableAnswer", message: "the answer is not from the service" };
}

function whatItMeans(status: number): string {
  if (status === 401 || status === 403) return "the service does not accept the address or the token of this channel";
  if (status === 404 || status === 410) return "the service does not know the address of this channel";
  if (status === 429) return "the service wants fewer messages";
  if (status >= 500) return "the service has a fault";
  return "the service refused the message";
}
