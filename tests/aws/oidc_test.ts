// Proves that the simulated SSO-OIDC is as strict, and words its errors, as the real one.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DEVICE_CODE_GRANT } from "./oidc.ts";
import { call, get, poll, post, refresh, startLogin } from "./raw_client.ts";
import type { Settings } from "./settings.ts";
import { startSimulator } from "./simulator.ts";

const REGISTER = { clientName: "botocore-client-corp", clientType: "public", scopes: ["sso:account:access"] };
const PKCE = {
  ...REGISTER,
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["http://127.0.0.1/oauth/callback"],
  issuerUrl: "https://sim.awsapps.com/start",
};

Deno.test("registerClient() answers a secret that lives 90 days, in epoch seconds", async () => {
  await using aws = await startSimulator({ now: () => 1_800_000_000_500 });
  const { status, json } = await post(aws, "/client/register", REGISTER);
  assert.equal(status, 200);
  assert.equal(json.clientIdIssuedAt, 1_800_000_000);
  assert.equal(json.clientSecretExpiresAt, 1_800_000_000 + 90 * 86_400);
  assert.ok(aws.secrets().includes(String(json.clientSecret)));
});

const refusals: [string, string, unknown, string][] = [
  ["a client without a name", "/client/register", { clientType: "public" }, "InvalidRequestException"],
  ["a confidential client", "/client/register", { ...REGISTER, clientType: "x" }, "InvalidClientMetadataException"],
  ["an empty scope", "/client/register", { ...REGISTER, scopes: [""] }, "InvalidScopeException"],
  ["scopes in a string", "/client/register", { ...REGISTER, scopes: "a b" }, "InvalidRequestException"],
  ["a strange grant", "/client/register", { ...REGISTER, grantTypes: ["password"] }, "UnsupportedGrantTypeException"],
  ["a foreign address", "/client/register", { ...PKCE, redirectUris: ["http://a/"] }, "InvalidRedirectUriException"],
  ["a body that is no object", "/client/register", null, "InvalidRequestException"],
  ["an unknown client", "/device_authorization", {
    clientId: "a",
    clientSecret: "b",
    startUrl: "https://c",
  }, "InvalidClientException"],
  ["no start URL", "/device_authorization", { clientId: "a", clientSecret: "b" }, "InvalidRequestException"],
  ["a snake_case body", "/token", { client_id: "a", grant_type: "refresh_token" }, "InvalidRequestException"],
  ["a grant in short form", "/token", {
    clientId: "a",
    clientSecret: "b",
    grantType: "device_code",
  }, "UnsupportedGrantTypeException"],
];
for (const [what, path, body, expected] of refusals) {
  Deno.test(`${path} refuses ${what} with ${expected}`, async () => {
    await using aws = await startSimulator();
    const { status, headers } = await post(aws, path, body);
    assert.equal(headers.get("x-amzn-errortype")?.split(":")[0], expected);
    assert.equal(status, expected === "InvalidClientException" ? 401 : 400);
    assert.equal(aws.requests[0].error, expected);
  });
}

Deno.test("/token refuses another Content-Type, and a form-encoded body as OAuth libraries send it", async () => {
  await using aws = await startSimulator();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { client, login } = await startLogin(aws);
  const fields = { ...client, grantType: DEVICE_CODE_GRANT, deviceCode: login.deviceCode };
  assert.equal((await post(aws, "/token", fields, { headers })).json.error, "invalid_request");
  assert.equal((await post(aws, "/token", fields)).json.error, "authorization_pending");
  const { status, json } = await call(`${aws.url}/token`, {
    method: "POST",
    headers,
    body: "grant_type=refresh_token",
  });
  assert.equal(status, 400);
  assert.equal(json.error, "invalid_request");
});

Deno.test("/token answers 404 to GET", async () => {
  await using aws = await startSimulator();
  assert.equal((await get(aws, "/token")).status, 404);
  assert.equal(aws.count("Unknown"), 1);
});

Deno.test("createToken() words a pending authorization as AWS does", async () => {
  await using aws = await startSimulator();
  const { client, login } = await startLogin(aws);
  const { status, headers, json } = await poll(aws, client, login);
  assert.equal(status, 400);
  assert.equal(
    headers.get("x-amzn-errortype"),
    "AuthorizationPendingException:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/",
  );
  assert.deepEqual(Object.keys(json), ["error", "error_description"]);
  assert.equal(json.error, "authorization_pending");
});

