// Whether a failed call to AWS means "a person must sign in", "try again later" or "a person must repair something".

/** What is known of a failed call; made by `aws/client.ts`, holds no secret. */
export interface CallFailure {
  /**
   * `service`: AWS answered with an error of its own. `network`: no connection, reset, DNS. `timeout`. `tls`: no trust.
   * `unreadable`: an answer that is not from AWS or cannot be read (a proxy's page, half a body).
   */
  readonly kind: "service" | "network" | "timeout" | "tls" | "unreadable";
  /** Exception name such as `InvalidGrantException`; for other kinds a word such as `ConnectionRefused`. */
  readonly code: string;
  /** HTTP status, when there was one. */
  readonly status?: number;
  /** `reason` of the answer, such as `KMS_AccessDeniedException`. */
  readonly reason?: string;
  readonly message: string;
  /** `Retry-After` of the answer, milliseconds. */
  readonly retryAfterMs?: number;
}

/** `final`: AWS refuses for good, a login is needed. `temporary`: keep all and retry. `broken`: a person must repair. */
export type Verdict = "final" | "temporary" | "broken";

const FINAL = new Set([
  "InvalidGrantException",
  "ExpiredTokenException",
  "UnauthorizedClientException",
  "InvalidClientException",
  "AccessDeniedException",
]);
/** `AuthorizationPendingException` is no answer to a refresh, but says "wait" and nothing of the sign-in. */
const TEMPORARY = new Set([
  "SlowDownException",
  "InternalServerException",
  "TooManyRequestsException",
  "AuthorizationPendingException",
]);

/** Judges a failed `CreateToken` with `grant_type=refresh_token`. */
export function classifyRefresh(failure: CallFailure): Verdict {
  if (isTemporary(failure)) return "temporary";
  if (failure.reason?.startsWith("KMS_")) return "broken";
  return FINAL.has(failure.code) ? "final" : "broken";
}

/**
 * Judges a failed `GetRoleCredentials` or STS call. `token-dead`: the portal does not know the access token (401).
 * `role-refused`: this account and role only (403, 404), never a reason for a login.
 */
export function classifyProof(failure: CallFailure): "token-dead" | "role-refused" | "temporary" {
  if (isTemporary(failure)) return "temporary";
  if (failure.status === 401) return "token-dead";
  return "role-refused";
}

/** Codes of a signature or of fresh credentials that only a wrong clock explains: they heal with the clock. */
const CLOCK = new Set(["SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired", "ExpiredToken"]);

function isTemporary(failure: CallFailure): boolean {
  if (failure.kind !== "service") return true;
  if (TEMPORARY.has(failure.code) || CLOCK.has(failure.code)) return true;
  // STS says throttling with status 400 and these codes.
  if (failure.code.startsWith("Throttl") || failure.code.startsWith("RequestLimit")) return true;
  return failure.status === undefined || failure.status === 429 || failure.status === 408 || failure.status >= 500;
}
