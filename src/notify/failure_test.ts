// Proves that failures say what happened, and nothing of the request.
import assert from "node:assert/strict";
import { failureOf, HttpError, httpErrorOf, refusal } from "./failure.ts";
import { answer } from "./samples_test.ts";

const URL_TEXT = "error sending request for url (https://hooks.example/s3cret): ";
const ROWS: readonly (readonly [words: string, code: string, unsure?: true])[] = [
  ["client error (Connect): tcp connect error: Connection refused (os error 111)", "ConnectionRefused"],
  ["client error (Connect): dns error: failed to lookup address information", "NameNotResolved"],
  ["client error (Connect): invalid peer certificate: UnknownIssuer", "TlsFailure"],
  ["client error (SendRequest): connection closed before message completed", "ConnectionReset", true],
  ["client error (SendRequest): connection error: Connection reset by peer (os error 104)", "ConnectionReset", true],
  ["client error (SendRequest): invalid HTTP version parsed", "NetworkFailure", true],
  ["client error (Connect): connection reset by peer", "ConnectionReset"],
  ["client error (Connect): tcp connect error: Network is unreachable (os error 101)", "NetworkUnreachable"],
  ["something new", "NetworkFailure"],
];

for (const [words, code, unsure] of ROWS) {
  Deno.test(`httpErrorOf() calls "${words}" ${code} and names no URL`, () => {
    for (const error of [new TypeError(URL_TEXT + words), new TypeError("fetch failed", { cause: URL_TEXT + words })]) {
      const failure = failureOf(httpErrorOf(error));
      assert.deepEqual([failure.code, failure.unsure], [code, unsure]);
      assert.doesNotMatch(JSON.stringify(failure), /https?:|s3cret|hooks/);
    }
  });
}

Deno.test("httpErrorOf() tells a host outside the grants from a fault of the network", () => {
  const error = httpErrorOf(new Deno.errors.NotCapable('Requires net access to "hooks.example:443"'));
  assert.deepEqual([error.code, /hooks/.test(error.message)], ["NotPermitted", false]);
});

Deno.test("failureOf() repeats nothing of an error that is not known", () => {
  const failure = failureOf(new SyntaxError(`Unexpected token 'x', "xoxb-s3cret" is not valid JSON`));
  assert.deepEqual(failure, { ok: false, code: "InternalError", message: "a fault of sso-heal itself (SyntaxError)" });
  assert.equal(failureOf(new HttpError("Timeout", "no answer in time")).code, "Timeout");
  assert.equal(failureOf("thrown text").message, "a fault of sso-heal itself (unknown)");
});

Deno.test("refusal() takes the time to wait from 429 and 5xx only", () => {
  const wait = { "retry-after": "7" };
  const times = [429, 500, 503, 403].map((status) => refusal(answer(status, "", wait)).retryAfterMs);
  assert.deepEqual(times, [7_000, 7_000, 7_000, undefined]);
});

Deno.test("refusal() words the status where the service says nothing, else gives the words of the service", () => {
  assert.match(refusal(answer(401)).message, /does not accept/);
  assert.match(refusal(answer(404)).message, /does not know/);
  assert.match(refusal(answer(429)).message, /fewer/);
  assert.match(refusal(answer(502)).message, /has a fault/);
  assert.match(refusal(answer(400), "").message, /refused/);
  assert.equal(refusal(answer(400), "chat not found").message, "chat not found");
});
