// Proves by a real worker that the browser is waited for, once, and on this machine only.
import assert from "node:assert/strict";
import type { UserError } from "../domain/problem.ts";
import type { ListenerMessage } from "./browser_login_answer.ts";
import { Secret } from "../domain/secret.ts";
import { type CallbackListener, listenForCallback, listenToSendOn } from "./browser_login_listener.ts";

const PATIENT_MS = 60_000;

function startWorker(net: string[] = ["127.0.0.1:0"]): Worker {
  const permissions = { net, read: true, env: false, write: false, run: false, sys: false, ffi: false, import: false };
  const options = { type: "module" as const, deno: { permissions } };
  return new Worker(new URL("./callback_worker.ts", import.meta.url), options);
}

async function withListener(use: (listener: CallbackListener) => Promise<void>, timeoutMs = PATIENT_MS) {
  const listener = await listenForCallback(startWorker(), "s", timeoutMs);
  try {
    await use(listener);
  } finally {
    listener.close();
  }
}

async function open({ port }: Pick<CallbackListener, "port">, path: string): Promise<[status: number, text: string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

Deno.test("listenForCallback() gives the code, after the browser has its page", () =>
  withListener(async (listener) => {
    const [status, text] = await open(listener, "/oauth/callback?code=the-code&state=s");
    assert.equal(status, 200);
    assert.match(text, /You can close this window/);
    const answer = await listener.answer;
    assert.equal(answer.result === "approved" && answer.code.reveal(), "the-code");
    assert.doesNotMatch(Deno.inspect(answer), /the-code/);
  }));

Deno.test("listenForCallback() gives the denial of the person", () =>
  withListener(async (listener) => {
    await open(listener, "/oauth/callback?error=access_denied&state=s");
    assert.deepEqual(await listener.answer, { result: "denied" });
  }));

Deno.test("listenForCallback() goes on waiting after requests that are not its own", () =>
  withListener(async (listener) => {
    const denial = "/oauth/callback?error=access_denied";
    for (const path of ["/", "/favicon.ico", "/oauth/callback", "/oauth/callback?code=evil&state=t", denial]) {
      assert.equal((await open(listener, path))[0], 404, path);
    }
    await open(listener, "/oauth/callback?code=good&state=s");
    const answer = await listener.answer;
    assert.equal(answer.result === "approved" && answer.code.reveal(), "good");
  }));

Deno.test("listenForCallback() ends although a browser keeps a silent connection open", () =>
  withListener(async (listener) => {
    using silent = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
    await open(listener, "/oauth/callback?code=good&state=s");
    assert.equal((await listener.answer).result, "approved");
    assert.equal(silent.remoteAddr.transport, "tcp");
  }));

Deno.test("listenForCallback() listens no more once it has its answer", () =>
  withListener(async (listener) => {
    await open(listener, "/oauth/callback?code=good&state=s");
    await listener.answer;
    await assert.rejects(open(listener, "/oauth/callback?code=again&state=s"), TypeError);
  }));

Deno.test("listenForCallback() gives up when nobody comes", () =>
  withListener(async ({ answer }) => {
    assert.deepEqual(await answer, { result: "expired" });
  }, 1));

Deno.test("listenForCallback() leaves nobody waiting when it is closed", () =>
  withListener(async (listener) => {
    listener.close();
    assert.deepEqual(await listener.answer, { result: "expired" });
  }));

Deno.test("listenForCallback() fails when the worker may not listen", async () => {
  await assert.rejects(listenForCallback(startWorker(["localhost:1"]), "s"), (error: UserError) => {
    assert.match(error.message, /^Cannot wait for the browser on 127\.0\.0\.1: /);
    assert.match(error.hints[0], /device code/);
    return true;
  });
});

/** Stands in for a worker that misbehaves. */
class FakeWorker {
  terminated = 0;
  onmessage: ((event: MessageEvent) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  postMessage(): void {}

  terminate(): void {
    this.terminated++;
  }

  say(data: ListenerMessage): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  crash(): void {
    this.onerror?.(new ErrorEvent("error", { message: "out of memory", cancelable: true }));
  }
}

Deno.test("listenForCallback() fails when the worker crashes at once, and ends it", async () => {
  const worker = new FakeWorker();
  const listening = listenForCallback(worker as unknown as Worker, "s");
  worker.crash();
  await assert.rejects(listening, /out of memory/);
  assert.equal(worker.terminated, 1);
});

Deno.test("listenForCallback() leaves nobody waiting when the worker crashes later", async () => {
  const worker = new FakeWorker();
  const listening = listenForCallback(worker as unknown as Worker, "s");
  worker.say({ port: 5555 });
  const { answer } = await listening;
  worker.crash();
  assert.deepEqual(await answer, { result: "failed", error: "out of memory" });
});

Deno.test("listenForCallback() does not take the worker's word for the state", async () => {
  const worker = new FakeWorker();
  const listening = listenForCallback(worker as unknown as Worker, "s");
  worker.say({ port: 5555 });
  worker.say({ query: "?code=evil&state=t" });
  assert.deepEqual(await (await listening).answer, { result: "failed", error: "unknown answer" });
});

const LINK = new Secret("http://127.0.0.1:1/federation?SigninToken=s3cret");

Deno.test("listenToSendOn() sends one browser on, whoever else knocks, and then listens no more", async () => {
  const listener = await listenToSendOn(startWorker(), "/by-chance", LINK, PATIENT_MS);
  assert.equal((await open(listener, "/"))[0], 404);
  const asking = () => fetch(`http://127.0.0.1:${listener.port}/by-chance`, { redirect: "manual" });
  const served = await asking();
  await served.body?.cancel();
  assert.equal(served.headers.get("location"), LINK.reveal());
  assert.equal((await open(listener, "/favicon.ico"))[0], 404);
  assert.deepEqual(await listener.answer, { result: "sent-on", again: false });
  await assert.rejects(asking(), TypeError);
  listener.close();
});

Deno.test("listenToSendOn() gives the link away once, and says that somebody asked again", async () => {
  const listener = await listenToSendOn(startWorker(), "/by-chance", LINK, PATIENT_MS);
  const asking = () => fetch(`http://127.0.0.1:${listener.port}/by-chance`, { redirect: "manual" });
  const asked = Promise.allSettled([asking(), asking(), asking()]);
  assert.deepEqual(await listener.answer, { result: "sent-on", again: true });
  // Those who came too late may hear nothing before the worker ends.
  listener.close();
  const served = (await asked).flatMap((answer) => answer.status === "fulfilled" ? [answer.value] : []);
  await Promise.all(served.map((response) => response.body?.cancel()));
  assert.deepEqual(served.flatMap(({ headers }) => headers.get("location") ?? []), [LINK.reveal()]);
});

Deno.test("listenToSendOn() gives up when no browser comes", async () => {
  const listener = await listenToSendOn(startWorker(), "/by-chance", LINK, 1);
  assert.deepEqual(await listener.answer, { result: "expired" });
  listener.close();
});

Deno.test("listenToSendOn() takes no answer of a login", async () => {
  const worker = new FakeWorker();
  const listening = listenToSendOn(worker as unknown as Worker, "/by-chance", LINK);
  worker.say({ port: 5555 });
  worker.say({ query: "?code=c&state=s" });
  assert.deepEqual(await (await listening).answer, { result: "failed", error: "unknown answer" });
});
