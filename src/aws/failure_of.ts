// Turns whatever the SDK or fetch threw into plain data that can be judged and shown. Never holds a secret.
import type { CallFailure } from "../domain/classify.ts";
import { redact } from "../log/redact.ts";
import type { Service } from "./endpoints.ts";

/** An answer that is not from AWS, or not whole. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/**
 * The sign-in service takes no request but a right one, and says no more than the status: what comes with it may be
 * empty, or a page of whoever answered.
 */
export class SignInRefused extends Error {
  override readonly name = "SignInRefused";

  constructor(status: number) {
    super(`HTTP ${status}`);
  }
}

/** What the transport saw of the answer. */
export interface Seen {
  readonly status?: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly timedOut: boolean;
}

/** `error` of an OIDC answer, where nothing else names the exception (RFC 6749, RFC 8628). */
const BY_ERROR_FIELD: ReadonlyMap<unknown, string> = new Map(Object.entries({
  authorization_pending: "AuthorizationPendingException",
  slow_down: "SlowDownException",
  expired_token: "ExpiredTokenException",
  access_denied: "AccessDeniedException",
  invalid_grant: "InvalidGrantException",
  invalid_request: "InvalidRequestException",
  invalid_client: "InvalidClientException",
  unauthorized_client: "UnauthorizedClientException",
  unsupported_grant_type: "UnsupportedGrantTypeException",
  invalid_scope: "InvalidScopeException",
}));
/** All that such an answer holds; a gateway's page has words of its own. */
const OIDC_FIELDS: ReadonlySet<string> = new Set(["error", "error_description", "reason"]);

/** Words of the runtime's network errors, first match wins, and what to say instead of them. */
const NETWORK_WORDS: ReadonlyArray<readonly [RegExp, CallFailure["kind"], string, string]> = [
  [/opening CA file/, "tls", "CaFileUnreadable", "the file that AWS_CA_BUNDLE or DENO_CERT names cannot be opened"],
  [
    /platform certificates/,
    "tls",
    "NoSystemCertificates",
    "the certificates of the system cannot be loaded (is there the file that SSL_CERT_FILE names?)",
  ],
  [
    /certificate|UnknownIssuer|TLS|handshake/,
    "tls",
    "TlsFailure",
    "the certificate or the encryption was not accepted",
  ],
  [/dns error|failed to lookup|name or service not known/i, "network", "NameNotResolved", "the host name is not found"],
  [/refused/i, "network", "ConnectionRefused", "connection refused"],
  [/unreachable/i, "network", "NetworkUnreachable", "the network is unreachable"],
  [/reset|broken pipe|closed|unexpected eof|incomplete/i, "network", "ConnectionReset", "the connection broke"],
  [/body/i, "unreadable", "UnreadableAnswer", "the answer is not whole"],
];

/** Describes the failure of one call. */
export function failureOf(error: unknown, seen: Seen): CallFailure {
  if (seen.timedOut) return { kind: "timeout", code: "Timeout", message: "no answer in time" };
  if (error instanceof UnreadableAnswer) return unreadable(error.message, seen);
  if (error instanceof SignInRefused) return signInFailure(error, seen);
  if (seen.status !== undefined && seen.status >= 400 && seen.body !== "") return serviceFailure(error, seen);
  const message = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  // A host outside the grants is a fault of this program, not of the network, and must be seen as such.
  if (error instanceof Deno.errors.NotCapable) return { kind: "network", code: "NotPermitted", message };
  for (const [words, kind, code, text] of NETWORK_WORDS) {
    if (words.test(message)) return { kind, code, message: text };
  }
  if (seen.status !== undefined) return unreadable(firstLine(message), seen);
  return { kind: "network", code: "NetworkFailure", message: firstLine(message) };
}

/**
 * Whether a failure in JSON is worded by AWS: it is named by AWS's header or `__type`, else it is an error of OIDC with
 * the status that AWS gives it. Gateways answer `{"error":"access_denied"}` too, and that is no reason for a login.
 */
export function isWordedByAws(
  service: Service,
  fields: Record<string, unknown>,
  seen: Pick<Seen, "status" | "headers">,
): boolean {
  if (nameOf(fields, seen) !== undefined) return true;
  return service === "oidc" && oidcCode(fields, seen.status) !== undefined;
}

/** AWS puts the name into a header, older services into the body (botocore parsers.py). */
function nameOf(fields: Record<string, unknown>, { headers }: Pick<Seen, "headers">): string | undefined {
  return text(headers["x-amzn-errortype"]) ?? text(fields.__type);
}

function oidcCode(fields: Record<string, unknown>, status?: number): string | undefined {
  const expected = fields.error === "invalid_client" ? 401 : 400;
  const foreign = status !== expected || Object.keys(fields).some((field) => !OIDC_FIELDS.has(field));
  return foreign ? undefined : BY_ERROR_FIELD.get(fields.error);
}

function unreadable(message: string, seen: Seen): CallFailure {
  return { kind: "unreadable", code: "UnreadableAnswer", status: seen.status, message, ...retryAfter(seen) };
}

function serviceFailure(error: unknown, seen: Seen): CallFailure {
  const fields = jsonFields(seen.body);
  // AWS writes `Name:http://…` in the header and `namespace#Name` in the body.
  const code = word(nameOf(fields, seen)?.split(":")[0].split("#").at(-1)) ?? oidcCode(fields, seen.status) ??
    word(/<Code>([\w.]+)<\/Code>/.exec(seen.body)?.[1]) ?? word(error instanceof Error ? error.name : "") ?? "Unknown";
  const message = text(fields.error_description) ?? text(fields.message) ?? text(fields.Message) ??
    /<Message>([^<]*)<\/Message>/.exec(seen.body)?.[1] ?? `HTTP ${seen.status}`;
  return {
    kind: "service",
    code,
    status: seen.status,
    reason: word(fields.reason),
    message: firstLine(message),
    ...retryAfter(seen),
  };
}

function signInFailure({ message }: SignInRefused, seen: Seen): CallFailure {
  const { status = 0 } = seen;
  const passes = status === 408 || status === 429 || status >= 500;
  const code = passes ? "SignInUnavailable" : "SignInRefused";
  return { kind: "service", code, status, message, ...retryAfter(seen) };
}

function jsonFields(body: string): Record<string, unknown> {
  if (!body.trimStart().startsWith("{")) return {};
  return JSON.parse(body) as Record<string, unknown>;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A name and no more: it is shown and kept as it is. */
function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Za-z][\w.]{0,99}$/.test(value) ? value : undefined;
}

/** `Retry-After` in seconds or as a date (RFC 9110). */
function retryAfter(seen: Seen): { retryAfterMs?: number } {
  const value = seen.headers["retry-after"];
  if (value === undefined) return {};
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return { retryAfterMs: seconds * 1000 };
  const until = Date.parse(value) - (Date.parse(seen.headers["date"] ?? "") || Date.now());
  return Number.isNaN(until) ? {} : { retryAfterMs: Math.max(until, 0) };
}

/** Words of whoever answered, for people: nothing that steers a terminal, and no secret of the request repeated. */
function firstLine(message: string): string {
  const line = redact(message.trim().split(/[\r\n\u2028\u2029]/)[0].replace(/[\p{Cc}\p{Cf}]/gu, ""));
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
