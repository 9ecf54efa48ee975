// Proves that what looks like a secret does not get into the log, and that ordinary words do.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../domain/secret.ts";
import { redact, redactedJson } from "./redact.ts";

const KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

Deno.test("redact() removes what looks like a secret and keeps the words around it", () => {
  const rows: [line: string, safe: string][] = [
    ["got aoaAAAAAGZ_x-1+/=:MGUCMQ== from AWS", "got [redacted] from AWS"],
    ["got aorAAAAAGc9fq.rest,", "got [redacted],"],
    ["key ASIAIOSFODNN7EXAMPLE used", "key [redacted] used"],
    ["keyAKIAIOSFODNN7EXAMPLE", "key[redacted]"],
    [`aws_secret_access_key = ${KEY}`, "aws_secret_access_key = [redacted]"],
    [`SecretAccessKey: ${KEY}`, "SecretAccessKey: [redacted]"],
    [`{"secretAccessKey":"${KEY}","region":"eu-west-1"}`, '{"secretAccessKey":"[redacted]","region":"eu-west-1"}'],
    [`body {\\"sessionToken\\":\\"${KEY}\\"}`, 'body {\\"sessionToken\\":\\"[redacted]\\"}'],
    [`?X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2Fs&X=1`, "?X-Amz-Security-Token=[redacted]&X=1"],
    [`AWS_SESSION_TOKEN=${KEY}`, "AWS_SESSION_TOKEN=[redacted]"],
    [`clientSecret=${KEY}`, "clientSecret=[redacted]"],
    [`Authorization: Bearer ${KEY}`, "Authorization: Bearer [redacted]"],
    [`bearer ${KEY}`, "bearer [redacted]"],
    [`authorization: Basic dXNlcjpwYXNzd29yZA==`, "authorization: Basic [redacted]"],
    [`x-amz-sso_bearer_token: ${KEY}`, "x-amz-sso_bearer_token: [redacted]"],
    ["deviceCode=1234567890abcdefgh", "deviceCode=[redacted]"],
    [
      "error for url (https://user:pw@proxy.corp:3128/token)",
      "error for url (https://[redacted]@proxy.corp:3128/token)",
    ],
    ["//u:p@h", "//[redacted]@h"],
    ["http://u:p@ss@h/?a=b@c", "http://[redacted]@h/?a=b@c"],
    ["secret eyJraWQiOiJrZXktMSJ9.eyJhIjoxfQ.c2ln here", "secret [redacted] here"],
  ];
  for (const [line, safe] of rows) assert.equal(redact(line), safe);
});

Deno.test("redact() leaves ordinary lines as they are", () => {
  const rows = [
    "session corp: refreshed, valid until 2026-11-20T11:00:00Z",
    '{"accessTokenExpiresAt":"2026-11-20T11:00:00Z","tokenLifeMs":3600000000000000}',
    "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/jane@example.com",
    "https://example.awsapps.com/start/#/device?user_code=ABCD-EFGH",
    "/home/u/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json: the token is damaged",
    "token: expired",
    "https://example.com/jane@example.com?mail=jane@example.com",
    "me@example.com",
    "the bearer of bad news",
    "InvalidGrantException: Invalid refresh token provided",
  ];
  for (const line of rows) assert.equal(redact(line), line);
});

Deno.test("redactedJson() gives valid JSON in which no secret is left", () => {
  const value = {
    message: `request failed: {"refreshToken":"${KEY}"}`,
    token: KEY,
    clientSecret: new Secret("s3cret"),
    nested: { list: [`bearer ${KEY}`, new Secret("t0ken")], sessionToken: KEY },
    error: new RangeError(`AKIAIOSFODNN7EXAMPLE ${"a".repeat(3)}`),
    size: 12n,
    url: "//u:s3@host",
  };
  const text = redactedJson(value);
  for (const secret of [KEY, "s3cret", "t0ken", "AKIA"]) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  assert.deepEqual(JSON.parse(text), {
    message: 'request failed: {"refreshToken":"[redacted]"}',
    token: "[redacted]",
    clientSecret: "[redacted]",
    nested: { list: ["bearer [redacted]", "[redacted]"], sessionToken: "[redacted]" },
    error: "RangeError: [redacted] aaa",
    size: "12",
    url: "//[redacted]@host",
  });
});

Deno.test("redactedJson() stays one line of valid JSON for any value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = redactedJson({ value });
    assert.ok(!text.includes("\n"));
    assert.deepEqual(Object.keys(JSON.parse(text)), ["value"]);
  }));
});

Deno.test("redact() is fast on long lines that nearly match", () => {
  const started = performance.now();
  for (
    const part of [
      "token",
      "secret",
      "authorization: basic ",
      "bearer ",
      "token=",
      'token\\\\\\\\"',
      "eyJ",
      "ao",
      "//",
      "//a",
      ":@",
    ]
  ) {
    assert.equal(typeof redact(part.repeat(20_000)), "string");
  }
  assert.ok(performance.now() - started < 2000);
});
