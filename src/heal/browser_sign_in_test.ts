// Proves the sign-in by browser step by step, with a scripted AWS and a browser that answers as the test says.
import assert from "node:assert/strict";
import { FakeAws, NEW_CLIENT, refusal } from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { contextOf, runOf, viewOf } from "../../tests/support/heal_run.ts";
import {
  ARN,
  freshToken,
  IDENTITY,
  pendingLogin,
  pendingOf,
  ROLE_KEYS,
  sessionNamed,
  storedToken,
  tokenOf,
  writeRegistration,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import type { BrowserAnswer } from "../aws/browser_login_listener.ts";
import { registrationPath } from "../aws/registration_cache.ts";
import type { BrowserPrompt } from "../domain/report.ts";
import { Secret } from "../domain/secret.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { signInByBrowser } from "./browser_sign_in.ts";
import { login } from "./login.ts";

const CORP = sessionNamed("corp");
const APPROVED: BrowserAnswer = { result: "approved", code: new Secret("the-code") };
const BROWSER_GRANTS = ["authorization_code", "refresh_token"];

interface Options {
  readonly answer?: BrowserAnswer | Promise<BrowserAnswer>;
  readonly expectedUser?: string;
}

/** Signs in; what came of it, what the person was shown, and the states that were waited for. */
async function signIn(system: FakeSystem, aws: FakeAws, { answer = APPROVED, expectedUser }: Options = {}) {
  const shown: BrowserPrompt[] = [];
  const states: string[] = [];
  const connection = Object.assign(aws, {
    listen: (state: string) => {
      states.push(state);
      return Promise.resolve({ port: 4711, answer: Promise.resolve(answer), close: () => {} });
    },
  });
  const show = (prompt: BrowserPrompt) => void shown.push(prompt);
  const signing = signInByBrowser(runOf(system, aws), connection, await viewOf(system, CORP), { show, expectedUser });
  return { end: await signing, shown, states };
}

const approved = (aws: FakeAws) =>
  aws.on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);

async function place(): Promise<FakeSystem> {
  const system = await fakeSystem();
  writeSessions(system, "corp");
  return system;
}

function storedRegistration({ home }: FakeSystem): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(registrationPath(home, CORP)));
}

Deno.test("signInByBrowser() shows the page, trades the code for the token and proves it", async () => {
  await using system = await place();
  using aws = approved(new FakeAws().on("RegisterClient", NEW_CLIENT));
  const { end, shown: [prompt], states } = await signIn(system, aws);
  assert.equal(end.result, "signed-in");
  assert.deepEqual(aws.operations, ["RegisterClient", "CreateToken", "GetRoleCredentials", "GetCallerIdentity"]);
  assert.deepEqual(aws.calls[0].input, {
    clientName: "botocore-client-corp",
    scopes: ["sso:account:access"],
    grantTypes: BROWSER_GRANTS,
    redirectUris: ["http://127.0.0.1/oauth/callback"],
    issuerUrl: "https://corp.awsapps.com/start",
  });
  const { codeVerifier = "", ...grant } = aws.calls[1].input;
  assert.deepEqual(grant, {
    clientId: "new-client",
    clientSecret: "new-client-secret",
    code: "the-code",
    redirectUri: "http://127.0.0.1:4711/oauth/callback",
  });
  assert.equal(codeVerifier.length, 64);

  const { url, ...rest } = prompt;
  assert.deepEqual(rest, { session: "corp", startUrl: CORP.startUrl, expiresAt: START + 10 * MINUTE });
  const page = new URL(url);
  assert.equal(page.origin + page.pathname, "https://oidc.us-east-1.amazonaws.com/authorize");
  assert.equal(page.searchParams.get("state"), states[0]);
  assert.equal(page.searchParams.get("redirect_uri"), grant.redirectUri);
  assert.ok(!url.includes(codeVerifier) && !url.includes("new-client-secret"));

  const { accessToken, refreshToken, clientId, startUrl } = storedToken(system, "corp") ?? {};
  assert.deepEqual([accessToken, refreshToken, clientId, startUrl], [
    ...["access-2", "refresh-2", "new-client", CORP.startUrl],
  ]);
  assert.deepEqual(storedRegistration(system).grantTypes, BROWSER_GRANTS);
  assert.ok(!JSON.stringify(system.logged).includes("the-code"));
});

Deno.test("signInByBrowser() guesses neither state nor verifier twice", async () => {
  await using system = await place();
  const seen: (string | undefined)[] = [];
  for (let time = 0; time < 2; time++) {
    using aws = approved(new FakeAws());
    if (time === 0) aws.on("RegisterClient", NEW_CLIENT);
    const { states } = await signIn(system, aws);
    seen.push(...states, aws.calls.find(({ operation }) => operation === "CreateToken")?.input.codeVerifier);
  }
  assert.equal(new Set(seen).size, 4);
});