Deno.test("the device flow ends with a token after the tap on verificationUriComplete, once", async () => {
  await using aws = await startSimulator({ intervalS: 0 });
  const { client, login } = await startLogin(aws);
  assert.match(String(login.userCode), /^[B-Z]{4}-[B-Z]{4}$/);
  assert.deepEqual([login.expiresIn, login.interval], [600, 0]);
  assert.equal((await poll(aws, client, login)).json.error, "authorization_pending");
  assert.equal((await call(`${login.verificationUriComplete}&user=bob@example.com`)).status, 200);
  const { status, json } = await poll(aws, client, login);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json), ["accessToken", "tokenType", "expiresIn", "refreshToken"]);
  assert.deepEqual([json.tokenType, json.expiresIn], ["Bearer", 3600]);
  assert.equal(aws.session().user, "bob@example.com");
  assert.equal((await poll(aws, client, login)).json.error, "invalid_grant");
  assert.equal((await call(String(login.verificationUriComplete))).status, 404);
});

Deno.test("poll() answers slow_down to who polls too fast, and 5 s more are due for good", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now });
  const { client, login } = await startLogin(aws);
  const after = async (ms: number) => {
    now += ms;
    return (await poll(aws, client, login)).json.error;
  };
  assert.equal(await after(0), "authorization_pending");
  assert.equal(await after(4_000), "slow_down");
  assert.equal(await after(9_000), "slow_down");
  assert.equal(await after(15_000), "authorization_pending");
});

Deno.test("poll() answers expired_token after the life of the code and access_denied after a refusal", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now, deviceCodeLifeS: 60 });
  const denied = await startLogin(aws);
  aws.deny(String(denied.login.userCode));
  assert.equal((await poll(aws, denied.client, denied.login)).json.error, "access_denied");
  const late = await startLogin(aws);
  now += 60_000;
  assert.equal((await poll(aws, late.client, late.login)).json.error, "expired_token");
  assert.throws(() => aws.approve(String(late.login.userCode)), /no login is pending/);
});

Deno.test("poll() refuses the device code of another client", async () => {
  await using aws = await startSimulator();
  const [one, other] = [await startLogin(aws), await startLogin(aws)];
  assert.equal((await poll(aws, other.client, one.login)).json.error, "invalid_grant");
});

Deno.test("autoApprove approves by itself, with afterMs only then", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now, intervalS: 0, autoApprove: { afterMs: 1000 } });
  const { client, login } = await startLogin(aws);
  assert.equal((await poll(aws, client, login)).status, 400);
  now += 1000;
  assert.equal((await poll(aws, client, login)).status, 200);
});

Deno.test("startDeviceAuthorization() refuses a start URL without TLS and a client with another secret", async () => {
  await using aws = await startSimulator();
  const { client: { clientId, clientSecret } } = await startLogin(aws);
  const good = { clientId, clientSecret, startUrl: "https://sim.awsapps.com/start" };
  const start = async (change: Record<string, string>) =>
    (await post(aws, "/device_authorization", { ...good, ...change })).json.error;
  assert.equal(await start({}), undefined);
  assert.equal(await start({ startUrl: "http://sim.awsapps.com/start" }), "invalid_request");
  assert.equal(await start({ clientSecret: "another" }), "invalid_client");
});

Deno.test("startDeviceAuthorization() refuses a client that is registered for the browser flow only", async () => {
  await using aws = await startSimulator();
  const { json: { clientId, clientSecret } } = await post(aws, "/client/register", PKCE);
  const body = { clientId, clientSecret, startUrl: "https://sim.awsapps.com/start" };
  assert.equal((await post(aws, "/device_authorization", body)).json.error, "unauthorized_client");
});

Deno.test("a legacy client, registered without scopes, gets no refresh token", async () => {
  await using aws = await startSimulator({ autoApprove: true });
  const { json: client } = await post(aws, "/client/register", { clientName: "old", clientType: "public" });
  const { clientId, clientSecret } = client;
  const startUrl = "https://sim.awsapps.com/start";
  const { json: login } = await post(aws, "/device_authorization", { clientId, clientSecret, startUrl });
  const { status, json } = await poll(aws, client, login);
  assert.equal(status, 200);
  assert.equal("refreshToken" in json, false);
});

