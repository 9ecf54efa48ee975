// Proves that another process can steer the simulator over HTTP.
import assert from "node:assert/strict";
import { get, poll, post, refresh, startLogin } from "./raw_client.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

async function issue(aws: Simulator, options: Record<string, unknown>) {
  const { status, json } = await post(aws, "/_sim/issue-session", options);
  assert.equal(status, 200);
  const { id, token } = json as unknown as ReturnType<Simulator["issueSession"]>;
  return { id, session: { ...aws.issueSession(), id, token } };
}

Deno.test("/_sim/issue-session, /_sim/fail, /_sim/heal and /_sim/end-session do what their methods do", async () => {
  await using aws = await startSimulator();
  const { id, session } = await issue(aws, { sessionName: "corp", accessTokenLeftS: 60 });
  await post(aws, "/_sim/fail", { operation: "CreateToken", fault: "status-503", times: 5 });
  assert.equal((await refresh(aws, session)).status, 503);
  await post(aws, "/_sim/heal", {});
  const { json } = await refresh(aws, session);
  assert.equal(aws.generation(id), 2);
  await post(aws, "/_sim/end-session", { id });
  assert.equal((await refresh(aws, session, json.refreshToken)).json.error, "invalid_grant");
});

Deno.test("/_sim/approve and /_sim/deny answer for the person, and say so when no code waits", async () => {
  await using aws = await startSimulator({ intervalS: 0 });
  const [one, other] = [await startLogin(aws), await startLogin(aws)];
  const pending = await (await fetch(`${aws.url}/_sim/pending`)).json();
  assert.deepEqual(pending, [one.login.userCode, other.login.userCode]);
  await post(aws, "/_sim/approve", { userCode: one.login.userCode, user: "bob@example.com" });
  await post(aws, "/_sim/deny", {});
  assert.equal((await poll(aws, one.client, one.login)).status, 200);
  assert.equal(aws.session().user, "bob@example.com");
  assert.equal((await poll(aws, other.client, other.login)).json.error, "access_denied");
  const { status, json } = await post(aws, "/_sim/approve", {});
  assert.deepEqual([status, json.error], [400, "no login is pending with code of any kind"]);
});

Deno.test("/_sim/settings changes a setting while it runs", async () => {
  await using aws = await startSimulator();
  await post(aws, "/_sim/settings", { accessTokenLifeS: 120 });
  assert.equal((await refresh(aws, aws.issueSession())).json.expiresIn, 120);
});

Deno.test("/_sim/requests and /_sim/session tell no secret, and control requests are not recorded", async () => {
  await using aws = await startSimulator();
  await refresh(aws, aws.issueSession());
  const requests = await get(aws, "/_sim/requests");
  const session = await get(aws, "/_sim/session");
  assert.equal(JSON.parse(requests.text).length, 1);
  assert.equal(session.json.generation, 2);
  for (const secret of aws.secrets()) assert.ok(!(requests.text + session.text).includes(secret));
  assert.deepEqual(JSON.parse((await get(aws, "/_sim/secrets")).text), aws.secrets());
});

const mistakes: [string, string, unknown, number, RegExp][] = [
  ["an unknown address", "/_sim/explode", {}, 404, /no such control address/],
  ["an unknown operation", "/_sim/fail", { operation: "X", fault: "hang-up" }, 400, /no operation "X"/],
  ["an unknown fault", "/_sim/fail", { fault: "x" }, 400, /has no fault "x"; it has: hang-up/],
  ["an unknown key", "/_sim/fail", { fault: "hang-up", time: 2 }, 400, /unknown key "time"; known: operation,/],
  ["an unknown setting", "/_sim/settings", { intervall: 1 }, 400, /no setting "intervall"; there are: region,/],
  ["a setting of another type", "/_sim/settings", { intervalS: "1" }, 400, /"intervalS" is of type number/],
  ["a body that is no object", "/_sim/fail", [], 400, /no JSON object/],
];
for (const [what, path, body, status, message] of mistakes) {
  Deno.test(`control refuses ${what} and says what it knows`, async () => {
    await using aws = await startSimulator();
    const answer = await post(aws, path, body);
    assert.equal(answer.status, status);
    assert.match(String(answer.json.error), message);
  });
}

Deno.test("/_sim/faults lists the table of faults", async () => {
  await using aws = await startSimulator();
  const rows: { name: string; verdict: string; service?: string }[] = JSON.parse((await get(aws, "/_sim/faults")).text);
  const row = rows.find(({ name, service }) => name === "SlowDownException" && service === "oidc");
  assert.equal(row?.verdict, "temporary");
});

Deno.test("/_sim/stop is answered and resolves stopRequested", async () => {
  await using aws = await startSimulator();
  assert.equal((await post(aws, "/_sim/stop", {})).status, 200);
  assert.equal(await aws.stopRequested, undefined);
});

Deno.test("the approval page without a code asks for it, and ?deny=1 refuses", async () => {
  await using aws = await startSimulator();
  const { client, login } = await startLogin(aws);
  assert.match((await get(aws, "/device")).text, /name="user_code"/);
  const lower = String(login.userCode).toLowerCase();
  assert.match((await get(aws, `/device?user_code=${lower}&deny=1`)).text, /Request denied/);
  assert.equal((await poll(aws, client, login)).json.error, "access_denied");
});
