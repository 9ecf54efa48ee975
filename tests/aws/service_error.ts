// What each service answers when it refuses: the exact bytes of its error format (sso-oidc, portal, STS).
import type { Reply } from "./http_wire.ts";

export type Service = "oidc" | "portal" | "sts";

/** Thrown by a service; becomes its error answer. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  constructor(readonly type: string, readonly reply: Reply) {
    super(type);
  }
}

/** Status and `error` word of each exception of sso-oidc (service model; words other than `authorization_pending` are
 * those of RFC 6749 and 8628). */
export const OIDC_ERRORS: Readonly<Record<string, { readonly status: number; readonly error: string }>> = {
  AuthorizationPendingException: { status: 400, error: "authorization_pending" },
  SlowDownException: { status: 400, error: "slow_down" },
  ExpiredTokenException: { status: 400, error: "expired_token" },
  AccessDeniedException: { status: 400, error: "access_denied" },
  InvalidGrantException: { status: 400, error: "invalid_grant" },
  InvalidRequestException: { status: 400, error: "invalid_request" },
  UnauthorizedClientException: { status: 400, error: "unauthorized_client" },
  UnsupportedGrantTypeException: { status: 400, error: "unsupported_grant_type" },
  InvalidScopeException: { status: 400, error: "invalid_scope" },
  InvalidClientMetadataException: { status: 400, error: "invalid_client_metadata" },
  InvalidRedirectUriException: { status: 400, error: "invalid_redirect_uri" },
  InvalidClientException: { status: 401, error: "invalid_client" },
  InternalServerException: { status: 500, error: "server_error" },
};

/** ForbiddenException is in no service model, but it is what AWS answers for a role that is not assigned. */
export const PORTAL_ERRORS: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  UnauthorizedException: { status: 401, message: "Session token not found or invalid" },
  ForbiddenException: { status: 403, message: "No access" },
  InvalidRequestException: { status: 400, message: "Invalid request" },
  ResourceNotFoundException: { status: 404, message: "Resource not found" },
  TooManyRequestsException: { status: 429, message: "HTTP 429 Unknown Code" },
};

export const STS_ERRORS: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  ExpiredToken: { status: 403, message: "The security token included in the request is expired" },
  InvalidClientTokenId: { status: 403, message: "The security token included in the request is invalid." },
  SignatureDoesNotMatch: {
    status: 403,
    message: "The request signature we calculated does not match the signature you provided.",
  },
  MissingAuthenticationToken: { status: 403, message: "Request is missing Authentication Token" },
  AccessDenied: { status: 403, message: "User is not authorized to perform this action" },
  IncompleteSignature: { status: 400, message: "Request must contain a signature that conforms to AWS standards" },
  ValidationError: { status: 400, message: "1 validation error detected" },
  InvalidAction: { status: 400, message: "Could not find operation" },
  Throttling: { status: 400, message: "Rate exceeded" },
};

/** `status` is 400 for an exception that is in no table. `reason` is the KMS_… word of newer service models. */
export function oidcError(type: string, description = type, reason?: string): ServiceError {
  const { status, error } = OIDC_ERRORS[type] ?? { status: 400, error: "unknown" };
  const body = { error, error_description: description, ...(reason === undefined ? {} : { reason }) };
  return new ServiceError(type, {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/`,
    },
    body: JSON.stringify(body),
  });
}

export function portalError(type: string, message?: string): ServiceError {
  const row = PORTAL_ERRORS[type] ?? { status: 400, message: type };
  return new ServiceError(type, {
    status: row.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": type },
    body: JSON.stringify({
      message: message ?? row.message,
      __type: `com.amazonaws.switchboard.portal#${type}`,
    }),
  });
}

export function stsError(code: string, message?: string): ServiceError {
  const row = STS_ERRORS[code] ?? { status: 400, message: code };
  return new ServiceError(code, {
    status: row.status,
    headers: { "content-type": "text/xml" },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n` +
      `    <Code>${code}</Code>\n    <Message>${xmlText(message ?? row.message)}</Message>\n  </Error>\n` +
      `  <RequestId>${crypto.randomUUID()}</RequestId>\n</ErrorResponse>\n`,
  });
}

/** The error of `service` in its own format. */
export function serviceError(service: Service, type: string, message?: string, reason?: string): ServiceError {
  if (service === "oidc") return oidcError(type, message, reason);
  return service === "portal" ? portalError(type, message) : stsError(type, message);
}

/** Escapes `text` for an XML element. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
