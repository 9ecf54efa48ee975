// Proves by real connections what the transport lets through: answers of AWS, whole and in time, and nothing else.
import assert from "node:assert/strict";
import { failureOf, UnreadableAnswer } from "./failure_of.ts";
import { Transport } from "./transport.ts";

type Request = Parameters<Transport["handle"]>[0];

/** Long enough for any answer of a server on this machine, and never waited for. */
const PATIENT_MS = 30_000;
/** What a server that stalls costs a test. */
const SHORT_MS = 100;
const STS_OK = "<GetCallerIdentityResponse><Arn>a</Arn></GetCallerIdentityResponse>";
const STS_KEYS = "<AssumeRoleResponse><Credentials><AccessKeyId>a</AccessKeyId></Credentials></AssumeRoleResponse>";
const STS_ERROR = "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>";

const JSON_BODY = { "content-type": "application/json" };
const BEARER = { "x-amz-sso_bearer_token": "s3cret" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** Path and headers of a call, as the SDK makes them. */
const CALLS = {
  CreateToken: ["/token", JSON_BODY],
  GetRoleCredentials: ["/federation/credentials", BEARER],
  Logout: ["/logout", BEARER],
  GetCallerIdentity: ["/", FORM],
  GetSigninToken: ["/federation", FORM],
  /** Of STS at an override that ends alike. */
  AssumeRole: ["/federation", { ...FORM, authorization: "AWS4-HMAC-SHA256" }],
} as const;

function requestTo(port: number, operation: keyof typeof CALLS = "CreateToken", base = ""): Request {
  const [path, headers] = CALLS[operation];
  const request: Omit<Request, "clone"> = {
    protocol: "http:",
    hostname: "127.0.0.1",
    port,
    path: base + path,
    method: "POST",
    headers,
    query: {},
    body: "{}",
  };
  return request as Request;
}

/** Runs `body` with the port of a server that gives this answer to everything. */
async function withServer(answer: () => Response, body: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await body(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

/** Runs `body` with the port of a server that sends these pieces, `pauseMs` apart, and then says nothing any more. */
async function withStallingServer(
  pieces: readonly string[],
  body: (port: number) => Promise<void>,
  { pauseMs = 0, hangUp = false } = {},
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const stop = new AbortController();
  const serving = (async () => {
    for await (const conn of listener) {
      open.push(conn);
      await conn.read(new Uint8Array(65_536));
      for (const piece of pieces) {
        if (stop.signal.aborted) return;
        await conn.write(new TextEncoder().encode(piece)).catch(() => {});
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      if (hangUp) open.pop()?.close();
    }
  })().catch(() => {});
  try {
    await body(listener.addr.port);
  } finally {
    stop.abort();
    for (const conn of open) conn.close();
    listener.close();
    await serving;
  }
}

/** What was thrown; a call that works fails the test. */
async function thrownBy(transport: Transport, request: Request): Promise<unknown> {
  try {
    await transport.handle(request);
  } catch (error) {
    return error;
  } finally {
    transport.destroy();
  }
  return assert.fail("the answer was let through");
}

Deno.test("Transport gives the answer of AWS, and what it saw of it", async () => {
  const headers = { date: "Fri, 20 Nov 2026 10:00:00 GMT", "x-amzn-requestid": "1" };
  await withServer(() => new Response('{"accessToken":"é"}', { headers }), async (port) => {
    const transport = new Transport(PATIENT_MS);
    const { response } = await transport.handle(requestTo(port));
    assert.equal(new TextDecoder().decode(response.body), '{"accessToken":"é"}');
    assert.deepEqual([transport.status, transport.body, transport.timedOut], [200, '{"accessToken":"é"}', false]);
    assert.equal(transport.serverTime, Date.parse("2026-11-20T10:00:00Z"));
    assert.equal(transport.headers["x-amzn-requestid"], "1");
    transport.destroy();
  });
});

Deno.test("Transport takes no time from a Date that makes no sense", async () => {
  await withServer(() => new Response("{}", { headers: { date: "yesterday" } }), async (port) => {
    const transport = new Transport(PATIENT_MS);
    await transport.handle(requestTo(port));
    assert.equal(transport.serverTime, undefined);
    transport.destroy();
  });
});

const TYPED = { "x-amzn-errortype": "X" };

type Row = [
  sentence: string,
  operation: keyof typeof CALLS,
  status: number,
  body: string,
  headers: Record<string, string>,
  passes: boolean,
];

const ANSWERS: readonly Row[] = [
  ["an object of JSON", "CreateToken", 200, "{}", {}, true],
  ["JSON between blanks", "CreateToken", 200, " \n{}\n", {}, true],
  ["an error that the header names", "CreateToken", 400, "{}", TYPED, true],
  ["an error that the header names, without a body", "CreateToken", 401, "", TYPED, true],
  ["an error of OAuth", "CreateToken", 400, '{"error":"invalid_grant"}', {}, true],
  ["an error of OAuth with words", "CreateToken", 400, '{"error":"slow_down","error_description":"Hm"}', {}, true],
  ["an unknown client", "CreateToken", 401, '{"error":"invalid_client","error_description":"Hm"}', {}, true],
  ["an error with __type", "GetRoleCredentials", 401, '{"__type":"a#UnauthorizedException"}', {}, true],
  ["an empty answer to a logout", "Logout", 200, "", {}, true],
  ["the XML of STS", "GetCallerIdentity", 200, STS_OK, {}, true],
  ["the XML of STS with keys", "GetCallerIdentity", 200, `<?xml version="1.0"?>\n${STS_KEYS}\n`, {}, true],
  ["an error of STS", "GetCallerIdentity", 403, STS_ERROR, {}, true],
  ["a sign-in token", "GetSigninToken", 200, '{"SigninToken":"t"}', {}, true],
  ["a sign-in refused without a word", "GetSigninToken", 400, "", {}, true],
  ["a sign-in refused with a page", "GetSigninToken", 403, "<html>Error</html>", {}, true],
  ["a sign-in that has to wait", "GetSigninToken", 503, "<html>Busy</html>", {}, true],
  ["a page in the place of a sign-in token", "GetSigninToken", 200, "<html>Log in to the hotel</html>", {}, false],
  ["a proxy that wants a password for the sign-in", "GetSigninToken", 407, "<html>Who?</html>", {}, false],
  ["the page of a proxy", "CreateToken", 200, "<html>Log in to the hotel</html>", {}, false],
  ["the page of a proxy with 401", "CreateToken", 401, "<html>Unauthorized</html>", {}, false],
  ["the page of a proxy with 403", "GetRoleCredentials", 403, "<html>Blocked</html>", {}, false],
  ["the page of a proxy with 503", "CreateToken", 503, "<html>Busy</html>", {}, false],
  ["a proxy's own JSON with 403", "GetRoleCredentials", 403, '{"message":"Blocked"}', {}, false],
  ["a proxy's own JSON with 400", "CreateToken", 400, '{"code":7}', {}, false],
  [
    "a gateway that denies",
    "CreateToken",
    403,
    '{"error":"access_denied","message":"Blocked by a gateway"}',
    {},
    false,
  ],
  ["a gateway that denies with 400", "CreateToken", 400, '{"error":"access_denied","message":"Blocked"}', {}, false],
  ["a gateway that wants a password", "CreateToken", 407, '{"error":"access_denied"}', {}, false],
  ["a gateway that knows no such page", "CreateToken", 404, '{"error":"invalid_request"}', {}, false],
  ["a page that the law forbids", "CreateToken", 451, '{"error":"access_denied"}', {}, false],
  ["a grant that is refused with 401", "CreateToken", 401, '{"error":"invalid_grant"}', {}, false],
  ["an unknown client with 400", "CreateToken", 400, '{"error":"invalid_client"}', {}, false],
  ["an error that is not of OAuth", "CreateToken", 400, '{"error":"blocked"}', {}, false],
  ["an error whose name is empty", "CreateToken", 403, "{}", { "x-amzn-errortype": "" }, false],
  ["an error of OAuth from the portal", "GetRoleCredentials", 401, '{"error":"invalid_client"}', {}, false],
  ["an empty answer for a role", "GetRoleCredentials", 200, "", {}, false],
  ["an empty answer", "CreateToken", 200, "", {}, false],
  ["an empty error that nothing names", "CreateToken", 401, "", {}, false],
  ["an empty error to a logout", "Logout", 500, "", {}, false],
  ["half a JSON", "CreateToken", 200, '{"accessToken":"abc', {}, false],
  ["a list", "CreateToken", 200, "[]", {}, false],
  ["null", "CreateToken", 200, "null", {}, false],
  ["a text", "CreateToken", 400, '"invalid_grant"', {}, false],
  ["JSON in the place of XML", "GetCallerIdentity", 200, "{}", {}, false],
  ["an empty error of STS", "AssumeRole", 400, "", {}, false],
  ["half the XML of STS", "GetCallerIdentity", 200, STS_OK.slice(0, -10), {}, false],
  ["half the XML of STS with keys", "GetCallerIdentity", 200, STS_KEYS.slice(0, -10), {}, false],
  ["XML that ends as another answer", "GetCallerIdentity", 200, STS_KEYS.slice(0, 40) + STS_OK.slice(-30), {}, false],
  ["half an error of STS", "GetCallerIdentity", 403, STS_ERROR.slice(0, -3), {}, false],
  ["the success of STS with the status of an error", "GetCallerIdentity", 403, STS_OK, {}, false],
];

for (const [sentence, operation, status, body, headers, passes] of ANSWERS) {
  Deno.test(`Transport ${passes ? "lets through" : "refuses"} ${sentence}`, async () => {
    await withServer(() => new Response(body, { status, headers }), async (port) => {
      // An endpoint override may have a path of its own.
      for (const base of ["", "/base"]) {
        const transport = new Transport(PATIENT_MS);
        if (passes) {
          assert.equal((await transport.handle(requestTo(port, operation, base))).response.statusCode, status);
          transport.destroy();
          continue;
        }
        const error = await thrownBy(transport, requestTo(port, operation, base));
        assert.ok(error instanceof UnreadableAnswer);
        assert.deepEqual([failureOf(error, transport).kind, transport.status], ["unreadable", status]);
      }
    });
  });
}

for (const status of [301, 302, 307, 308]) {
  Deno.test(`Transport follows no redirect (${status}): it would carry the token along`, async () => {
    let carried = 0;
    await withServer(() => new Response(`${carried++}`), async (elsewhere) => {
      const headers = { location: `http://127.0.0.1:${elsewhere}/federation/credentials` };
      await withServer(() => new Response(null, { status, headers }), async (port) => {
        const transport = new Transport(PATIENT_MS);
        const error = await thrownBy(transport, requestTo(port, "GetRoleCredentials"));
        assert.match(String(error), new RegExp(`UnreadableAnswer: HTTP ${status}, a redirect`));
      });
    });
    assert.equal(carried, 0);
  });
}

const MIB = 1024 * 1024;

Deno.test("Transport lets a body of 1 MiB through, and no byte more", async () => {
  const padded = (size: number) => `{"a":"${"x".repeat(size - 8)}"}`;
  await withServer(() => new Response(padded(MIB)), async (port) => {
    const transport = new Transport(PATIENT_MS);
    assert.equal((await transport.handle(requestTo(port))).response.body.length, MIB);
    transport.destroy();
  });
  await withServer(() => new Response(padded(MIB + 1)), async (port) => {
    assert.match(String(await thrownBy(new Transport(PATIENT_MS), requestTo(port))), /more than 1 MiB/);
  });
});

Deno.test("Transport gives up a body that never ends", async () => {
  let cancelled = false;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => void (cancelled = true),
      }),
    );
  await withServer(endless, async (port) => {
    const error = await thrownBy(new Transport(PATIENT_MS), requestTo(port));
    assert.match(String(error), /more than 1 MiB/);
  });
  assert.equal(cancelled, true);
});

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2000\r\n\r\n";

const STALLS: ReadonlyArray<readonly [sentence: string, pieces: readonly string[], pauseMs: number]> = [
  ["that never begins", [], 0],
  ["that stops in its head", ["HTTP/1.1 200 OK\r\ncontent-"], 0],
  ["that stops before its body", [HEAD], 0],
  ["that stops in its body", [HEAD, '{"accessToken":'], 0],
  ["that drips", [HEAD, ...'{"accessToken":"'.repeat(20).split("")], 20],
];

for (const [sentence, pieces, pauseMs] of STALLS) {
  Deno.test(`Transport gives up an answer ${sentence}`, async () => {
    await withStallingServer(pieces, async (port) => {
      const transport = new Transport(SHORT_MS);
      const error = await thrownBy(transport, requestTo(port));
      assert.equal(transport.timedOut, true);
      assert.deepEqual(failureOf(error, transport).kind, "timeout");
    }, { pauseMs });
  });
}

const CUTS: ReadonlyArray<readonly [sentence: string, pieces: readonly string[]]> = [
  ["before it began", []],
  ["in its head", ["HTTP/1.1 200 OK\r\ncont"]],
  ["before its body", [HEAD]],
  ["in its body", [HEAD, '{"error":"invalid_grant"}']],
];

for (const [sentence, pieces] of CUTS) {
  Deno.test(`Transport takes an answer that was cut ${sentence} for no answer of AWS`, async () => {
    await withStallingServer(pieces, async (port) => {
      const transport = new Transport(PATIENT_MS);
      const { kind } = failureOf(await thrownBy(transport, requestTo(port)), transport);
      assert.ok(kind === "network" || kind === "unreadable", kind);
    }, { hangUp: true });
  });
}

Deno.test("Transport says that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const transport = new Transport(PATIENT_MS);
  const { kind, code } = failureOf(await thrownBy(transport, requestTo(port)), transport);
  assert.deepEqual([kind, code], ["network", "ConnectionRefused"]);
});
