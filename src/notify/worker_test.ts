// Proves the real worker, with the permissions of one host, against servers on this machine that answer well and badly.
import assert from "node:assert/strict";
import { makeCertificates } from "../../tests/aws/certificates.ts";
import { Secret } from "../domain/secret.ts";
import { NotifyClient } from "./client.ts";
import type { ChannelSettings, Delivery, DeliveryResult } from "./protocol.ts";
import { LOGIN_NEEDED } from "./samples_test.ts";

const KEY = "secret-key-of-channel";
const DELIVERY: Delivery = { id: "d-1", message: LOGIN_NEEDED };

function startWorker(hosts: readonly string[], timeoutMs?: number, caCerts?: readonly string[]): NotifyClient {
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = {
    type: "module" as const,
    // Uncompiled, the modules themselves must be read from disk.
    deno: { permissions: { net: [...hosts], read: true, env: true, sys: true } },
  };
  return new NotifyClient(new Worker(new URL("./worker.ts", import.meta.url), options), { timeoutMs, caCerts });
}

function secretOf(settings: ChannelSettings): Secret {
  return new Secret(JSON.stringify(settings));
}

function webhookAt(host: string): Secret {
  return secretOf({ type: "webhook", url: `http://${host}/${KEY}`, headers: {}, secret: KEY });
}

/** A server that does not answer before `end`. */
interface Slow {
  readonly timeoutMs: number;
  end(): void;
}

type Handler = (request: Request) => Response | Promise<Response>;

/** Sends one message to a server that answers by `handler`, from a worker that may reach only this server. */
async function deliver(handler: Handler, settingsAt = webhookAt, slow?: Slow): Promise<DeliveryResult> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const host = `127.0.0.1:${server.addr.port}`;
  const client = startWorker([host], slow?.timeoutMs);
  try {
    const result = await client.send(settingsAt(host), DELIVERY);
    assert.doesNotMatch(JSON.stringify(result), new RegExp(`${KEY}|127\\.0\\.0\\.1`));
    return result;
  } finally {
    client.close();
    slow?.end();
    await server.shutdown();
  }
}

/** A server that checks the request as the real service would. */
const CHECKING: readonly (readonly [string, (host: string) => ChannelSettings, Handler, DeliveryResult])[] = [
  [
    "telegram",
    (host) => ({
      type: "telegram",
      token: `123:${KEY}`,
      chat_id: "5",
      url: `http://${host}`,
      commands: false,
      allowed_users: [],
    }),
    async (request) => {
      const { chat_id, text } = await request.json();
      const good = new URL(request.url).pathname === `/bot123:${KEY}/sendMessage` && chat_id === "5" && text !== "";
      return Response.json({ ok: good, result: { message_id: 9 } });
    },
    { ok: true, ref: "9" },
  ],
  [
    "slack",
    (host) => ({ type: "slack", token: KEY, channel: "#ops", url: `http://${host}/api` }),
    async (request) => {
      const { channel, blocks } = await request.json();
      const good = request.headers.get("authorization") === `Bearer ${KEY}` && channel === "#ops" &&
        blocks.length === 3;
      return Response.json({ ok: good, channel: "C1", ts: "1.2" });
    },
    { ok: true, ref: '{"channel":"C1","ts":"1.2"}' },
  ],
  [
    "discord",
    (host) => ({ type: "discord", webhook_url: `http://${host}/api/webhooks/1/${KEY}` }),
    async (request) => {
      const { content, allowed_mentions } = await request.json();
      const good = request.url.endsWith("?wait=true") && content.length <= 2_000 && allowed_mentions.parse.length === 0;
      return Response.json({ id: "42" }, { status: good ? 200 : 400 });
    },
    { ok: true, ref: "42" },
  ],
  [
    "teams",
    (host) => ({ type: "teams", webhook_url: `http://${host}/${KEY}` }),
    async (request) => {
      const { attachments } = await request.json();
      return new Response(null, { status: attachments[0].content.type === "AdaptiveCard" ? 202 : 400 });
    },
    { ok: true },
  ],
  [
    "ntfy",
    (host) => ({ type: "ntfy", url: `http://${host}/topic`, token: KEY }),
    async (request) => {
      const good = new URL(request.url).pathname === "/" && (await request.json()).topic === "topic";
      return Response.json({ id: "abc" }, { status: good ? 200 : 400 });
    },
    { ok: true, ref: "d-1" },
  ],
];

