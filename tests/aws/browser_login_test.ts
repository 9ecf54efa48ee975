// Proves the parts of a sign-in by browser together: two real workers, the simulated AWS, and a browser that follows.
import assert from "node:assert/strict";
import {
  authorizeUrl,
  browserClient,
  browserRegistration,
  codeGrant,
  pkce,
  VERIFIER_BYTES,
} from "../../src/aws/browser_login.ts";
import { listenForCallback } from "../../src/aws/browser_login_listener.ts";
import { AwsClient, AwsError } from "../../src/aws/client.ts";
import { hostAndPort } from "../../src/domain/host.ts";
import type { Target } from "../../src/aws/protocol.ts";
import { startAwsWorker } from "../../src/sandbox/aws_worker.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

const START_URL = "https://sim.awsapps.com/start";
const SCOPES = ["sso:account:access"];

interface Scene {
  readonly sim: Simulator;
  readonly aws: AwsClient;
  readonly target: Target;
}

async function withAws(options: SimulatorOptions, use: (scene: Scene) => Promise<void>): Promise<void> {
  await using sim = await startSimulator(options);
  const aws = new AwsClient(startAwsWorker([hostAndPort(sim.url)]), Date.now);
  try {
    await use({ sim, aws, target: { endpoint: sim.url, region: "us-east-1" } });
  } finally {
    aws.close();
  }
}

function startListener(state: string) {
  const permissions = {
    net: ["127.0.0.1:0"],
    read: true,
    env: false,
    write: false,
    run: false,
    sys: false,
    ffi: false,
  };
  const url = new URL("../../src/aws/callback_worker.ts", import.meta.url);
  return listenForCallback(new Worker(url, { type: "module", deno: { permissions } }), state);
}

/** Goes through the browser, `extra` being what the person does there; the answer, and what the last page said. */
async function throughBrowser({ aws, target }: Scene, extra = "") {
  const client = browserClient("botocore-client-corp", SCOPES, START_URL);
  const registration = browserRegistration(await aws.call("RegisterClient", target, client), SCOPES);
  const state = crypto.randomUUID();
  const { verifier, challenge } = pkce(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)));
  const listener = await startListener(state);
  try {
    const login = { registration, port: listener.port };
    const page = await (await fetch(authorizeUrl(target.endpoint, login, state, challenge) + extra)).text();
    return { login, verifier, page, answer: await listener.answer };
  } finally {
    listener.close();
  }
}

Deno.test("a person signs in by browser, and the token can be refreshed", () =>
  withAws({ user: "bob@example.com" }, async (scene) => {
    const { sim, aws, target } = scene;
    const { login, verifier, page, answer } = await throughBrowser(scene);
    assert.match(page, /You can close this window/);
    assert.ok(answer.result === "approved");
    const token = await aws.call("CreateToken", target, codeGrant(login, answer.code, verifier));
    assert.equal(sim.session().user, "bob@example.com");
    assert.equal(sim.session().startUrl, START_URL);
    assert.equal(token.accessToken, sim.session().accessToken);
    assert.equal(token.expiresInS, 3600);

    const { clientId, clientSecret } = codeGrant(login, answer.code, verifier);
    const refreshed = await aws.call("CreateToken", target, {
      clientId,
      clientSecret,
      refreshToken: token.refreshToken,
    });
    assert.equal(sim.generation(), 2);
    assert.notEqual(refreshed.accessToken, token.accessToken);
    const told = JSON.stringify(sim.requests);
    assert.deepEqual(sim.secrets().filter((secret) => told.includes(secret)), []);
  }));

Deno.test("a person who denies gives no code", () =>
  withAws({}, async (scene) => {
    const { page, answer } = await throughBrowser(scene, "&deny=1");
    assert.match(page, /denied/);
    assert.deepEqual(answer, { result: "denied" });
    assert.equal(scene.sim.count("CreateToken"), 0);
  }));

Deno.test("a code is of no use without the verifier it was asked for with", () =>
  withAws({}, async (scene) => {
    const { login, answer } = await throughBrowser(scene);
    assert.ok(answer.result === "approved");
    const other = pkce(new Uint8Array(VERIFIER_BYTES)).verifier;
    const call = scene.aws.call("CreateToken", scene.target, codeGrant(login, answer.code, other));
    await assert.rejects(call, (error: AwsError) => {
      assert.equal(error.failure.code, "InvalidGrantException");
      assert.ok(!Deno.inspect(error).includes(answer.code.reveal()));
      return true;
    });
  }));

Deno.test("a client of the browser flow is refused by the device flow", () =>
  withAws({}, async ({ aws, target }) => {
    const { clientId, clientSecret } = await aws.call(
      "RegisterClient",
      target,
      browserClient("botocore-client-corp", SCOPES, START_URL),
    );
    const call = aws.call("StartDeviceAuthorization", target, { clientId, clientSecret, startUrl: START_URL });
    await assert.rejects(call, (error: AwsError) => error.failure.code === "UnauthorizedClientException");
  }));

Deno.test("a device login still goes its way through the worker", () =>
  withAws({ autoApprove: true }, async ({ aws, target }) => {
    const client = await aws.call("RegisterClient", target, { clientName: "botocore-client-corp", scopes: SCOPES });
    const { clientId, clientSecret } = client;
    const { deviceCode } = await aws.call("StartDeviceAuthorization", target, {
      clientId,
      clientSecret,
      startUrl: START_URL,
    });
    const token = await aws.call("CreateToken", target, { clientId, clientSecret, deviceCode });
    assert.ok(token.refreshToken);
  }));

Deno.test("ListAccounts gives the accounts of a person page by page, and refuses a dead token", () =>
  withAws({}, async ({ sim, aws, target }) => {
    const { accessToken } = sim.issueSession().token;
    const first = await aws.call("ListAccounts", target, { accessToken, maxResults: 2 });
    assert.deepEqual(first.accounts.map(({ accountName }) => accountName), ["Main", "Build"]);
    assert.ok(first.nextToken !== undefined);
    const { nextToken } = first;
    const second = await aws.call("ListAccounts", target, { accessToken, maxResults: 2, nextToken });
    assert.deepEqual(second, { accounts: [{ accountId: "100000000002", accountName: "Audit" }], nextToken: undefined });
    sim.settings.accounts = {};
    assert.deepEqual(await aws.call("ListAccounts", target, { accessToken }), { accounts: [], nextToken: undefined });
    const refused = aws.call("ListAccounts", target, { accessToken: "dead" });
    await assert.rejects(refused, (error: AwsError) => error.failure.code === "UnauthorizedException");
  }));
