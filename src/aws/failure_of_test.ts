// Proves what is made of every answer on the wire that is not a success, and of every error on the way.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type CallFailure, classifyProof } from "../domain/classify.ts";
import { failureOf, type Seen, SignInRefused, UnreadableAnswer } from "./failure_of.ts";

const NOTHING_SEEN: Seen = { headers: {}, body: "", timedOut: false };

function answered(status: number, body: string, headers: Record<string, string> = {}): Seen {
  return { status, body, headers, timedOut: false };
}

/** What the SDK throws for an answer that it understands as an error. */
const OF_SDK = Object.assign(new Error("UnknownError"), { name: "UnknownError" });
const AMAZON = "http://internal.amazon.com/coral/com.amazonaws.sso.oidc/";

type Row = [sentence: string, seen: Seen, expected: Partial<CallFailure>];

const ANSWERS: readonly Row[] = [
  [
    "takes the exception from the header, up to the colon",
    answered(400, '{"error":"invalid_grant","error_description":"Invalid refresh token"}', {
      "x-amzn-errortype": `InvalidGrantException:${AMAZON}`,
    }),
    { kind: "service", code: "InvalidGrantException", status: 400, message: "Invalid refresh token" },
  ],
  [
    "takes the exception from the header behind a #",
    answered(400, "{}", { "x-amzn-errortype": "com.amazonaws.sso#ResourceNotFoundException" }),
    { code: "ResourceNotFoundException" },
  ],
  [
    "takes the exception from the header with namespace and address",
    answered(400, "{}", { "x-amzn-errortype": `a.b#SlowDownException:${AMAZON}` }),
    { code: "SlowDownException" },
  ],
  [
    "prefers the header to the body",
    answered(400, '{"__type":"x#Other","error":"slow_down"}', { "x-amzn-errortype": "InvalidGrantException" }),
    { code: "InvalidGrantException" },
  ],
  [
    "takes the exception from __type",
    answered(401, '{"__type":"com.amazonaws.switchboard.portal#UnauthorizedException"}'),
    {
      code: "UnauthorizedException",
      status: 401,
      message: "HTTP 401",
    },
  ],
  ["takes an empty header for none", answered(400, '{"error":"invalid_grant"}', { "x-amzn-errortype": "" }), {
    code: "InvalidGrantException",
  }],
  ["takes the portal's message", answered(403, '{"message":"No access","__type":"ForbiddenException"}'), {
    code: "ForbiddenException",
    message: "No access",
  }],
  ["takes a message with a capital letter", answered(400, '{"Message":"Hm","__type":"X"}'), { message: "Hm" }],
  [
    "takes the reason of KMS",
    answered(400, '{"error":"access_denied","reason":"KMS_AccessDeniedException"}', {
      "x-amzn-errortype": "AccessDeniedException",
    }),
    { code: "AccessDeniedException", reason: "KMS_AccessDeniedException" },
  ],
  ["ignores a reason that is no text", answered(400, '{"error":"access_denied","reason":7}'), { reason: undefined }],
  [
    "takes code and message from the XML of STS",
    answered(
      403,
      "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>It is over</Message></Error></ErrorResponse>",
    ),
    { kind: "service", code: "ExpiredToken", status: 403, message: "It is over" },
  ],
  ["falls back on the SDK's name", answered(500, "{}"), { code: "UnknownError", message: "HTTP 500" }],
  ["takes the first line of a long message", answered(400, '{"message":"one\\ntwo","__type":"X"}'), { message: "one" }],
];

for (const [sentence, seen, expected] of ANSWERS) {
  Deno.test(`failureOf() ${sentence}`, () => {
    const found = failureOf(OF_SDK, seen);
    assert.deepEqual({ ...found, ...expected }, found);
  });
}

/** RFC 6749 and RFC 8628. */
const BY_ERROR: ReadonlyArray<readonly [string, string]> = [
  ["authorization_pending", "AuthorizationPendingException"],
  ["slow_down", "SlowDownException"],
  ["expired_token", "ExpiredTokenException"],
  ["access_denied", "AccessDeniedException"],
  ["invalid_grant", "InvalidGrantException"],
  ["invalid_request", "InvalidRequestException"],
  ["invalid_client", "InvalidClientException"],
  ["unauthorized_client", "UnauthorizedClientException"],
  ["unsupported_grant_type", "UnsupportedGrantTypeException"],
  ["invalid_scope", "InvalidScopeException"],
];

Deno.test("failureOf() takes the exception from the error of OAuth where nothing else names it", () => {
  for (const [word, code] of BY_ERROR) {
    const status = word === "invalid_client" ? 401 : 400;
    const body = JSON.stringify({ error: word, error_description: "Hm" });
    assert.equal(failureOf(OF_SDK, answered(status, body)).code, code);
  }
});

Deno.test("failureOf() is not confused by words that every object knows", () => {
  for (const word of ["constructor", "toString", "__proto__"]) {
    assert.equal(failureOf(OF_SDK, answered(400, `{"error":"${word}"}`)).code, "UnknownError");
  }
});

type AfterRow = [sentence: string, headers: Record<string, string>, expectedMs: number | undefined];

