// Tests of the way to AWS.
import assert from "node:assert/strict";
import { AwsError } from "../aws/client.ts";
import { EXIT, type UserError } from "../domain/problem.ts";
import { openConnection, resolveStartUrl } from "./connection.ts";

Deno.test("openConnection() calls AWS through the worker, knows its clock then, and closes it", async () => {
  const serverTime = Date.UTC(2026, 10, 20, 10);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      Response.json({ message: "slow down" }, {
        status: 429,
        headers: { "x-amzn-errortype": "TooManyRequestsException", date: new Date(serverTime).toUTCString() },
      }),
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const connection = await openConnection({ now: () => serverTime - 60_000, env: {} }, [host], []);
  try {
    assert.equal(connection.clockOffsetMs, undefined);
    const target = { endpoint: `http://${host}`, region: "us-east-1" };
    await assert.rejects(connection.call("Logout", target, { accessToken: "x" }), (error) => {
      assert.ok(error instanceof AwsError);
      assert.equal(error.failure.code, "TooManyRequestsException");
      return true;
    });
    assert.equal(connection.clockOffsetMs, 60_000);
  } finally {
    connection.close();
    await server.shutdown();
  }
});

Deno.test("openConnection() that is closed fails its calls", async () => {
  const connection = await openConnection({ now: () => 0, env: {} }, ["127.0.0.1:9"], []);
  const target = { endpoint: "http://127.0.0.1:9", region: "us-east-1" };
  const call = connection.call("Logout", target, { accessToken: "x" });
  connection.close();
  await assert.rejects(call, AwsError);
});

Deno.test("openConnection() without a host of AWS calls nobody, and starts no worker for it", async () => {
  const connection = await openConnection({ now: () => 0, env: {} }, [], []);
  const target = { endpoint: "http://127.0.0.1:9", region: "us-east-1" };
  await assert.rejects(connection.call("Logout", target, { accessToken: "x" }), (error: AwsError) => {
    assert.equal(error.failure.code, "NotPermitted");
    return true;
  });
  assert.deepEqual([connection.teller, connection.listen, connection.clockOffsetMs], [undefined, undefined, undefined]);
  connection.close();
});

Deno.test("openConnection() opens a way to people only where there is one", async () => {
  const failure = "token: the environment variable TOKEN is not set";
  const channel = { name: "phone", type: "telegram", hosts: [], bot: false, failure } as const;
  const connection = await openConnection({ now: () => 0, env: {} }, [], [], { channels: [channel] });
  const message = { event: "test", host: "h", user: "u", now: 0 } as const;
  assert.deepEqual(await connection.teller?.send("phone", { id: "1", message }), {
    ok: false,
    code: "NotUsable",
    message: failure,
  });
  connection.close();
});

Deno.test("openConnection() waits for the browser as often as there are sessions, one after the other", async () => {
  const connection = await openConnection({ now: () => 0, env: {} }, [], [], { channels: [], callback: true });
  try {
    for (const state of ["one", "two"]) {
      const listener = await connection.listen?.(state);
      assert.ok(listener !== undefined);
      const page = await fetch(`http://127.0.0.1:${listener.port}/oauth/callback?code=c-${state}&state=${state}`);
      assert.equal(page.status, 200);
      await page.body?.cancel();
      const answer = await listener.answer;
      assert.equal(answer.result === "approved" && answer.code.reveal(), `c-${state}`);
    }
  } finally {
    connection.close();
  }
});

Deno.test("openConnection() that is closed waits for no browser any more", async () => {
  const connection = await openConnection({ now: () => 0, env: {} }, [], [], { channels: [], callback: true });
  const listener = await connection.listen?.("s");
  connection.close();
  await assert.rejects(fetch(`http://127.0.0.1:${listener?.port}/oauth/callback?code=c&state=s`), TypeError);
});

Deno.test("resolveStartUrl() asks the host of a company's own start URL, and says when nobody answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(resolveStartUrl(`https://127.0.0.1:${port}/start`, []), (error: UserError) => {
    assert.equal(
      error.message,
      `Cannot reach start URL "https://127.0.0.1:${port}/start": connection refused (ConnectionRefused)`,
    );
    assert.equal(error.exitCode, EXIT.temporary);
    return true;
  });
});
