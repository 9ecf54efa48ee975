// Proves when a company's own start URL is asked where it leads, and what a session may do without an answer.
import assert from "node:assert/strict";
import { FakeAws, linkNo, NEW_CLIENT } from "../../tests/support/fake_aws.ts";
import { fakeSystem, HOUR } from "../../tests/support/fake_system.ts";
import { contextOf, HEAL_OPTIONS, runOf } from "../../tests/support/heal_run.ts";
import {
  remember,
  sessionNamed,
  storedToken,
  tokenOf,
  writeRole,
  writeToken,
} from "../../tests/support/session_home.ts";
import type { ResolvedStartUrl } from "../aws/start_url.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Session } from "../domain/session.ts";
import { runCheck } from "./check.ts";
import type { Context } from "./context.ts";
import { openLink } from "./open_link.ts";
import { resolveStartUrls, signInUrl } from "./start_urls.ts";

const VANITY = "https://sso.example.com";
const PORTAL = "https://corp.awsapps.com/start";
const OWN = sessionNamed("own", { startUrl: VANITY });

/** What a start URL leads to in a test; whatever is not here cannot be asked. */
type Leads = Readonly<Record<string, ResolvedStartUrl | UserError>>;

/** A context that remembers which start URLs were asked, and with which certificates. */
function asking(context: Context, leads: Leads) {
  const asked: [startUrl: string, caCerts: readonly string[]][] = [];
  const resolveStartUrl: Context["resolveStartUrl"] = (startUrl, caCerts) => {
    asked.push([startUrl, caCerts]);
    const found = leads[startUrl];
    return found instanceof UserError || found === undefined
      ? Promise.reject(found ?? new TypeError("not scripted"))
      : Promise.resolve(found);
  };
  return { asked, context: { ...context, resolveStartUrl } };
}

async function resolve(sessions: readonly Session[], leads: Leads) {
  await using system = await fakeSystem();
  const { asked, context } = asking(contextOf(system, new FakeAws()), leads);
  const found = await resolveStartUrls(context, sessions, ["pem"]);
  return { asked: asked.map(([startUrl]) => startUrl), found, asked1: asked[0] };
}

Deno.test("resolveStartUrls() asks each of a company's own start URLs once, with our certificates", async () => {
  const sessions = [sessionNamed("corp"), OWN, { ...OWN, name: "twin" }];
  const { asked, asked1, found } = await resolve(sessions, { [VANITY]: { startUrl: PORTAL } });
  assert.deepEqual(asked, [VANITY]);
  assert.deepEqual(asked1, [VANITY, ["pem"]]);
  assert.deepEqual([...found], [[VANITY, PORTAL]]);
});

Deno.test("resolveStartUrls() asks nothing of a session that is broken", async () => {
  const problem = { code: "x", message: "m", hint: "h" };
  assert.deepEqual((await resolve([{ ...OWN, problem }], {})).asked, []);
});

Deno.test("resolveStartUrls() keeps why one cannot be asked, and goes on", async () => {
  const down = new UserError("down", [], EXIT.temporary);
  const other = { ...OWN, startUrl: "https://other.example.com" };
  const { found } = await resolve([OWN, other], { [VANITY]: down, [other.startUrl]: { startUrl: PORTAL } });
  assert.deepEqual([...found], [[VANITY, down], [other.startUrl, PORTAL]]);
});

Deno.test("resolveStartUrls() hides no mistake of ours", async () => {
  await assert.rejects(resolve([OWN], {}), { message: "not scripted" });
});

Deno.test("resolveStartUrls() refuses one that leads to another region than that of the config", async () => {
  const { found } = await resolve([OWN], { [VANITY]: { startUrl: PORTAL, region: "eu-west-1" } });
  const refused = found.get(VANITY);
  assert.ok(refused instanceof UserError);
  assert.equal(refused.message, `Cannot sign in at ${VANITY}: it leads to eu-west-1, but sso_region is us-east-1`);
  assert.deepEqual(refused.hints, ["write sso_region = eu-west-1 in the AWS config file"]);
  assert.equal(refused.exitCode, EXIT.failed);
  const same = await resolve([OWN], { [VANITY]: { startUrl: PORTAL, region: "us-east-1" } });
  assert.equal(same.found.get(VANITY), PORTAL);
});

Deno.test("signInUrl() gives what AWS knows, the answer, or why there is none", async () => {
  await using system = await fakeSystem();
  const run = runOf(system, new FakeAws());
  const refused = new UserError("refused");
  assert.equal(signInUrl(run, sessionNamed("corp")), PORTAL);
  assert.equal(signInUrl({ ...run, startUrls: new Map([[VANITY, PORTAL]]) }, OWN), PORTAL);
  assert.throws(() => signInUrl({ ...run, startUrls: new Map([[VANITY, refused]]) }, OWN), refused);
  assert.throws(() => signInUrl(run, OWN), (error: UserError) => {
    assert.match(error.message, /^Cannot sign in at https:\/\/sso\.example\.com yet/);
    assert.equal(error.exitCode, EXIT.temporary);
    assert.match(error.hints.join("\n"), /sso-heal login --session own/);
    return true;
  });
});

Deno.test("openLink() asks AWS with the resolved start URL, and keeps that of the config", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT).on("StartDeviceAuthorization", linkNo(1));
  const run = { ...runOf(system, aws), startUrls: new Map([[VANITY, PORTAL]]) };
  const pending = await openLink(run, OWN);
  assert.equal(aws.calls[1].input.startUrl, PORTAL);
  assert.equal(pending.startUrl, VANITY);
});

Deno.test("openLink() registers no client for a start URL that leads nowhere", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  const run = { ...runOf(system, aws), startUrls: new Map([[VANITY, new UserError("refused")]]) };
  await assert.rejects(openLink(run, OWN), { message: "refused" });
});

Deno.test("check asks a company's own start URL when a person is needed, or may be after a refusal", async () => {
  await using system = await fakeSystem();
  system.write(".aws/config", `[sso-session own]\nsso_start_url = ${VANITY}\nsso_region = us-east-1\n`);
  const options = {
    ...HEAL_OPTIONS,
    choice: { sessions: [], profiles: [] },
    forceRefresh: true,
    notify: true,
    scheduled: false,
    waitApprovalMs: 0,
    waitLockMs: 0,
    timeoutMs: HOUR,
  };
  writeToken(system, "own", tokenOf("own", HOUR, { startUrl: VANITY }));
  writeRole(system, sessionNamed("own"), HOUR);
  using aws = new FakeAws().on("CreateToken", { accessToken: "access-2", refreshToken: "refresh-2", expiresInS: 3600 });
  const { asked, context } = asking(contextOf(system, aws), { [VANITY]: { startUrl: PORTAL } });
  assert.equal((await runCheck(context, options)).outcome, "healthy");
  assert.equal(storedToken(system, "own")?.startUrl, VANITY);
  assert.equal(asked.length, 1);
  assert.equal((await runCheck(context, { ...options, forceRefresh: false })).outcome, "healthy");
  assert.equal(asked.length, 1);

  Deno.removeSync(`${system.home}/.aws/sso/cache`, { recursive: true });
  await remember(system, "own", { usedAt: system.clock });
  aws.link();
  assert.equal((await runCheck(context, { ...options, forceRefresh: false })).outcome, "waiting-for-approval");
  assert.deepEqual(asked.map(([startUrl]) => startUrl), [VANITY, VANITY]);
});
