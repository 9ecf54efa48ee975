// Proves what every failure of AWS means for a refresh and for a proof.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type CallFailure, classifyProof, classifyRefresh } from "./classify.ts";

type Failure = Omit<CallFailure, "message">;

function service(code: string, status: number | undefined, reason?: string): Failure {
  return { kind: "service", code, status, reason };
}

type Row = [failure: Failure, refresh: ReturnType<typeof classifyRefresh>, proof: ReturnType<typeof classifyProof>];

const ROWS: readonly Row[] = [
  // The exceptions of CreateToken, with the statuses AWS gives them.
  [service("InvalidGrantException", 400), "final", "role-refused"],
  [service("ExpiredTokenException", 400), "final", "role-refused"],
  [service("UnauthorizedClientException", 400), "final", "role-refused"],
  [service("InvalidClientException", 401), "final", "token-dead"],
  [service("AccessDeniedException", 400), "final", "role-refused"],
  [service("AccessDeniedException", 403), "final", "role-refused"],
  [service("InvalidRequestException", 400), "broken", "role-refused"],
  [service("InvalidScopeException", 400), "broken", "role-refused"],
  [service("UnsupportedGrantTypeException", 400), "broken", "role-refused"],
  // No answer to a refresh, and nothing that a login would mend.
  [service("AuthorizationPendingException", 400), "temporary", "temporary"],
  [service("InvalidRedirectUriException", 400), "broken", "role-refused"],
  [service("SlowDownException", 400), "temporary", "temporary"],
  [service("InternalServerException", 500), "temporary", "temporary"],
  [service("InternalServerException", 400), "temporary", "temporary"],

  // A key of KMS that cannot be used is for an administrator, never a reason for a login.
  [service("AccessDeniedException", 400, "KMS_AccessDeniedException"), "broken", "role-refused"],
  [service("InvalidRequestException", 400, "KMS_DisabledException"), "broken", "role-refused"],
  [service("InvalidRequestException", 400, "KMS_NotFoundException"), "broken", "role-refused"],
  [service("InvalidRequestException", 400, "KMS_InvalidKeyUsageException"), "broken", "role-refused"],
  [service("InvalidGrantException", 400, "KMS_InvalidStateException"), "broken", "role-refused"],
  [service("AccessDeniedException", 400, "SOMETHING_ELSE"), "final", "role-refused"],
  [service("InternalServerException", 500, "KMS_InternalException"), "temporary", "temporary"],

  // Unknown answers.
  [service("BrandNewException", 400), "broken", "role-refused"],
  [service("BrandNewException", 404), "broken", "role-refused"],
  [service("BrandNewException", 401), "broken", "token-dead"],
  [service("BrandNewException", 500), "temporary", "temporary"],
  [service("BrandNewException", 503), "temporary", "temporary"],
  [service("BrandNewException", 429), "temporary", "temporary"],
  [service("BrandNewException", 408), "temporary", "temporary"],
  [service("BrandNewException", undefined), "temporary", "temporary"],
  [service("InvalidGrantException", 503), "temporary", "temporary"],
  [service("InvalidGrantException", 429), "temporary", "temporary"],

  // The portal.
  [service("UnauthorizedException", 401), "broken", "token-dead"],
  [service("ForbiddenException", 403), "broken", "role-refused"],
  [service("ResourceNotFoundException", 404), "broken", "role-refused"],
  [service("TooManyRequestsException", 429), "temporary", "temporary"],
  [service("TooManyRequestsException", 400), "temporary", "temporary"],

  // STS: throttling with status 400, and a wrong clock, which heals with the clock.
  [service("Throttling", 400), "temporary", "temporary"],
  [service("ThrottlingException", 400), "temporary", "temporary"],
  [service("ThrottledException", 400), "temporary", "temporary"],
  [service("RequestLimitExceeded", 400), "temporary", "temporary"],
  [service("SignatureDoesNotMatch", 403), "temporary", "temporary"],
  [service("RequestTimeTooSkewed", 403), "temporary", "temporary"],
  [service("RequestExpired", 400), "temporary", "temporary"],
  [service("ExpiredToken", 403), "temporary", "temporary"],
  [service("AccessDenied", 403), "broken", "role-refused"],
  [service("InvalidClientTokenId", 403), "broken", "role-refused"],

  // Everything on the way.
  [{ kind: "network", code: "ConnectionRefused" }, "temporary", "temporary"],
  [{ kind: "network", code: "NameNotResolved" }, "temporary", "temporary"],
  [{ kind: "network", code: "NotPermitted" }, "temporary", "temporary"],
  [{ kind: "timeout", code: "Timeout" }, "temporary", "temporary"],
  [{ kind: "tls", code: "TlsFailure" }, "temporary", "temporary"],
  [{ kind: "unreadable", code: "UnreadableAnswer", status: 200 }, "temporary", "temporary"],
  [{ kind: "unreadable", code: "UnreadableAnswer", status: 401 }, "temporary", "temporary"],
  [{ kind: "unreadable", code: "UnreadableAnswer", status: 403 }, "temporary", "temporary"],
  [{ kind: "unreadable", code: "InvalidGrantException", status: 400 }, "temporary", "temporary"],
];

for (const [failure, refresh, proof] of ROWS) {
  const { kind, code, status, reason } = failure;
  const what = [kind, code, status, reason].filter((word) => word !== undefined).join(" ");
  Deno.test(`classifyRefresh() says ${refresh} and classifyProof() ${proof} for ${what}`, () => {
    assert.equal(classifyRefresh({ ...failure, message: "" }), refresh);
    assert.equal(classifyProof({ ...failure, message: "" }), proof);
  });
}

const failure: fc.Arbitrary<CallFailure> = fc.record({
  kind: fc.constantFrom("service", "network", "timeout", "tls", "unreadable"),
  code: fc.oneof(fc.constantFrom(...ROWS.map(([{ code }]) => code)), fc.string()),
  status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
  reason: fc.option(fc.constantFrom("KMS_AccessDeniedException", "other", ""), { nil: undefined }),
  message: fc.constant(""),
});

Deno.test("classifyRefresh() asks for a login only when AWS itself refused with a 4xx", () => {
  fc.assert(fc.property(failure, (any) => {
    if (classifyRefresh(any) !== "final") return;
    assert.equal(any.kind, "service");
    assert.ok(any.status !== undefined && any.status < 500 && any.status !== 429);
    assert.ok(!any.reason?.startsWith("KMS_"));
  }));
});

Deno.test("classifyProof() calls a token dead only when AWS itself said 401", () => {
  fc.assert(fc.property(failure, (any) => {
    if (classifyProof(any) === "token-dead") assert.deepEqual([any.kind, any.status], ["service", 401]);
  }));
});
