// Proves the simulated console sign-in: which keys, lengths and tokens it takes, and that it takes a token once.
import assert from "node:assert/strict";
import { Federation } from "./federation.ts";
import { type Answer, call, get } from "./raw_client.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
import { defaultSettings } from "./settings.ts";
import { World } from "./world.ts";

const NOW = 1_800_000_000_000;
const PAGE = "https://us-east-1.console.aws.amazon.com/console/home";

interface Scene extends AsyncDisposable {
  readonly aws: Simulator;
  /** Moves the clock. */
  wait(ms: number): void;
  /** Asks for a token with the keys of a role, and `more` in the form. */
  ask(more?: Record<string, string>, change?: (session: Record<string, string>) => void): Promise<Answer>;
  login(token: unknown, more?: Record<string, string>): Promise<Answer>;
}

async function makeScene(options: SimulatorOptions = {}): Promise<Scene> {
  let now = NOW;
  const aws = await startSimulator({ now: () => now, ...options });
  const path = "/federation/credentials?account_id=012345678901&role_name=ReadOnly";
  const { json } = await get(aws, path, aws.issueSession().token.accessToken);
  const { accessKeyId, secretAccessKey, sessionToken } = Object(json.roleCredentials);
  return {
    aws,
    wait: (ms) => void (now += ms),
    ask(more = {}, change = () => {}) {
      const session = { sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken };
      change(session);
      const form = { Action: "getSigninToken", Session: JSON.stringify(session), ...more };
      return call(`${aws.url}/federation`, { method: "POST", body: new URLSearchParams(form) });
    },
    login(token, more = {}) {
      const query = { Action: "login", Issuer: "", Destination: PAGE, SigninToken: String(token), ...more };
      return call(`${aws.url}/federation?${new URLSearchParams(query)}`);
    },
    [Symbol.asyncDispose]: () => aws.close(),
  };
}

Deno.test("the sign-in service gives a token for right keys, which leads to the console once", async () => {
  await using scene = await makeScene();
  const { status, json } = await scene.ask({ SessionDuration: "7200" });
  assert.equal(status, 200);
  assert.ok(scene.aws.secrets().includes(String(json.SigninToken)));
  const there = await scene.login(json.SigninToken);
  assert.deepEqual([there.status, there.headers.get("location")], [302, PAGE]);
  const role = "AWSReservedSSO_ReadOnly_0123456789abcdef";
  assert.deepEqual(scene.aws.consoleSessions, [{ accountId: "012345678901", role, endsAt: NOW + 7_200_000 }]);
  assert.equal((await scene.login(json.SigninToken)).status, 400);
  assert.equal(scene.aws.consoleSessions.length, 1);
  assert.deepEqual([scene.aws.count("GetSigninToken", "SessionDuration=7200"), scene.aws.count("Login")], [1, 2]);
  assert.ok(scene.aws.requests.every(({ summary }) => !summary.includes(String(json.SigninToken))));
});

Deno.test("a console session lasts as long as the keys unless it is chosen", async () => {
  await using scene = await makeScene({ roleLifeS: 900 });
  await scene.login((await scene.ask()).json.SigninToken);
  assert.equal(scene.aws.consoleSessions[0].endsAt, NOW + 900_000);
});

const REFUSED: readonly (readonly [what: string, (scene: Scene) => Promise<Answer>])[] = [
  ["a secret that is wrong", ({ ask }) => ask({}, (session) => session.sessionKey += "x")],
  ["a session token that is wrong", ({ ask }) => ask({}, (session) => session.sessionToken = "x")],
  ["keys of nobody", ({ ask }) => ask({}, (session) => session.sessionId = "ASIA")],
  ["a session that is no JSON", ({ ask }) => ask({ Session: "x" })],
  ["another action", ({ ask }) => ask({ Action: "logout" })],
  ["a session of 899 s", ({ ask }) => ask({ SessionDuration: "899" })],
  ["a session of more than 12 h", ({ ask }) => ask({ SessionDuration: "43201" })],
  ["keys that have ended", ({ ask, wait }) => (wait(3_600_000), ask())],
  ["a token of nobody", ({ login }) => login("x")],
  ["a token after 15 minutes", async ({ ask, login, wait }) => {
    const { SigninToken } = (await ask()).json;
    wait(15 * 60_000);
    return await login(SigninToken);
  }],
  [
    "a page that is no console",
    async ({ ask, login }) => await login((await ask()).json.SigninToken, { Destination: "https://evil.example/" }),
  ],
];

for (const [what, send] of REFUSED) {
  Deno.test(`the sign-in service refuses ${what}, and says no more`, async () => {
    await using scene = await makeScene();
    const { status, json } = await send(scene);
    assert.deepEqual([status, json], [400, {}]);
    assert.deepEqual(scene.aws.consoleSessions, []);
  });
}

Deno.test("the sign-in service lets no role choose that another one assumed", () => {
  const world = new World(defaultSettings(), () => NOW);
  const keys = world.roleKeys.issue({ accountId: "1", role: "Admin", sessionName: "s", expiresAt: NOW + 900_000 });
  const { accessKeyId: sessionId, secretAccessKey: sessionKey, sessionToken } = keys;
  const Session = JSON.stringify({ sessionId, sessionKey, sessionToken });
  const federation = new Federation();
  const ask = (more: Record<string, string>) => {
    const body = new URLSearchParams({ Action: "getSigninToken", Session, ...more }).toString();
    const headers = new Headers({ "content-type": "application/x-www-form-urlencoded" });
    const request = { method: "POST", path: "/federation", target: "/federation", query: new URLSearchParams() };
    return federation.callOf({ ...request, headers, body })!.handle(world);
  };
  assert.throws(() => ask({ SessionDuration: "900" }), { type: "SignInRefused" });
  assert.equal(ask({}).status, 200);
});
