// Faults that a service words itself: every exception of its table, and those that no model knows.
import type { Fault } from "./faults.ts";
import { type Service, serviceError } from "./service_error.ts";

type Row = readonly [name: string, verdict: Fault["class"], reason?: string];

const OIDC: readonly Row[] = [
  ["AuthorizationPendingException", "temporary"],
  ["SlowDownException", "temporary"],
  ["InternalServerException", "temporary"],
  ["ExpiredTokenException", "final"],
  ["AccessDeniedException", "final"],
  ["InvalidGrantException", "final"],
  ["UnauthorizedClientException", "final"],
  ["InvalidClientException", "final"],
  ["InvalidRequestException", "broken"],
  ["InvalidScopeException", "broken"],
  ["UnsupportedGrantTypeException", "broken"],
  ["InvalidClientMetadataException", "broken"],
  ["InvalidRedirectUriException", "broken"],
  ["AccessDeniedException", "broken", "KMS_AccessDeniedException"],
  ["InvalidRequestException", "broken", "KMS_DisabledException"],
  ["InvalidRequestException", "broken", "KMS_NotFoundException"],
  ["NeverHeardOfException", "broken"],
];

/** 401 says that the token is over; 403 and 404 concern one role or account only. */
const PORTAL: readonly Row[] = [
  ["UnauthorizedException", "final"],
  ["ForbiddenException", "broken"],
  ["ResourceNotFoundException", "broken"],
  ["InvalidRequestException", "broken"],
  ["TooManyRequestsException", "temporary"],
];

/** "final" is said of the role credentials, not of the sign-in; a wrong signature means a wrong clock. */
const STS: readonly Row[] = [
  ["ExpiredToken", "final"],
  ["InvalidClientTokenId", "final"],
  ["SignatureDoesNotMatch", "broken"],
  ["AccessDenied", "broken"],
  ["Throttling", "temporary"],
];

export const SERVICE_FAULTS: readonly Fault[] = [
  ...rows("oidc", OIDC),
  ...rows("portal", PORTAL),
  ...rows("sts", STS),
];

function rows(service: Service, table: readonly Row[]): Fault[] {
  return table.map(([type, verdict, reason]) => ({
    name: reason === undefined ? type : `${type}/${reason}`,
    does: `answers ${type}${reason === undefined ? "" : ` with reason ${reason}`}`,
    when: "before",
    class: verdict,
    service,
    reply: () => serviceError(service, type, undefined, reason).reply,
  }));
}