const REGISTRATIONS: readonly [sentence: string, more: Parameters<typeof writeRegistration>[2], anew: boolean][] = [
  ["takes the registration of an earlier login", { grantTypes: BROWSER_GRANTS }, false],
  ["replaces the registration of the device flow", {}, true],
  ["replaces a registration without the scopes", { grantTypes: BROWSER_GRANTS, scopes: ["other"] }, true],
  ["replaces a registration that ends today", { grantTypes: BROWSER_GRANTS, expiresAt: START + DAY - 1 }, true],
];

for (const [sentence, more, anew] of REGISTRATIONS) {
  Deno.test(`signInByBrowser() ${sentence}`, async () => {
    await using system = await place();
    writeRegistration(system, CORP, more);
    using aws = approved(new FakeAws());
    if (anew) aws.on("RegisterClient", NEW_CLIENT);
    await signIn(system, aws);
    const clientId = anew ? "new-client" : "cached-client";
    assert.equal(storedToken(system, "corp")?.clientId, clientId);
    assert.equal(storedRegistration(system).clientId, clientId);
  });
}

Deno.test("signInByBrowser() ends a device login that waits", async () => {
  await using system = await place();
  await savePendingLogin(system.home, pendingLogin("corp"));
  using aws = approved(new FakeAws().on("RegisterClient", NEW_CLIENT));
  await signIn(system, aws);
  assert.equal(pendingOf(system, "corp"), undefined);
});

Deno.test("signInByBrowser() keeps the token when nobody allows it", async () => {
  for (const result of ["denied", "expired"] as const) {
    await using system = await place();
    writeToken(system, "corp", tokenOf("corp", HOUR));
    using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
    const { end } = await signIn(system, aws, { answer: { result } });
    assert.deepEqual(end, { result });
    assert.equal(storedToken(system, "corp")?.accessToken, "access-1");
  }
});

Deno.test("signInByBrowser() says what AWS brought back instead of a code", async () => {
  await using system = await place();
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
  const signing = signIn(system, aws, { answer: { result: "failed", error: "invalid_scope" } });
  await assert.rejects(signing, { message: "Cannot sign in by browser: invalid_scope" });
});

Deno.test("signInByBrowser() leaves nothing behind when AWS refuses the code", async () => {
  await using system = await place();
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT).on("CreateToken", refusal("InvalidGrantException"));
  await assert.rejects(signIn(system, aws), /InvalidGrantException/);
  const files = [...Deno.readDirSync(`${system.home}/.aws/sso/cache`)].map(({ name }) => name);
  assert.deepEqual(files, [registrationPath(system.home, CORP).split("/").at(-1)]);
});

Deno.test("signInByBrowser() does not use the sign-in of another person than expected", async () => {
  await using system = await place();
  using aws = approved(new FakeAws().on("RegisterClient", NEW_CLIENT)).on("Logout", {});
  const { end } = await signIn(system, aws, { expectedUser: "john@example.com" });
  assert.ok(end.result === "unwanted" && end.fault.message.startsWith(ARN.split("/").at(-1) ?? "nobody"));
  assert.equal(storedToken(system, "corp"), undefined);
});

Deno.test("signInByBrowser() gives up after ten minutes, whatever the browser does", async () => {
  await using system = await place();
  system.raceMs = 0;
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
  const { end } = await signIn(system, aws, { answer: new Promise(() => {}) });
  assert.deepEqual(end, { result: "expired" });
  assert.deepEqual(system.sleeps, [10 * MINUTE]);
});

Deno.test("signInByBrowser() stops waiting as soon as the program is to end", async () => {
  await using system = await place();
  system.raceMs = 0;
  system.duringSleep = () => {
    throw new Error("Stopped by Ctrl-C");
  };
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
  await assert.rejects(signIn(system, aws, { answer: new Promise(() => {}) }), { message: "Stopped by Ctrl-C" });
});

Deno.test("login() by browser asks for the callback, and says that a run cannot listen", async () => {
  await using system = await place();
  using aws = new FakeAws();
  const choice = { sessions: [], profiles: [] };
  const options = { choice, ifNeeded: false, flow: "browser", wait: true, show: () => {} } as const;
  const [{ result, error, exitCode }] = await login(contextOf(system, aws), options);
  assert.deepEqual([result, error?.message, exitCode], [
    ...["failed", "Cannot sign in by browser: this run may not listen", 1],
  ]);
  assert.deepEqual(aws.outlets.map(({ callback }) => callback), [true]);
});
