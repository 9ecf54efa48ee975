// Proves that the real host names of AWS lead to the simulator through the proxy, and nothing else does.
import assert from "node:assert/strict";
import { startConnectProxy } from "./connect_proxy.ts";
import { call } from "./raw_client.ts";
import { startSimulator } from "./simulator.ts";

async function ask(url: string, options: { credentials?: string; given?: { username: string; password: string } }) {
  await using aws = await startSimulator({ tls: true });
  await using proxy = startConnectProxy({ target: aws.port, credentials: options.credentials });
  const caCerts = [await Deno.readTextFile(aws.caFile ?? "")];
  const client = Deno.createHttpClient({ caCerts, proxy: { url: proxy.url, basicAuth: options.given } });
  try {
    return { status: (await call(url, { client })).status, connects: proxy.connects };
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return { status: 0, connects: proxy.connects };
  } finally {
    client.close();
  }
}

const hosts: [string, number][] = [
  ["oidc.us-east-1.amazonaws.com", 404],
  ["portal.sso.eu-west-1.amazonaws.com", 404],
  ["portal.sso.us-east-1.api.aws", 404],
  ["sts.eu-central-1.amazonaws.com", 404],
  ["sts.amazonaws.com", 404],
  ["oidc-fips.us-west-2.amazonaws.com", 404],
  ["oidc.cn-north-1.amazonaws.com.cn", 404],
  ["s3.us-east-1.amazonaws.com", 0],
  ["example.com", 0],
];
for (const [host, status] of hosts) {
  Deno.test(`startConnectProxy() ${status === 0 ? "refuses" : "leads"} ${host}`, async () => {
    const answer = await ask(`https://${host}/nothing`, {});
    assert.deepEqual(answer, { status, connects: [`${host}:443`] });
  });
}

Deno.test("startConnectProxy() with credentials lets only those through who know them", async () => {
  const url = "https://oidc.us-east-1.amazonaws.com/nothing";
  const credentials = "user:pass";
  assert.equal((await ask(url, { credentials })).status, 0);
  assert.equal((await ask(url, { credentials, given: { username: "user", password: "no" } })).status, 0);
  assert.equal((await ask(url, { credentials, given: { username: "user", password: "pass" } })).status, 404);
});
