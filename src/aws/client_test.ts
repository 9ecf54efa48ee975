// Proves the main program's side of the worker: answers find their calls, and a worker that ends leaves nobody waiting.
import assert from "node:assert/strict";
import { START } from "../../tests/support/fake_system.ts";
import { AwsClient, AwsError, CALL_TIMEOUT_MS } from "./client.ts";
import type { AnswerMessage, CallMessage, SetupMessage } from "./protocol.ts";

const PORTAL = { endpoint: "https://portal.sso.us-east-1.amazonaws.com", region: "us-east-1" };
const OIDC = { endpoint: "https://oidc.us-east-1.amazonaws.com", region: "us-east-1" };
const ROLE = { accessToken: "access", accountId: "012345678901", roleName: "ReadOnly" };

/** Stands in for the worker: keeps what it is sent, and answers when the test says so. */
class FakeWorker {
  readonly sent: (SetupMessage | CallMessage)[] = [];
  terminated = 0;
  onmessage: ((event: MessageEvent) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  postMessage(message: SetupMessage | CallMessage): void {
    this.sent.push(structuredClone(message));
  }

  terminate(): void {
    this.terminated++;
  }

  answer(message: AnswerMessage): void {
    this.onmessage?.(new MessageEvent("message", { data: message }));
  }

  crash(message: string): ErrorEvent {
    const event = new ErrorEvent("error", { message, cancelable: true });
    this.onerror?.(event);
    return event;
  }

  get calls(): CallMessage[] {
    return this.sent.slice(1) as CallMessage[];
  }
}

function start(caCerts: string[] = []) {
  const worker = new FakeWorker();
  return { worker, client: new AwsClient(worker as unknown as Worker, () => START, caCerts) };
}

/** The failure of a call that must fail; a call that never ends fails the test. */
async function failureOfCall(call: Promise<unknown>): Promise<AwsError> {
  const tooLong = Promise.withResolvers<never>();
  const timer = setTimeout(tooLong.reject, 2_000, new Error("the call never ended"));
  try {
    await Promise.race([call, tooLong.promise]);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return assert.fail("the call did not fail");
}

Deno.test("AwsClient hands the certificates to the worker first", () => {
  assert.deepEqual(start(["pem"]).worker.sent, [{ caCerts: ["pem"] }]);
});

Deno.test("AwsClient gives every call its own answer, in any order", async () => {
  const { worker, client } = start();
  const first = client.call("GetRoleCredentials", PORTAL, ROLE);
  const second = client.call("Logout", PORTAL, { accessToken: "other" }, 1234);
  assert.deepEqual(
    worker.calls.map(({ operation, timeoutMs, target, input }) => [operation, timeoutMs, target, input]),
    [
      ["GetRoleCredentials", CALL_TIMEOUT_MS, PORTAL, ROLE],
      ["Logout", 1234, PORTAL, { accessToken: "other" }],
    ],
  );
  const keys = { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c", expiresAt: 1 };
  worker.answer({ id: worker.calls[1].id, output: {} });
  worker.answer({ id: worker.calls[0].id, output: keys });
  assert.deepEqual([await first, await second], [keys, {}]);
});

Deno.test("AwsClient throws what the worker says of a failure, without a secret", async () => {
  const { worker, client } = start();
  const call = client.call("CreateToken", OIDC, { clientId: "c", clientSecret: "s3cret", refreshToken: "r3fresh" });
  worker.answer({
    id: worker.calls[0].id,
    failure: { kind: "service", code: "InvalidGrantException", status: 400, message: "over" },
  });
  const error = await failureOfCall(call);
  assert.equal(error.message, "CreateToken at oidc.us-east-1.amazonaws.com: over (InvalidGrantException)");
  assert.deepEqual([error.operation, error.target, error.failure.status], ["CreateToken", OIDC, 400]);
  assert.doesNotMatch(Deno.inspect(error), /s3cret|r3fresh/);
});

Deno.test("AwsClient learns AWS's clock from every answer, and tells it to the next call", async () => {
  const { worker, client } = start();
  assert.equal(client.clockOffsetMs, undefined);
  const first = client.call("Logout", PORTAL, { accessToken: "a" });
  assert.equal(worker.calls[0].clockOffsetMs, 0);
  worker.answer({ id: worker.calls[0].id, output: {}, serverTime: START + 7_000 });
  await first;
  assert.equal(client.clockOffsetMs, 7_000);
  const second = client.call("Logout", PORTAL, { accessToken: "a" });
  assert.equal(worker.calls[1].clockOffsetMs, 7_000);
  worker.answer({ id: worker.calls[1].id, failure: { kind: "network", code: "ConnectionReset", message: "" } });
  await failureOfCall(second);
  assert.equal(client.clockOffsetMs, 7_000);
});

Deno.test("AwsClient minds no answer that nobody waits for", async () => {
  const { worker, client } = start();
  worker.answer({ id: 99, output: {} });
  const call = client.call("Logout", PORTAL, { accessToken: "a" });
  worker.answer({ id: worker.calls[0].id, output: {} });
  worker.answer({ id: worker.calls[0].id, output: {} });
  assert.deepEqual(await call, {});
});

Deno.test("AwsClient fails the calls under way when the worker crashes, and keeps the crash to itself", async () => {
  const { worker, client } = start();
  const calls = [1, 2].map(() => client.call("Logout", PORTAL, { accessToken: "a" }));
  const event = worker.crash("out of memory");
  assert.equal(event.defaultPrevented, true);
  for (const call of calls) {
    const { kind, code, message } = (await failureOfCall(call)).failure;
    assert.deepEqual([kind, code, message], ["network", "WorkerEnded", "out of memory"]);
  }
});

Deno.test("AwsClient fails a call at once when the worker has crashed before", async () => {
  const { worker, client } = start();
  worker.crash("the certificates make no sense");
  const { failure } = await failureOfCall(client.call("Logout", PORTAL, { accessToken: "a" }));
  assert.deepEqual([failure.code, failure.message], ["WorkerEnded", "the certificates make no sense"]);
});

Deno.test("AwsClient.close() ends the worker, the calls under way, and those to come", async () => {
  const { worker, client } = start();
  const call = client.call("Logout", PORTAL, { accessToken: "a" });
  client.close();
  assert.equal((await failureOfCall(call)).failure.code, "WorkerEnded");
  assert.equal((await failureOfCall(client.call("Logout", PORTAL, { accessToken: "a" }))).failure.code, "WorkerEnded");
  assert.equal(worker.terminated, 1);
});