for (const [type, settingsAt, handler, result] of CHECKING) {
  Deno.test(`the worker sends a message to ${type}`, async () => {
    assert.deepEqual(await deliver(handler, (host) => secretOf(settingsAt(host))), result);
  });
}

const FAILURES: readonly (readonly [sentence: string, Handler, code: string, retryAfterMs?: number])[] = [
  [
    "waits as long as 429 says",
    () => new Response(KEY, { status: 429, headers: { "retry-after": "3" } }),
    "HTTP 429",
    3_000,
  ],
  ["reports 500", () => new Response(KEY, { status: 500 }), "HTTP 500"],
  ["follows no redirect to another host", () => Response.redirect("http://127.0.0.2:8443/", 307), "HTTP 307"],
];

for (const [sentence, handler, code, retryAfterMs] of FAILURES) {
  Deno.test(`the worker ${sentence}`, async () => {
    const result = await deliver(handler);
    assert.ok(!result.ok);
    assert.deepEqual([result.code, result.retryAfterMs], [code, retryAfterMs]);
  });
}

Deno.test("the worker does not wait for ever", async () => {
  const late = Promise.withResolvers<Response>();
  const slow = { timeoutMs: 50, end: () => late.resolve(new Response()) };
  const result = await deliver(() => late.promise, webhookAt, slow);
  assert.deepEqual(result, { ok: false, code: "Timeout", message: "no answer in time", unsure: true });
});

Deno.test("the worker takes no garbage for an answer of Discord", async () => {
  const settings = (host: string) => secretOf({ type: "discord", webhook_url: `http://${host}/${KEY}` });
  const result = await deliver(() => new Response(`<html>${KEY}`), settings);
  assert.equal(!result.ok && result.code, "UnreadableAnswer");
});

Deno.test("the worker survives a socket that is closed, and works on", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4_096));
      connection.close();
    }
  })();
  const client = startWorker([host]);
  try {
    for (let time = 0; time < 2; time++) {
      const result = await client.send(webhookAt(host), DELIVERY);
      assert.equal(!result.ok && result.code, "ConnectionReset");
    }
  } finally {
    client.close();
    listener.close();
    await serving;
  }
});

Deno.test("the worker reaches no host but its own", async () => {
  const client = startWorker(["127.0.0.1:8443"]);
  try {
    const result = await client.ping(new Secret(`http://127.0.0.2:8443/${KEY}`));
    assert.equal(!result.ok && result.code, "NotPermitted");
    assert.doesNotMatch(JSON.stringify(result), /secret|127/);
  } finally {
    client.close();
  }
});

Deno.test("the worker pings, and answers settings that are none", async () => {
  const seen: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ method, url }) => {
    seen.push(`${method} ${new URL(url).pathname}`);
    return new Response("OK");
  });
  const client = startWorker([`127.0.0.1:${server.addr.port}`]);
  try {
    assert.deepEqual(await client.ping(new Secret(`http://127.0.0.1:${server.addr.port}/${KEY}`)), { ok: true });
    assert.deepEqual(seen, [`GET /${KEY}`]);
    const result = await client.send(new Secret(`{"${KEY}`), DELIVERY);
    assert.deepEqual(result, { ok: false, code: "InternalError", message: "a fault of sso-heal itself (SyntaxError)" });
  } finally {
    client.close();
    await server.shutdown();
  }
});

Deno.test("the worker trusts no certificate of nobody, and the ones that it is told of", async () => {
  const { caFile, cert, key, remove } = await makeCertificates();
  const caCerts = [Deno.readTextFileSync(caFile)];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
    () => new Response(null, { status: 204 }),
  );
  const host = `localhost:${server.addr.port}`;
  const settings = secretOf({ type: "webhook", url: `https://${host}/${KEY}`, headers: {} });
  const [strict, told] = [startWorker([host]), startWorker([host], undefined, caCerts)];
  try {
    const refused = await strict.send(settings, DELIVERY);
    assert.equal(!refused.ok && refused.code, "TlsFailure");
    assert.ok(!JSON.stringify(refused).includes(KEY));
    assert.deepEqual(await told.send(settings, DELIVERY), { ok: true });
  } finally {
    strict.close();
    told.close();
    await server.shutdown();
    await remove();
  }
});
