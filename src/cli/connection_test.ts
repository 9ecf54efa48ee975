// Tests of the way to AWS.
import assert from "node:assert/strict";
import { AwsError } from "../aws/client.ts";
import { openConnection } from "./connection.ts";

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
