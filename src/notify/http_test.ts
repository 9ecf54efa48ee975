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

async function codeOf(sending: Promise<unknown>): Promise<string> {
  const error = await sending.then(() => assert.fail("an answer came"), (error) => error);
  assert.ok(error instanceof HttpError, String(error));
  assert.doesNotMatch(error.message, /https?:|127\.0\.0\.1|s3cret/);
  return error.code;
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

Deno.test("httpOver() takes an answer of 64 KiB and no more", async () => {
  await served(() => new Response("x".repeat(65_536)), async (url) => {
    assert.equal((await httpOver()({ method: "GET", url })).body.length, 65_536);
  });
  await served(() => new Response("x".repeat(65_537)), async (url) => {
    assert.equal(await codeOf(httpOver()({ method: "GET", url })), "UnreadableAnswer");
  });
});

Deno.test("httpOver() waits neither for the head of an answer for ever nor for its body", async () => {
  const late = Promise.withResolvers<Response>();
  await served(() => late.promise, async (url) => {
    assert.equal(await codeOf(httpOver(50)({ method: "GET", url })), "Timeout");
    late.resolve(new Response());
  });
  const endless = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  await served(() => new Response(endless()), async (url) => {
    assert.equal(await codeOf(httpOver(50)({ method: "GET", url })), "Timeout");
  });
});

Deno.test("httpOver() tells a closed connection from half an answer and from garbage", async () => {
  const rows = [
    ["", "ConnectionReset"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "ConnectionReset"],
    ["garbage\r\n\r\n", "NetworkFailure"],
  ] as const;
  for (const [text, code] of rows) {
    await spoken(text, async (url) => assert.equal(await codeOf(httpOver()({ method: "GET", url })), code, text));
  }
});

Deno.test("httpOver() names the failures of the way", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  assert.equal(
    await codeOf(httpOver()({ method: "GET", url: `http://127.0.0.1:${port}/${SECRET}` })),
    "ConnectionRefused",
  );
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
