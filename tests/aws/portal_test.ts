// Proves the simulated SSO portal: credentials, pages, refusals and the limiter.
import assert from "node:assert/strict";
import { call, get, refresh } from "./raw_client.ts";
import { startSimulator } from "./simulator.ts";

const READ_ONLY = "/federation/credentials?account_id=012345678901&role_name=ReadOnly";

Deno.test("getRoleCredentials() answers keys whose expiration is in epoch milliseconds", async () => {
  await using aws = await startSimulator({ now: () => 1_800_000_000_123, roleLifeS: 900 });
  const { status, json } = await get(aws, READ_ONLY, aws.issueSession().token.accessToken);
  assert.equal(status, 200);
  const keys = Object.entries(Object(json.roleCredentials));
  assert.deepEqual(keys.map(([name]) => name), ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"]);
  assert.equal(keys[3][1], 1_800_000_900_123);
  for (const [, secret] of keys.slice(1, 3)) assert.ok(aws.secrets().includes(String(secret)));
});

const refusals: [string, string, boolean, number, string][] = [
  ["no bearer token", READ_ONLY, false, 401, "UnauthorizedException"],
  ["an unassigned role", READ_ONLY.replace("ReadOnly", "Nope"), true, 403, "ForbiddenException"],
  ["a listed role that is not there yet", READ_ONLY.replace("ReadOnly", "Late"), true, 403, "ForbiddenException"],
  ["an unknown account", READ_ONLY.replace("0123", "9999"), true, 403, "ForbiddenException"],
  ["no role name", "/federation/credentials?account_id=012345678901", true, 400, "InvalidRequestException"],
  ["a page of 101", "/assignment/accounts?max_result=101", true, 400, "InvalidRequestException"],
  ["a strange next_token", "/assignment/accounts?next_token=x", true, 400, "InvalidRequestException"],
];
for (const [what, path, signedIn, status, type] of refusals) {
  Deno.test(`the portal refuses ${what} with ${type}`, async () => {
    const account = { name: "Main", email: "m@example.com", roles: ["ReadOnly", "Late"], refused: ["Late"] };
    await using aws = await startSimulator({ accounts: { "012345678901": account } });
    const answer = await get(aws, path, signedIn ? aws.issueSession().token.accessToken : undefined);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("x-amzn-errortype"), type);
    assert.deepEqual(Object.keys(answer.json), ["message", "__type"]);
    assert.equal(answer.json.__type, `com.amazonaws.switchboard.portal#${type}`);
  });
}

Deno.test("the portal refuses an expired access token, and one whose session was ended with it", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now });
  const [short, long] = [aws.issueSession({ accessTokenLeftS: 60 }), aws.issueSession()];
  now += 60_000;
  assert.equal((await get(aws, READ_ONLY, short.token.accessToken)).status, 401);
  aws.endSession();
  assert.equal((await get(aws, READ_ONLY, long.token.accessToken)).status, 200);
  aws.endSession(long.id, { accessTokens: true });
  assert.equal((await get(aws, READ_ONLY, long.token.accessToken)).status, 401);
});

Deno.test("listAccounts() and listAccountRoles() hand out every entry in pages", async () => {
  const roles = Array.from({ length: 5 }, (_, i) => `Role${i}`);
  const accounts = Object.fromEntries(
    Array.from(
      { length: 45 },
      (_, i) => [String(i).padStart(12, "0"), { name: `n${i}`, email: "e@example.com", roles }],
    ),
  );
  await using aws = await startSimulator({ accounts });
  const { accessToken } = aws.issueSession().token;
  const all = async (path: string, list: string) => {
    const pages: unknown[][] = [];
    for (let next: unknown = ""; next !== null;) {
      const { json } = await get(aws, `${path}${next === "" ? "" : `&next_token=${next}`}`, accessToken);
      pages.push(Array.from(Object(json[list])));
      next = json.nextToken;
    }
    return pages;
  };
  const byDefault = await all("/assignment/accounts?x=", "accountList");
  assert.deepEqual(byDefault.map((page) => page.length), [20, 20, 5]);
  assert.deepEqual(byDefault[2][4], { accountId: "000000000044", accountName: "n44", emailAddress: "e@example.com" });
  const twos = await all("/assignment/roles?account_id=000000000003&max_result=2", "roleList");
  assert.deepEqual(twos.map((page) => page.length), [2, 2, 1]);
  assert.deepEqual(twos[2], [{ roleName: "Role4", accountId: "000000000003" }]);
});

Deno.test("the portal answers 429 to more requests a second than it allows", async () => {
  let now = 1_800_000_000_000;
  await using aws = await startSimulator({ now: () => now, portalPerSecond: 2 });
  const { accessToken } = aws.issueSession().token;
  const three = async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await get(aws, READ_ONLY, accessToken)).status);
    return statuses;
  };
  assert.deepEqual(await three(), [200, 200, 429]);
  now += 1000;
  assert.deepEqual(await three(), [200, 200, 429]);
});

Deno.test("logout() answers 200 with nothing and ends the session", async () => {
  await using aws = await startSimulator();
  const session = aws.issueSession();
  const headers = { "x-amz-sso_bearer_token": session.token.accessToken };
  const { status, text } = await call(`${aws.url}/logout`, { method: "POST", headers });
  assert.deepEqual([status, text], [200, ""]);
  assert.equal((await get(aws, READ_ONLY, session.token.accessToken)).status, 401);
  assert.equal((await refresh(aws, session)).json.error, "invalid_grant");
});
