// Proves the main program's side: answers find their calls, and a worker that ends leaves nobody waiting.
import assert from "node:assert/strict";
import { Secret } from "../domain/secret.ts";
import { NotifyClient } from "./client.ts";
import type { NotifyAnswer, NotifyCall, NotifySetup } from "./protocol.ts";
import { TEST } from "./samples_test.ts";

const SETTINGS = new Secret('{"type":"discord","webhook_url":"https://discord.example/s3cret"}');
const DELIVERY = { id: "d-1", message: TEST };

/** Stands in for the worker: keeps what it is sent, and answers when the test says so. */
class FakeWorker {
  readonly sent: (NotifySetup | NotifyCall)[] = [];
  terminated = 0;
  onmessage: ((event: MessageEvent) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  postMessage(message: NotifySetup | NotifyCall): void {
    this.sent.push(structuredClone(message));
  }

  terminate(): void {
    this.terminated++;
  }

  answer(message: NotifyAnswer): void {
    this.onmessage?.(new MessageEvent("message", { data: message }));
  }

  crash(message: string): ErrorEvent {
    const event = new ErrorEvent("error", { message, cancelable: true });
    this.onerror?.(event);
    return event;
  }
}

function start(setup?: NotifySetup) {
  const worker = new FakeWorker();
  return { worker, client: new NotifyClient(worker as unknown as Worker, setup) };
}

Deno.test("NotifyClient hands the certificates to the worker first", () => {
  assert.deepEqual(start({ caCerts: ["pem"] }).worker.sent, [{ caCerts: ["pem"] }]);
});

Deno.test("NotifyClient gives every call its own answer, in any order", async () => {
  const { worker, client } = start();
  const sending = client.send(SETTINGS, DELIVERY);
  const reading = client.bot(SETTINGS, 7);
  const pinging = client.ping(new Secret("https://hc.example/s3cret"));
  assert.deepEqual(worker.sent.slice(1), [
    { id: 1, settings: SETTINGS.reveal(), delivery: DELIVERY },
    { id: 2, settings: SETTINGS.reveal(), offset: 7, bot: true },
    { id: 3, ping: "https://hc.example/s3cret" },
  ]);
  worker.answer({ id: 99, result: { ok: true } });
  worker.answer({ id: 3, result: { ok: false, code: "HTTP 404", message: "m" } });
  worker.answer({ id: 2, bot: { offset: 8, commands: ["login"] } });
  worker.answer({ id: 1, result: { ok: true, ref: "5" } });
  assert.deepEqual(await Promise.all([sending, reading, pinging]), [
    { ok: true, ref: "5" },
    { offset: 8, commands: ["login"] },
    { ok: false, code: "HTTP 404", message: "m" },
  ]);
});

Deno.test("NotifyClient fails every call of a worker that dies, also those that come later", async () => {
  const { worker, client } = start();
  const calls = [client.send(SETTINGS, DELIVERY), client.bot(SETTINGS, 0), client.ping(SETTINGS)];
  const event = worker.crash("Uncaught\nError: boom");
  const dead = { ok: false, code: "WorkerEnded", message: "Uncaught Error: boom" };
  assert.ok(event.defaultPrevented);
  assert.deepEqual(await Promise.all(calls), [dead, dead, dead]);
  assert.deepEqual(await client.send(SETTINGS, DELIVERY), dead);
});

Deno.test("NotifyClient.close() ends the worker and the calls under way", async () => {
  const { worker, client } = start();
  const sending = client.send(SETTINGS, DELIVERY);
  client.close();
  assert.equal(worker.terminated, 1);
  assert.deepEqual(await sending, { ok: false, code: "WorkerEnded", message: "closed" });
});
