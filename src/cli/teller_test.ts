// Proves the way of a message through the real workers: who gets what, what they may do, and that all of them end.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { Webhook } from "../../tests/binary/support/webhook.ts";
import type { AlertMessage } from "../domain/alert_message.ts";
import { Secret } from "../domain/secret.ts";
import type { Channel } from "../heal/channels.ts";
import type { ChannelSettings } from "../notify/protocol.ts";
import { openTeller } from "./teller.ts";

const MESSAGE: AlertMessage = { event: "test", host: "buildhost", user: "builder", now: Date.UTC(2026, 10, 20, 10) };
const DELIVERY = { id: "d-1", message: MESSAGE };

function channel(name: string, settings: ChannelSettings, more: Partial<Channel>): Channel {
  const json = new Secret(JSON.stringify(settings));
  return { name, type: settings.type, settings: json, hosts: [], bot: false, ...more };
}

const hook = (name: string, url: string) =>
  channel(name, { type: "webhook", url, headers: {} }, { hosts: [new URL(url).host] });

/** Runs a line of the shell; what it may start is the first word of `run` unless something else is given. */
const shell = (name: string, line: string, ...args: string[]) =>
  channel(name, { type: "command", run: ["/bin/sh", "-c", line, ...args] }, { program: "/bin/sh" });

interface Options {
  readonly channels: readonly Channel[];
  readonly heartbeatUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function withTeller(
  { env = { PATH: "/usr/bin:/bin" }, ...outlets }: Options,
  use: (teller: ReturnType<typeof openTeller>) => Promise<void>,
): Promise<void> {
  const teller = openTeller({ now: () => 0, env }, outlets, []);
  try {
    await use(teller);
  } finally {
    teller.close();
  }
}

Deno.test("openTeller() sends through the network and through programs side by side", async () => {
  await using ops = new Webhook(() => 0);
  await using file = await fakeSystem();
  const path = `${file.home}/message`;
  const channels = [hook("ops", ops.url), shell("script", 'cat > "$0"', path)];
  await withTeller({ channels, env: { PATH: "/usr/bin:/bin" } }, async (teller) => {
    const results = await Promise.all(channels.map(({ name }) => teller.send(name, DELIVERY)));
    assert.deepEqual(results, [{ ok: true }, { ok: true }]);
  });
  assert.deepEqual(ops.events(), ["test"]);
  assert.equal(ops.told[0].headers.get("x-sso-heal-delivery"), "d-1");
  // A program gets on standard input what a webhook gets.
  assert.deepEqual(JSON.parse(file.read("message") ?? ""), ops.told[0].body);
});

Deno.test("openTeller() gives a program what it needs of the environment, and no secret of ours", async () => {
  await using file = await fakeSystem();
  const env = { PATH: "/usr/bin:/bin", HOME: file.home, LANG: "C.UTF-8", SMTP_PASSWORD: "s3cret", AWS_PROFILE: "prod" };
  await withTeller({ channels: [shell("script", 'env > "$0"', `${file.home}/env`)], env }, async (teller) => {
    assert.deepEqual(await teller.send("script", DELIVERY), { ok: true });
  });
  const names = file.read("env")?.split("\n").map((line) => line.split("=")[0]).filter((name) => name !== "") ?? [];
  assert.deepEqual(names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name)).sort(), [
    ...["HOME", "LANG", "PATH"],
  ]);
});

Deno.test("openTeller() lets a channel start its own program only", async () => {
  await using file = await fakeSystem();
  const settings: ChannelSettings = { type: "command", run: ["/bin/sh", "-c", 'cat > "$0"', `${file.home}/message`] };
  const channels = [channel("script", settings, { program: "/bin/true" }), shell("other", "exit 0")];
  await withTeller({ channels }, async (teller) => {
    const result = await teller.send("script", DELIVERY);
    assert.equal(result.ok ? undefined : result.code, "NotPermitted");
    assert.deepEqual(await teller.send("other", DELIVERY), { ok: true });
  });
  assert.equal(file.read("message"), undefined);
});

