// Proves what the simulator tells its tests: records, secrets, seeded sessions, clocks, TLS, the end.
import assert from "node:assert/strict";
import { exchange, get, poll, post, rawRefresh, refresh, startLogin } from "./raw_client.ts";
import { startSimulator } from "./simulator.ts";

Deno.test("requests holds one record a request, in order, with what was asked and how it was answered", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now });
  const { client, login } = await startLogin(aws);
  now += 5_000;
  await poll(aws, client, login);
  assert.deepEqual(aws.requests.map(({ operation, status, at }) => [operation, status, at]), [
    ["RegisterClient", 200, 1_800_000_000_000],
    ["StartDeviceAuthorization", 200, 1_800_000_000_000],
    ["CreateToken", 400, 1_800_000_005_000],
  ]);
  assert.equal(aws.requests[1].summary, "POST /device_authorization startUrl=https://sim.awsapps.com/start");
  assert.equal(aws.requests[2].error, "AuthorizationPendingException");
  assert.equal(aws.count("CreateToken"), 1);
  assert.equal(aws.count("CreateToken", "device_code"), 1);
  assert.equal(aws.count("CreateToken", "refresh_token"), 0);
});

Deno.test("secrets() lists every secret of a whole run, and no record holds one", async () => {
  await using aws = await startSimulator({ intervalS: 0, autoApprove: true });
  const { client, login } = await startLogin(aws);
  const { json: token } = await poll(aws, client, login);
  const { json: { roleCredentials } } = await get(
    aws,
    "/federation/credentials?account_id=012345678901&role_name=ReadOnly",
    String(token.accessToken),
  );
  const { secretAccessKey, sessionToken } = Object(roleCredentials);
  const handedOut = [client.clientSecret, login.deviceCode, token.accessToken, token.refreshToken];
  assert.deepEqual([...aws.secrets()].sort(), [...handedOut, secretAccessKey, sessionToken].sort());
  const records = JSON.stringify(aws.requests);
  for (const secret of aws.secrets()) assert.ok(!records.includes(secret));
});

Deno.test("issueSession() answers the file of the AWS CLI, keys in its order, named by the session", async () => {
  await using aws = await startSimulator({ now: () => 1_800_000_000_900 });
  const { fileName, token, registration } = aws.issueSession({ accessTokenLeftS: 600, registrationLeftS: 86_400 });
  assert.equal(fileName, "ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
  assert.deepEqual(Object.keys(token), [
    ...["startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret"],
    ...["registrationExpiresAt", "refreshToken"],
  ]);
  assert.equal(token.expiresAt, "2027-01-15T08:10:00Z");
  assert.equal(token.registrationExpiresAt, "2027-01-16T08:00:00Z");
  assert.deepEqual([registration.clientId, registration.scopes], [token.clientId, ["sso:account:access"]]);
});

Deno.test("issueSession() of a legacy login has no refresh token and is named by the start URL", async () => {
  await using aws = await startSimulator();
  const { fileName, token, registration } = aws.issueSession({ scopes: null });
  assert.equal(fileName, "9543de644b3558fb8b832a46caf8b7b376a50c3e.json");
  assert.equal("refreshToken" in token, false);
  assert.equal("scopes" in registration, false);
});

Deno.test("clockSkewMs moves the Date header and absolute times, but not the client's own expiresAt", async () => {
  await using aws = await startSimulator({ now: () => 1_800_000_000_000, clockSkewMs: 3_600_000 });
  const session = aws.issueSession();
  assert.equal(session.token.expiresAt, "2027-01-15T09:00:00Z");
  const { headers, json } = await refresh(aws, session);
  assert.equal(headers.get("date"), "Fri, 15 Jan 2027 09:00:00 GMT");
  assert.equal(json.expiresIn, 3600);
  aws.settings.clockSkewMs = 0;
  assert.equal((await refresh(aws, session)).headers.get("date"), "Fri, 15 Jan 2027 08:00:00 GMT");
});

Deno.test("one connection serves many requests, one after the other", async () => {
  await using aws = await startSimulator({ rotate: "same" });
  const request = rawRefresh(aws.issueSession());
  const { text } = await exchange(aws, request.replace("Connection: close\r\n", "") + request, 10_000);
  assert.equal(text.match(/HTTP\/1\.1 200 OK\r\n/g)?.length, 2);
  assert.equal(aws.generation(), 3);
});

Deno.test("latencyMs lies between the state change and the answer", async () => {
  await using aws = await startSimulator({ latencyMs: 30 });
  const session = aws.issueSession();
  const answered = refresh(aws, session);
  while (aws.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const both = await Promise.all([aws.generation(), answered]);
  assert.deepEqual([both[0], both[1].status], [2, 200]);
});

Deno.test("a host of another region knows neither the client nor the token", async () => {
  await using aws = await startSimulator({ region: "eu-west-1" });
  const request = rawRefresh(aws.issueSession());
  const ask = async (host: string) => (await exchange(aws, request.replace("Host: x", `Host: ${host}`), 10_000)).text;
  assert.match(await ask("oidc.us-east-1.amazonaws.com"), /^HTTP\/1\.1 401 [^]*InvalidClientException/);
  assert.match(await ask("oidc.eu-west-1.amazonaws.com"), /^HTTP\/1\.1 200 /);
  assert.match(await ask("oidc-fips.eu-west-1.amazonaws.com"), /^HTTP\/1\.1 400 [^]*InvalidGrantException/);
});

Deno.test("tls serves HTTPS to who trusts caFile, refuses nobody else's trust, and leaves no file", async () => {
  const aws = await startSimulator({ tls: true });
  const { caFile = "" } = aws;
  const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile)] });
  assert.match(aws.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const register = { clientName: "test", clientType: "public" };
  assert.equal((await post(aws, "/client/register", register, { client })).status, 200);
  await assert.rejects(post(aws, "/client/register", register), TypeError);
  assert.equal((await post(aws, "/client/register", register, { client })).status, 200);
  client.close();
  await aws.close();
  await assert.rejects(Deno.stat(caFile), Deno.errors.NotFound);
});

Deno.test("close() ends a request that is never answered, frees the port, and may be called twice", async () => {
  const aws = await startSimulator();
  aws.fail("CreateToken", "silence");
  const asked = exchange(aws, rawRefresh(aws.issueSession()), 5_000);
  while (aws.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await aws.close();
  await aws.close();
  assert.equal((await asked).closed, true);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: aws.port }), Deno.errors.ConnectionRefused);
});