const DATE = "Fri, 20 Nov 2026 10:00:00 GMT";
const AFTER: readonly AfterRow[] = [
  ["is absent without the header", {}, undefined],
  ["is read in seconds", { "retry-after": "120" }, 120_000],
  ["may be nothing", { "retry-after": "0" }, 0],
  [
    "is read as a date, by the clock of the answer",
    { "retry-after": "Fri, 20 Nov 2026 10:05:00 GMT", date: DATE },
    300_000,
  ],
  ["is nothing for a date in the past", { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT", date: DATE }, 0],
  ["is absent when it makes no sense", { "retry-after": "soon" }, undefined],
  ["is nothing when it is negative", { "retry-after": "-5", date: DATE }, 0],
];

for (const [sentence, headers, expectedMs] of AFTER) {
  Deno.test(`failureOf() gives Retry-After, which ${sentence}`, () => {
    assert.equal(failureOf(OF_SDK, answered(503, "{}", headers)).retryAfterMs, expectedMs);
    assert.equal(failureOf(new UnreadableAnswer("html"), answered(503, "<html>", headers)).retryAfterMs, expectedMs);
  });
}

type WayRow = [sentence: string, error: unknown, kind: CallFailure["kind"], code: string];

const connect = (text: string) =>
  new TypeError(`error sending request for url (https://x/): client error (Connect)`, { cause: text });

const WAYS: readonly WayRow[] = [
  [
    "a refused connection",
    connect("tcp connect error: Connection refused (os error 111)"),
    "network",
    "ConnectionRefused",
  ],
  [
    "a name that nobody knows",
    connect("dns error: failed to lookup address information"),
    "network",
    "NameNotResolved",
  ],
  ["a net without a way out", connect("tcp connect error: Network is unreachable"), "network", "NetworkUnreachable"],
  ["a connection that breaks", connect("connection reset by peer"), "network", "ConnectionReset"],
  [
    "an answer that stops",
    new TypeError("error reading a body from connection: unexpected EOF"),
    "network",
    "ConnectionReset",
  ],
  ["a certificate of nobody", connect("invalid peer certificate: UnknownIssuer"), "tls", "TlsFailure"],
  ["a certificate that is over", connect("invalid peer certificate: Expired"), "tls", "TlsFailure"],
  ["anything else", new Error("odd"), "network", "NetworkFailure"],
  ["something that is no error", "odd", "network", "NetworkFailure"],
];

for (const [sentence, error, kind, code] of WAYS) {
  Deno.test(`failureOf() says ${code} for ${sentence}`, () => {
    const failure = failureOf(error, NOTHING_SEEN);
    assert.deepEqual([failure.kind, failure.code], [kind, code]);
  });
}

Deno.test("failureOf() says Timeout whatever else went wrong", () => {
  for (const error of [new Error("aborted"), new UnreadableAnswer("html"), new DOMException("x", "AbortError")]) {
    const failure = failureOf(error, { ...answered(400, '{"error":"invalid_grant"}'), timedOut: true });
    assert.deepEqual([failure.kind, failure.code], ["timeout", "Timeout"]);
  }
});

Deno.test("failureOf() never takes an answer that is not from AWS for a refusal, whatever its status", () => {
  for (const status of [200, 302, 400, 401, 403, 407, 502]) {
    const failure = failureOf(
      new UnreadableAnswer("HTTP with a body that is not from AWS"),
      answered(status, "<html>"),
    );
    assert.deepEqual([failure.kind, failure.status], ["unreadable", status]);
  }
});

Deno.test("failureOf() says NotPermitted for a host outside the grants", () => {
  const error = new Deno.errors.NotCapable("Requires net access to x:443");
  assert.equal(failureOf(error, NOTHING_SEEN).code, "NotPermitted");
});

Deno.test("failureOf() gives one short line, never the body, and a code that is never empty", () => {
  fc.assert(fc.property(
    fc.dictionary(fc.constantFrom("error", "error_description", "message", "__type", "reason"), fc.jsonValue()),
    fc.integer({ min: 400, max: 599 }),
    (body, status) => {
      const failure = failureOf(OF_SDK, answered(status, JSON.stringify({ ...body, refreshToken: "aorAAAA-secret" })));
      assert.ok(failure.code.length > 0, "an empty code");
      assert.ok(!failure.message.includes("\n") && failure.message.length <= 301);
      assert.ok(!JSON.stringify(failure).includes("aorAAAA-secret"));
    },
  ));
});

Deno.test("failureOf() tells a refused sign-in from one that may pass, by its status alone, and repeats nothing", () => {
  const rows: [status: number, body: string, code: string, verdict: ReturnType<typeof classifyProof>][] = [
    [400, "", "SignInRefused", "role-refused"],
    [400, "<html>s3cret</html>", "SignInRefused", "role-refused"],
    [403, '{"message":"s3cret","__type":"x#TooManyRequestsException"}', "SignInRefused", "role-refused"],
    [404, "<html>", "SignInRefused", "role-refused"],
    [408, "", "SignInUnavailable", "temporary"],
    [429, '{"message":"s3cret"}', "SignInUnavailable", "temporary"],
    [500, "", "SignInUnavailable", "temporary"],
    [503, "<html>s3cret</html>", "SignInUnavailable", "temporary"],
  ];
  for (const [status, body, code, verdict] of rows) {
    const failure = failureOf(new SignInRefused(status), answered(status, body, { "retry-after": "7" }));
    assert.deepEqual(failure, { kind: "service", code, status, message: `HTTP ${status}`, retryAfterMs: 7000 });
    assert.equal(classifyProof(failure), verdict);
  }
});
