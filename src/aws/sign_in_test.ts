// Proves the request for a sign-in token over real HTTP, and what becomes of each answer.
import assert from "node:assert/strict";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { startAwsWorker } from "../sandbox/aws_worker.ts";
import { AwsClient, AwsError } from "./client.ts";
import type { ClientOptions } from "./operation.ts";
import { HANDLERS } from "./sign_in.ts";
import type { Transport } from "./transport.ts";

const KEYS = { accessKeyId: "ASIA", secretAccessKey: "s+/=", sessionToken: "t&=" };

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly type: string | null;
  readonly form: Record<string, string>;
}

/** Asks a server of this machine that gives one answer, below the path `base`. */
async function ask(
  status: number,
  body: string,
  base = "",
  sessionSeconds?: number,
): Promise<{ asked: Asked; answer: { signinToken: string } | Error }> {
  let asked: Asked | undefined;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { method, url, headers } = request;
    const form = Object.fromEntries(new URLSearchParams(await request.text()));
    asked = { method, url: url.replace(/^http:\/\/[^/]+/, ""), type: headers.get("content-type"), form };
    return new Response(body, { status });
  });
  const inner = new FetchHttpHandler();
  // As the transport of the worker: the whole body at once.
  const handle: Transport["handle"] = async (request) => {
    const result = await inner.handle(request);
    result.response.body = new Uint8Array(await new Response(result.response.body).arrayBuffer());
    return result;
  };
  try {
    const endpoint = `http://127.0.0.1:${server.addr.port}${base}`;
    const options = { endpoint, requestHandler: { handle } } as unknown as ClientOptions;
    const answer = await HANDLERS.GetSigninToken({ ...KEYS, sessionSeconds }, options).catch((error: Error) => error);
    return { asked: asked!, answer };
  } finally {
    inner.destroy();
    await server.shutdown();
  }
}

Deno.test("GetSigninToken sends the keys in the body of a POST", async () => {
  const { asked, answer } = await ask(200, '{"SigninToken":"token"}', "", 3600);
  assert.deepEqual(answer, { signinToken: "token" });
  const session = { sessionId: "ASIA", sessionKey: "s+/=", sessionToken: "t&=" };
  assert.deepEqual(asked, {
    method: "POST",
    url: "/federation",
    type: "application/x-www-form-urlencoded",
    form: { Action: "getSigninToken", Session: JSON.stringify(session), SessionDuration: "3600" },
  });
});

Deno.test("GetSigninToken keeps the path of an endpoint override", async () => {
  for (const base of ["/base", "/base/"]) {
    const { asked } = await ask(200, '{"SigninToken":"token"}', base);
    assert.equal(asked.url, "/base/federation");
    assert.equal(asked.form.SessionDuration, undefined);
  }
});

Deno.test("GetSigninToken tells a refusal from an answer that cannot be read, and repeats nothing of either", async () => {
  const rows: [status: number, body: string, name: string, message: string][] = [
    [400, "<html>s+/=</html>", "SignInRefused", "HTTP 400"],
    [403, '{"SigninToken":"token"}', "SignInRefused", "HTTP 403"],
    [503, "", "SignInRefused", "HTTP 503"],
    [200, "", "UnreadableAnswer", "the answer is not JSON"],
    [200, "<html>", "UnreadableAnswer", "the answer is not JSON"],
    [200, "null", "UnreadableAnswer", "the answer is no JSON object"],
    [200, "{}", "UnreadableAnswer", 'the answer lacks "SigninToken"'],
    [200, '{"SigninToken":""}', "UnreadableAnswer", 'the answer lacks "SigninToken"'],
    [200, '{"SigninToken":7}', "UnreadableAnswer", 'the answer lacks "SigninToken"'],
  ];
  for (const [status, body, name, message] of rows) {
    const { answer } = await ask(status, body);
    assert.ok(answer instanceof Error, body);
    assert.deepEqual([answer.name, answer.message], [name, message]);
  }
});

/** Asks for a token by a real worker that may reach `hosts`; gives the code of the failure, and how many came. */
async function askByWorker(hosts: (host: string) => string): Promise<{ code?: string; visits: number }> {
  let visits = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    visits++;
    return Response.json({ SigninToken: "token" });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const client = new AwsClient(startAwsWorker([hosts(host)]), Date.now);
  try {
    const answer = await client.call("GetSigninToken", { endpoint: `http://${host}`, region: "x-1" }, KEYS);
    assert.deepEqual(answer, { signinToken: "token" });
    return { visits };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { code: error.failure.code, visits };
  } finally {
    client.close();
    await server.shutdown();
  }
}

Deno.test("GetSigninToken is served by the worker, for the hosts that it was started with and no other", async () => {
  assert.deepEqual(await askByWorker((host) => host), { visits: 1 });
  assert.deepEqual(await askByWorker(() => "127.0.0.1:1"), { code: "NotPermitted", visits: 0 });
});