// Settings, then what each of four refreshes does: with the first token, with the newest, with the first at once, and
// with the first again after the grace.
const rotations: [Partial<Settings>, string, string][] = [
  [{ rotate: "always", reuse: "refuse" }, "new", "200 200 400 400"],
  [{ rotate: "always", reuse: "grace" }, "new", "200 200 200 400"],
  [{ rotate: "always", reuse: "allow" }, "new", "200 200 200 200"],
  [{ rotate: "same", reuse: "refuse" }, "same", "200 200 200 200"],
  [{ rotate: "never", reuse: "refuse" }, "none", "200 200 200 200"],
];
for (const [settings, answered, expected] of rotations) {
  Deno.test(`refresh() with rotate ${settings.rotate} and reuse ${settings.reuse} answers ${expected}`, async () => {
    let now = 1_800_000_000_000;
    await using aws = await startSimulator({ ...settings, graceS: 60, now: () => now });
    const session = aws.issueSession();
    const first = session.token.refreshToken;
    const answer = await refresh(aws, session);
    const next = answer.json.refreshToken;
    assert.equal(next === undefined ? "none" : next === first ? "same" : "new", answered);
    const statuses = [answer.status, (await refresh(aws, session, aws.session().refreshToken)).status];
    statuses.push((await refresh(aws, session, first)).status);
    now += 61_000;
    statuses.push((await refresh(aws, session, first)).status);
    assert.equal(statuses.join(" "), expected);
    assert.equal(aws.generation(), 1 + statuses.filter((status) => status === 200).length);
  });
}

Deno.test("refresh() answers invalid_grant after the end of the session, by time or by endSession()", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now });
  const [short, ended, other] = [aws.issueSession({ sessionLeftS: 60 }), aws.issueSession(), aws.issueSession()];
  aws.endSession(ended.id);
  now += 60_000;
  assert.equal((await refresh(aws, short)).json.error, "invalid_grant");
  assert.equal((await refresh(aws, ended)).json.error, "invalid_grant");
  assert.equal((await refresh(aws, other)).status, 200);
});

Deno.test("refresh() refuses another client's token, and every client whose registration is over", async () => {
  await using aws = await startSimulator();
  const [one, other] = [aws.issueSession(), aws.issueSession({ registrationLeftS: -1 })];
  assert.equal((await refresh(aws, one, other.token.refreshToken)).json.error, "invalid_grant");
  const { status, headers } = await refresh(aws, other);
  assert.equal(status, 401);
  assert.match(headers.get("x-amzn-errortype") ?? "", /^InvalidClientException:/);
});

Deno.test("the browser flow hands a code to the loopback address, good once with its verifier", async () => {
  await using aws = await startSimulator();
  const { json: { clientId, clientSecret } } = await post(aws, "/client/register", PKCE);
  const redirectUri = "http://127.0.0.1:5555/oauth/callback";
  const verifier = "v".repeat(64);
  const query = new URLSearchParams({
    response_type: "code",
    client_id: String(clientId),
    redirect_uri: redirectUri,
    state: "s",
    code_challenge_method: "S256",
    scopes: "sso:account:access",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  const { status, headers } = await get(aws, `/authorize?${query}`);
  assert.equal(status, 302);
  const back = new URL(headers.get("location") ?? "");
  assert.equal(back.origin + back.pathname, redirectUri);
  assert.equal(back.searchParams.get("state"), "s");
  const code = back.searchParams.get("code");
  const fields = { clientId, clientSecret, grantType: "authorization_code", code, redirectUri };
  const redeem = (codeVerifier: string, change = {}) => post(aws, "/token", { ...fields, codeVerifier, ...change });
  assert.equal((await redeem("w".repeat(64))).json.error, "invalid_grant");
  const elsewhere = { redirectUri: redirectUri.replace("5555", "6666") };
  assert.equal((await redeem(verifier, elsewhere)).json.error, "invalid_grant");
  assert.equal((await redeem(verifier)).status, 200);
  assert.equal((await redeem(verifier)).json.error, "invalid_grant");
  for (const missing of query.keys()) {
    const less = new URLSearchParams([...query].filter(([name]) => name !== missing));
    assert.equal((await get(aws, `/authorize?${less}`)).status, 400, missing);
  }
  const denied = await get(aws, `/authorize?${query}&deny=1`);
  assert.equal(new URL(denied.headers.get("location") ?? "").searchParams.get("error"), "access_denied");
});
