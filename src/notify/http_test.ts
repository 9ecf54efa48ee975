// Proves the limits of the worker's requests against real servers on this machine.
import assert from "node:assert/strict";
import { HttpError } from "./failure.ts";
import { httpOver } from "./http.ts";

const SECRET = "s3cret-of-the-channel";

/** Runs `work` against a server on a free port, and ends it. */
async function served(
  handler: (request: Request) => Response | Promise<Response>,
  work: (url: string) => Promise<void>,
) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  try {
    await work(`http://127.0.0.1:${server.addr.port}/${SECRET}`);
  } finally {
    await server.shutdown();
  }
}

/** A server that says `text` to whoever connects, and hangs up. */
async function spoken(text: string, work: (url: string) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4_096));
      await connection.write(new TextEncoder().encode(text));
      connection.close();
    }
  })();
  try {
    await work(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/${SECRET}`);
  } finally {
    listener.close();
    await serving;
  }
}

async function errorOf(sending: Promise<unknown>): Promise<HttpError> {
  const error = await sending.then(() => assert.fail("an answer came"), (error) => error);
  assert.ok(error instanceof HttpError, String(error));
  assert.doesNotMatch(error.message, /https?:|127\.0\.0\.1|s3cret/);
  return error;
}

async function codeOf(sending: Promise<unknown>): Promise<string> {
  return (await errorOf(sending)).code;
}

Deno.test("httpOver() sends the request and gives the whole answer", async () => {
  const seen: unknown[] = [];
  await served(async (request) => {
    const { method, headers } = request;
    seen.push([method, headers.get("x-one"), headers.get("user-agent")?.startsWith("sso-heal/"), await request.text()]);
    return new Response("grün", { status: 418, headers: { "X-Two": "2" } });
  }, async (url) => {
    const { status, headers, body } = await httpOver()({
      method: "PUT",
      url,
      headers: { "x-one": "1" },
      body: "hello",
    });
    assert.deepEqual([status, headers["x-two"], body], [418, "2", "grün"]);
  });
  assert.deepEqual(seen, [["PUT", "1", true, "hello"]]);
});

Deno.test("httpOver() follows no redirect", async () => {
  let asked = 0;
  const handler = (request: Request) => {
    asked++;
    return Response.redirect(new URL("/elsewhere", request.url), 302);
  };
  await served(handler, async (url) => {
    assert.equal(await codeOf(httpOver()({ method: "POST", url, body: "{}" })), "HTTP 302");
  });
  assert.equal(asked, 1);
});

const REDIRECTS: readonly (readonly [method: "GET" | "POST", status: number, unsure: boolean])[] = [
  ["POST", 301, false],
  ["POST", 302, true],
  ["POST", 303, true],
  ["POST", 307, false],
  ["POST", 308, false],
  ["GET", 302, false],
];

for (const [method, status, unsure] of REDIRECTS) {
  Deno.test(`httpOver() ${unsure ? "thinks" : "does not think"} that a ${method} answered by ${status} was taken`, async () => {
    await served(() => new Response(null, { status, headers: { location: "/elsewhere" } }), async (url) => {
      const error = await errorOf(httpOver()({ method, url }));
      assert.deepEqual([error.code, error.unsure], [`HTTP ${status}`, unsure]);
    });
  });
}

Deno.test("httpOver() cuts an answer of more than 64 KiB, or of what the request allows, and keeps its status", async () => {
  const rows = [
    [65_536, undefined, 65_536, undefined],
    [65_537, undefined, 65_536, "long"],
    [
      9_000_000,
      undefined,
      65_536,
      "long",
    ],
    [99_999, 100_000, 99_999, undefined],
    [100_001, 100_000, 100_000, "long"],
  ] as const;
  for (const [size, maxBytes, length, cut] of rows) {
    await served(() => new Response("x".repeat(size), { status: 201 }), async (url) => {
      const answered = await httpOver()({ method: "GET", url, maxBytes });
      assert.deepEqual([answered.status, answered.body.length, answered.cut], [201, length, cut]);
    });
  }
});

Deno.test("httpOver() waits neither for the head of an answer for ever nor for its body", async () => {
  const late = Promise.withResolvers<Response>();
  await served(() => late.promise, async (url) => {
    assert.equal(await codeOf(httpOver(50)({ method: "GET", url })), "Timeout");
    late.resolve(new Response());
  });
  const endless = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  await served(() => new Response(endless(), { status: 202 }), async (url) => {
    const { status, cut } = await httpOver(50)({ method: "GET", url });
    assert.deepEqual([status, cut], [202, "late"]);
  });
});

Deno.test("httpOver() tells a service that is slow from one that is never reached", async () => {
  const late = Promise.withResolvers<Response>();
  await served(() => late.promise, async (url) => {
    const slow = await errorOf(httpOver(50)({ method: "POST", url, body: "{}" }));
    const lost = await errorOf(httpOver(50, undefined, () => Promise.resolve(false))({ method: "POST", url }));
    assert.deepEqual([slow, lost].map(({ code, unsure }) => [code, unsure]), [["Timeout", true], ["Timeout", false]]);
    late.resolve(new Response());
  });
});

Deno.test("httpOver() tells a closed connection from half an answer and from garbage", async () => {
  const rows = [["", "ConnectionReset"], ["garbage\r\n\r\n", "NetworkFailure"]] as const;
  for (const [text, wanted] of rows) {
    await spoken(text, async (url) => {
      const { code, unsure } = await errorOf(httpOver()({ method: "GET", url }));
      assert.deepEqual([code, unsure], [wanted, true], text);
    });
  }
  await spoken("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", async (url) => {
    const { status, body, cut } = await httpOver()({ method: "GET", url });
    assert.deepEqual([status, body, cut], [200, "half", "late"]);
  });
});

Deno.test("httpOver() names the failures of the way", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const refused = await errorOf(httpOver()({ method: "GET", url: `http://127.0.0.1:${port}/${SECRET}` }));
  assert.deepEqual([refused.code, refused.unsure], ["ConnectionRefused", false]);
  await served(() => new Response(), async (url) => {
    const tls = url.replace("http:", "https:");
    assert.match(
      await codeOf(httpOver()({ method: "GET", url: tls })),
      /^(TlsFailure|ConnectionReset|NetworkFailure)$/,
    );
  });
});

Deno.test("httpOver() says nothing of a header that cannot be sent", async () => {
  const headers = { "x-key": `${SECRET}\n` + "\u2028" };
  assert.equal(await codeOf(httpOver()({ method: "GET", url: "http://127.0.0.1:8443/", headers })), "NetworkFailure");
});
