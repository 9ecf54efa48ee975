// Proves the simulated STS: a signature of the real SDK passes, and every bit that is off is refused as AWS does.
import assert from "node:assert/strict";
import { GetRoleCredentialsCommand, SSOClient } from "@aws-sdk/client-sso";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { call } from "./raw_client.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Captured {
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function roleKeys(aws: Simulator): Promise<Keys> {
  const client = new SSOClient({ region: "us-east-1", endpoint: aws.url, requestHandler: new FetchHttpHandler() });
  const { accessToken } = aws.issueSession().token;
  const { roleCredentials } = await client.send(
    new GetRoleCredentialsCommand({ accountId: "100000000001", roleName: "AdministratorAccess", accessToken }),
  );
  const { accessKeyId = "", secretAccessKey = "", sessionToken = "" } = roleCredentials ?? {};
  return { accessKeyId, secretAccessKey, sessionToken };
}

function stsClient(aws: Simulator, credentials: Keys, more: { systemClockOffset?: number } = {}): STSClient {
  const requestHandler = new FetchHttpHandler();
  return new STSClient({
    region: "eu-west-1",
    endpoint: aws.url,
    credentials,
    requestHandler,
    maxAttempts: 1,
    ...more,
  });
}

/** The request that the real SDK signs, to be sent by hand with one thing changed. */
async function signedRequest(aws: Simulator, keys: Keys): Promise<Captured> {
  const client = stsClient(aws, keys);
  let captured: Captured | undefined;
  client.middlewareStack.add((next) => (args) => {
    const { headers, body } = args.request as { headers: Record<string, string>; body: string };
    captured = { headers: { ...headers }, body };
    return next(args);
  }, { step: "finalizeRequest", priority: "low" });
  await client.send(new GetCallerIdentityCommand({}));
  assert.ok(captured);
  return captured;
}

Deno.test("getCallerIdentity() accepts a signature of the AWS SDK and names role and user", async () => {
  await using aws = await startSimulator({ user: "bob@example.com" });
  const identity = await stsClient(aws, await roleKeys(aws)).send(new GetCallerIdentityCommand({}));
  const role = "AWSReservedSSO_AdministratorAccess_0123456789abcdef";
  assert.equal(identity.Arn, `arn:aws:sts::100000000001:assumed-role/${role}/bob@example.com`);
  assert.equal(identity.Account, "100000000001");
  assert.match(identity.UserId ?? "", /^AROA[A-Z2-7]{17}:bob@example\.com$/);
});

Deno.test("assumeRole() hands out keys that name the new role", async () => {
  await using aws = await startSimulator();
  const first = stsClient(aws, await roleKeys(aws));
  const assume = { RoleArn: "arn:aws:iam::100000000003:role/path/Deep", RoleSessionName: "deep" };
  const { Credentials: keys } = await first.send(new AssumeRoleCommand(assume));
  assert.ok(keys?.AccessKeyId && keys.SecretAccessKey && keys.SessionToken);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
  const second = stsClient(aws, { accessKeyId, secretAccessKey, sessionToken });
  const { Arn } = await second.send(new GetCallerIdentityCommand({}));
  assert.equal(Arn, "arn:aws:sts::100000000003:assumed-role/Deep/deep");
  for (const wrong of [{ RoleArn: "arn:aws:iam::3:user/x" }, { DurationSeconds: 899 }, { DurationSeconds: 3601 }]) {
    await assert.rejects(first.send(new AssumeRoleCommand({ ...assume, ...wrong })), { name: "ValidationError" });
  }
  const { Credentials: short } = await first.send(new AssumeRoleCommand({ ...assume, DurationSeconds: 900 }));
  assert.ok(Number(short?.Expiration) - Date.now() <= 900_000);
});

const changes: [string, (request: Captured) => Captured, number, string, RegExp?][] = [
  ["no Authorization", without("authorization"), 403, "MissingAuthenticationToken"],
  ["an Authorization of another kind", header("authorization", () => "Bearer x"), 400, "IncompleteSignature"],
  ["no date", without("x-amz-date"), 400, "IncompleteSignature"],
  ["another body", (one) => ({ ...one, body: `${one.body}&x=1` }), 403, "SignatureDoesNotMatch"],
  ["a flipped signature", header("authorization", flipLast), 403, "SignatureDoesNotMatch"],
  [
    "the scope of another service",
    header("authorization", (old) => old.replace("/sts/", "/sso/")),
    403,
    "SignatureDoesNotMatch",
    /correct service: 'sts'/,
  ],
  [
    "another region in the scope",
    header("authorization", (old) => old.replace("/eu-west-1/", "/eu-west-2/")),
    403,
    "SignatureDoesNotMatch",
  ],
  [
    "an unsigned session token",
    header("authorization", (old) => old.replace(";x-amz-security-token", "")),
    403,
    "SignatureDoesNotMatch",
    /'x-amz-security-token' must be a 'SignedHeader'/,
  ],
  ["another session token", header("x-amz-security-token", flipLast), 403, "InvalidClientTokenId"],
  ["unknown keys", header("authorization", (old) => old.replace("ASIA", "ASIB")), 403, "InvalidClientTokenId"],
  ["a JSON body", header("content-type", () => "application/json"), 400, "InvalidAction"],
];
for (const [what, change, status, code, message] of changes) {
  Deno.test(`STS refuses a request with ${what} as ${code}`, async () => {
    await using aws = await startSimulator();
    const { headers, body } = change(await signedRequest(aws, await roleKeys(aws)));
    const { host: _, "content-length": __, ...sent } = headers;
    const answer = await call(`${aws.url}/`, { method: "POST", headers: sent, body });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("content-type"), "text/xml");
    const [, type, found] = /<Error>\s*<Type>(\w+)<\/Type>\s*<Code>(\w+)<\/Code>\s*<Message>/.exec(answer.text) ?? [];
    assert.deepEqual([type, found], ["Sender", code]);
    if (message) assert.match(answer.text, message);
    assert.match(answer.text, /<RequestId>[0-9a-f-]{36}<\/RequestId>\n<\/ErrorResponse>/);
  });
}

Deno.test("STS refuses keys at their expiry with ExpiredToken", async () => {
  const now = Date.now();
  await using aws = await startSimulator({ roleLifeS: 0, now: () => now });
  const sent = stsClient(aws, await roleKeys(aws)).send(new GetCallerIdentityCommand({}));
  await assert.rejects(sent, { name: "ExpiredToken" });
});

const skews: [number, RegExp | undefined][] = [
  [14, undefined],
  [-14, undefined],
  [16, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/],
  [-16, /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/],
];
for (const [minutes, message] of skews) {
  Deno.test(`STS ${message ? "refuses" : "accepts"} a clock that is ${minutes} min behind its own`, async () => {
    await using aws = await startSimulator({ clockSkewMs: minutes * 60_000 });
    const sent = stsClient(aws, await roleKeys(aws)).send(new GetCallerIdentityCommand({}));
    if (message === undefined) assert.equal((await sent).Account, "100000000001");
    else await assert.rejects(sent, { name: "SignatureDoesNotMatch", message });
  });
}

function header(name: string, change: (old: string) => string): (request: Captured) => Captured {
  return ({ headers, body }) => {
    assert.ok(headers[name] !== undefined, `the SDK sends no ${name}`);
    return { headers: { ...headers, [name]: change(headers[name]) }, body };
  };
}

function without(name: string): (request: Captured) => Captured {
  return ({ headers, body }) => {
    assert.ok(headers[name] !== undefined, `the SDK sends no ${name}`);
    return { headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)), body };
  };
}

function flipLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}