Deno.test("openTeller() reaches the hosts of its channels only", async () => {
  await using ops = new Webhook(() => 0);
  await using stranger = new Webhook(() => 0);
  const wrong = { ...hook("wrong", stranger.url), hosts: [] };
  await withTeller({ channels: [hook("ops", ops.url), wrong] }, async (teller) => {
    const result = await teller.send("wrong", DELIVERY);
    assert.equal(result.ok, false);
    assert.deepEqual(await teller.send("ops", DELIVERY), { ok: true });
  });
  assert.deepEqual(stranger.events(), []);
});

Deno.test("openTeller() starts one worker for channels of the same program", async () => {
  const channels = [shell("good", "exit 0"), shell("bad", "exit 3")];
  await withTeller({ channels }, async (teller) => {
    const results = await Promise.all(channels.map(({ name }) => teller.send(name, DELIVERY)));
    assert.deepEqual(results.map((result) => result.ok || result.code), [true, "Exit 3"]);
  });
});

Deno.test("openTeller() says why a channel cannot be used", async () => {
  const failure = "token: the environment variable TOKEN is not set";
  const broken: Channel = { name: "phone", type: "telegram", hosts: [], bot: true, failure };
  await withTeller({ channels: [broken] }, async (teller) => {
    const unusable = (message: string) => ({ ok: false, code: "NotUsable", message });
    assert.deepEqual(await teller.send("phone", DELIVERY), unusable(failure));
    assert.deepEqual(await teller.commands("phone", 0), unusable(failure));
    assert.deepEqual(await teller.send("nobody", DELIVERY), unusable("there is no such channel"));
    assert.equal((await teller.ping()).ok, false);
  });
});

Deno.test("openTeller() makes a worker that cannot be started the failure of its channels alone", async () => {
  const odd = channel("odd", { type: "webhook", url: "https://my..host/", headers: {} }, { hosts: ["my..host:443"] });
  const empty = channel("empty", { type: "command", run: [""] }, { program: "" });
  const channels = [odd, empty, shell("good", "exit 0")];
  await withTeller({ channels, heartbeatUrl: "https://hc.example.com/1" }, async (teller) => {
    for (const failing of [teller.send("odd", DELIVERY), teller.commands("odd", 0), teller.ping()]) {
      const result = await failing;
      assert.equal("code" in result ? result.code : undefined, "NotStarted");
    }
    const result = await teller.send("empty", DELIVERY);
    assert.equal(result.ok, false);
    assert.deepEqual(await teller.send("good", DELIVERY), { ok: true });
  });
});

Deno.test("openTeller() tells the heartbeat URL, which may have a host of its own", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ method, url }) => {
    asked.push(`${method} ${new URL(url).pathname}`);
    return new Response(null, { status: asked.length === 1 ? 200 : 404 });
  });
  try {
    const heartbeatUrl = `http://127.0.0.1:${server.addr.port}/ping/1`;
    await withTeller({ channels: [], heartbeatUrl }, async (teller) => {
      assert.deepEqual(await teller.ping(), { ok: true });
      const second = await teller.ping();
      assert.equal(second.ok ? undefined : second.code, "HTTP 404");
    });
    assert.deepEqual(asked, ["GET /ping/1", "GET /ping/1"]);
  } finally {
    await server.shutdown();
  }
});

Deno.test("openTeller() that is closed ends what is under way, and everything after it", async () => {
  const arrived = Promise.withResolvers<void>();
  const stalled = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    arrived.resolve();
    return stalled.promise;
  });
  const channels = [hook("ops", `http://127.0.0.1:${server.addr.port}/`), shell("script", "exec sleep 60")];
  const teller = openTeller({ now: () => 0, env: { PATH: "/usr/bin:/bin" } }, { channels }, []);
  const sending = channels.map(({ name }) => teller.send(name, DELIVERY));
  await arrived.promise;
  teller.close();
  const closed = { ok: false, code: "WorkerEnded", message: "closed" };
  assert.deepEqual(await Promise.all(sending), [closed, closed]);
  assert.deepEqual(await teller.send("script", DELIVERY), closed);
  stalled.resolve(new Response());
  await server.shutdown();
});
