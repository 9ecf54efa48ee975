// Proves the main program's side of the worker that starts a program: what it is told, and that nobody is left waiting.
import assert from "node:assert/strict";
import { Secret } from "../domain/secret.ts";
import type { ChannelSettings } from "./protocol.ts";
import { RunClient } from "./run_client.ts";
import type { RunAnswer, RunCall } from "./run_worker.ts";
import { TEST } from "./samples_test.ts";

const DELIVERY = { id: "d-1", message: TEST };

/** Stands in for the worker: keeps what it is sent, and answers when the test says so. */
class FakeWorker {
  readonly sent: RunCall[] = [];
  terminated = 0;
  onmessage: ((event: MessageEvent<RunAnswer>) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;
  readonly #called: (() => void)[] = [];

  postMessage(message: RunCall): void {
    this.sent.push(structuredClone(message));
    this.#called.shift()?.();
  }

  /** The next call. */
  called(): Promise<void> {
    return new Promise((resolve) => this.#called.push(resolve));
  }

  terminate(): void {
    this.terminated++;
  }

  answer(data: RunAnswer): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }
}

function start(env: Readonly<Record<string, string | undefined>> = {}) {
  const worker = new FakeWorker();
  return { worker, client: new RunClient(worker as unknown as Worker, env) };
}

const secretOf = (settings: ChannelSettings) => new Secret(JSON.stringify(settings));
const COMMAND = secretOf({ type: "command", run: ["/bin/alert", "--quiet"] });

const JOBS: readonly [settings: ChannelSettings, path: string, stdin: RegExp | undefined][] = [
  [{ type: "command", run: ["/bin/alert", "--quiet"] }, "/bin/alert", /^\{"version":1,"event":"test"/],
  [{ type: "sendmail", path: "/usr/sbin/sendmail", from: "a@b", to: ["c@d"] }, "/usr/sbin/sendmail", /^From: /m],
  [{ type: "desktop", path: "/usr/bin/notify-send" }, "/usr/bin/notify-send", undefined],
];

for (const [settings, path, stdin] of JOBS) {
  Deno.test(`RunClient.send() makes the job of a ${settings.type} channel`, async () => {
    const { worker, client } = start();
    const called = worker.called();
    const sending = client.send(secretOf(settings), DELIVERY);
    await called;
    const [{ id, job }] = worker.sent;
    assert.equal(job.path, path);
    if (stdin === undefined) assert.equal(job.stdin, undefined);
    else assert.match(job.stdin ?? "", stdin);
    worker.answer({ id, result: { ok: true } });
    assert.deepEqual(await sending, { ok: true });
  });
}

Deno.test("RunClient passes on of the environment what a program of the desktop needs, and nothing else", async () => {
  const passed = { HOME: "/home/me", PATH: "/bin", LC_ALL: "C", DISPLAY: ":0", DBUS_SESSION_BUS_ADDRESS: "unix:" };
  const kept = { AWS_PROFILE: "prod", SMTP_PASSWORD: "s3cret", LD_PRELOAD: "/evil.so", TELEGRAM_TOKEN: "s3cret" };
  const { worker, client } = start({ ...passed, ...kept, TZ: undefined });
  const called = worker.called();
  const sending = client.send(COMMAND, DELIVERY);
  await called;
  assert.deepEqual(worker.sent[0].job.env, passed);
  client.close();
  await sending;
});

Deno.test("RunClient gives every job its own answer, in any order", async () => {
  const { worker, client } = start();
  const bothCalled = Promise.all([worker.called(), worker.called()]);
  const sending = [client.send(COMMAND, DELIVERY), client.send(COMMAND, DELIVERY)];
  await bothCalled;
  worker.answer({ id: 99, result: { ok: true } });
  worker.answer({ id: 2, result: { ok: false, code: "Exit 3", message: "m" } });
  worker.answer({ id: 1, result: { ok: true } });
  assert.deepEqual(await Promise.all(sending), [{ ok: true }, { ok: false, code: "Exit 3", message: "m" }]);
});

const UNUSABLE: readonly [sentence: string, settings: Secret, code: string, words: RegExp][] = [
  ["a channel that starts nothing", secretOf({ type: "discord", webhook_url: "x" }), "NotUsable", /starts no program/],
  [
    "an address that is none",
    secretOf({ type: "sendmail", path: "/usr/sbin/sendmail", from: "a@b\nBcc: c@d", to: ["e@f"] }),
    "BadAddress",
    /./,
  ],
];

for (const [sentence, settings, code, words] of UNUSABLE) {
  Deno.test(`RunClient.send() refuses ${sentence}, and starts nothing`, async () => {
    const { worker, client } = start();
    const result = await client.send(settings, DELIVERY);
    assert.equal(result.ok ? undefined : result.code, code);
    assert.match(result.ok ? "" : result.message, words);
    assert.deepEqual(worker.sent, []);
  });
}

Deno.test("RunClient.send() fails without a word of settings that cannot be read", async () => {
  const result = await start().client.send(new Secret("s3cret {"), DELIVERY);
  assert.equal(result.ok, false);
  assert.doesNotMatch(JSON.stringify(result), /s3cret/);
});

Deno.test("RunClient fails every job of a worker that dies, also those that come later", async () => {
  const { worker, client } = start();
  const called = worker.called();
  const sending = client.send(COMMAND, DELIVERY);
  await called;
  const event = new ErrorEvent("error", { message: "boom", cancelable: true });
  worker.onerror?.(event);
  const dead = { ok: false, code: "WorkerEnded", message: "the worker ended" };
  assert.ok(event.defaultPrevented);
  assert.deepEqual([await sending, await client.send(COMMAND, DELIVERY)], [dead, dead]);
});

Deno.test("RunClient.close() ends the worker, and what is still being made ready", async () => {
  const { worker, client } = start();
  const sending = client.send(COMMAND, DELIVERY);
  client.close();
  assert.equal(worker.terminated, 1);
  assert.deepEqual(await sending, { ok: false, code: "WorkerEnded", message: "closed" });
});
