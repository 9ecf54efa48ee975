// Proves a login from the choice of the session to the proof: which registration is used, what the person is shown,
// what is stored, and how every end is worded.
import assert from "node:assert/strict";
import {
  FakeAws,
  FORBIDDEN,
  linkNo,
  NEW_CLIENT,
  OFFLINE,
  refusal,
  THROTTLED,
  UNAUTHORIZED,
} from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  recordOf,
  remember,
  ROLE_KEYS,
  sessionNamed,
  storedToken,
  tokenOf,
  writeRegistration,
  writeRole,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { tokenPath } from "../aws/token_cache.ts";
import type { CallFailure } from "../domain/classify.ts";
import { UserError } from "../domain/problem.ts";
import { fingerprintOf } from "../store/session_record.ts";
import type { LoginPrompt, LoginReport } from "../domain/report.ts";
import { login } from "./login.ts";

const CORP = sessionNamed("corp");
const LINK = { ...linkNo(1), intervalS: 1 };

async function logIn(
  system: FakeSystem,
  aws: FakeAws,
  { sessions = ["corp"], ifNeeded = false } = {},
): Promise<{ reports: LoginReport[]; shown: LoginPrompt[] }> {
  const shown: LoginPrompt[] = [];
  const options = {
    choice: { sessions, profiles: [] },
    ifNeeded,
    flow: "device" as const,
    wait: true,
    show: (prompt: LoginPrompt) => void shown.push(prompt),
  };
  return { reports: await login(contextOf(system, aws), options), shown };
}

function approving(aws: FakeAws): FakeAws {
  return aws.on("StartDeviceAuthorization", LINK).on("CreateToken", freshToken(2), LINK.deviceCode)
    .on("GetRoleCredentials", ROLE_KEYS, "access-2").on("GetCallerIdentity", IDENTITY);
}

Deno.test("login() registers, shows the link, and stores the token the person allowed", async () => {
  await using system = await fakeSystem();
  using aws = approving(new FakeAws().on("RegisterClient", NEW_CLIENT));
  writeSessions(system, "corp");

  const { reports: [report], shown } = await logIn(system, aws);

  assert.deepEqual([report.result, report.exitCode, report.refreshable], ["logged-in", 0, true]);
  assert.deepEqual(report.profiles.map(({ name, ok }) => [name, ok]), [["corp-dev", true]]);
  const { userCode, verificationUriComplete, expiresAt } = shown[0];
  assert.deepEqual([userCode, verificationUriComplete, expiresAt], [
    LINK.userCode,
    LINK.verificationUriComplete,
    START + 600_000,
  ]);
  assert.deepEqual(storedToken(system, "corp"), {
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    accessToken: "access-2",
    expiresAt: "2026-11-20T11:00:01Z",
    clientId: "new-client",
    clientSecret: "new-client-secret",
    registrationExpiresAt: "2027-02-18T10:00:00Z",
    refreshToken: "refresh-2",
  });
  assert.deepEqual(aws.calls[0].input, { clientName: "botocore-client-corp", scopes: ["sso:account:access"] });
  assert.equal(aws.closed, 1);
});

type CacheRow = [sentence: string, more: Parameters<typeof writeRegistration>[2], reused: boolean];

const CACHED: readonly CacheRow[] = [
  ["uses a registration of the AWS CLI", {}, true],
  ["uses a registration that lives for a day", { expiresAt: START + DAY }, true],
  ["registers anew when less than a day is left", { expiresAt: START + DAY - 1000 }, false],
  ["registers anew when the registration is over", { expiresAt: START - 1 }, false],
  [
    "registers anew instead of using a registration of the browser flow",
    { grantTypes: ["authorization_code", "refresh_token"] },
    false,
  ],
  ["registers anew when the scopes are not those wanted", { scopes: ["sso:other"] }, false],
  ["registers anew when the registration has no scopes: such tokens cannot be refreshed", { scopes: undefined }, false],
  ["uses a registration with more scopes than wanted", { scopes: ["x", "sso:account:access"] }, true],
];

for (const [sentence, more, reused] of CACHED) {
  Deno.test(`login() ${sentence}`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    if (!reused) aws.on("RegisterClient", NEW_CLIENT);
    approving(aws);
    writeSessions(system, "corp");
    const path = writeRegistration(system, CORP, more);
    assert.equal((await logIn(system, aws)).reports[0].result, "logged-in");
    const client = reused ? "cached-client" : "new-client";
    assert.equal(storedToken(system, "corp")?.clientId, client);
    assert.equal(JSON.parse(Deno.readTextFileSync(path)).clientId, client);
  });
}

for (const code of ["InvalidClientException", "UnauthorizedClientException"]) {
  Deno.test(`login() registers anew, once, after ${code}`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("StartDeviceAuthorization", refusal(code, 401), "cached-client")
      .on("RegisterClient", NEW_CLIENT).on("StartDeviceAuthorization", refusal(code, 401), "new-client");
    writeSessions(system, "corp");
    writeRegistration(system, CORP);
    const { reports: [report], shown } = await logIn(system, aws);
    assert.deepEqual([report.result, report.error?.code, report.exitCode, shown], ["failed", code, 1, []]);
  });
}

type EndRow = [sentence: string, answers: readonly CallFailure[], code: string, exitCode: number];

const ENDS: readonly EndRow[] = [
  ["says who denied", [refusal("AccessDeniedException")], "AccessDeniedException", 4],
  ["says that the code ran out", [refusal("ExpiredTokenException")], "ExpiredTokenException", 4],
  ["says that AWS refused", [refusal("InvalidGrantException")], "InvalidGrantException", 1],
];

for (const [sentence, answers, code, exitCode] of ENDS) {
  Deno.test(`login() ${sentence}, and keeps the old token`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("StartDeviceAuthorization", LINK);
    for (const answer of answers) aws.on("CreateToken", answer);
    writeSessions(system, "corp");
    writeRegistration(system, CORP);
    writeToken(system, "corp", tokenOf("corp", MINUTE));
    const { reports: [report] } = await logIn(system, aws);
    assert.deepEqual([report.result, report.error?.code, report.exitCode], ["failed", code, exitCode]);
    assert.equal(storedToken(system, "corp")?.accessToken, "access-1");
  });
}

Deno.test("login() says try again later when there is no link for a reason that may pass", async () => {
  for (const failure of [OFFLINE, THROTTLED, refusal("SlowDownException"), refusal("InternalServerException", 500)]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("StartDeviceAuthorization", failure);
    writeSessions(system, "corp");
    writeRegistration(system, CORP);
    const { reports: [report] } = await logIn(system, aws);
    assert.deepEqual([report.error?.code, report.exitCode], [failure.code, 75]);
  }
});

Deno.test("login() logs in anew although the session is healthy, and forgets its refusal", async () => {
  await using system = await fakeSystem();
  using aws = approving(new FakeAws());
  writeSessions(system, "corp");
  writeRegistration(system, CORP);
  const old = tokenOf("corp", HOUR);
  writeToken(system, "corp", old);
  const fingerprint = fingerprintOf(old);
  await remember(system, "corp", { token: { fingerprint }, refused: { fingerprint, code: "InvalidGrantException" } });
  await logIn(system, aws);
  const { refused, token, usedAt } = recordOf(system, "corp");
  assert.deepEqual([refused, token?.lifeMs, usedAt], [undefined, HOUR, START + 1000]);
});

Deno.test("login() proves with the new token although old credentials are good for long", async () => {
  await using system = await fakeSystem();
  using aws = approving(new FakeAws());
  writeSessions(system, "corp");
  writeRegistration(system, CORP);
  writeRole(system, CORP, 8 * HOUR);
  assert.equal((await logIn(system, aws)).reports[0].profiles[0].ok, true);
});

Deno.test("login() is done although a role is refused, and says when the account is not there at all", async () => {
  const roles: [accountId: string, says: RegExp][] = [["012345678901", /ReadOnly/], [
    "111111111111",
    /no access to acc/,
  ]];
  for (const [accountId, says] of roles) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("StartDeviceAuthorization", LINK).on("CreateToken", freshToken(2))
      .on("GetRoleCredentials", FORBIDDEN).on("ListAccounts", { accounts: [{ accountId }] }, "access-2");
    writeSessions(system, "corp");
    writeRegistration(system, CORP);
    const { reports: [report] } = await logIn(system, aws);
    const [{ ok, error }] = report.profiles;
    assert.deepEqual([report.result, report.exitCode, ok], ["logged-in", 0, false]);
    assert.match(error?.message ?? "", says);
  }
});

Deno.test("login() fails when the portal does not know the new token, and keeps it", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("StartDeviceAuthorization", LINK).on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", UNAUTHORIZED);
  writeSessions(system, "corp");
  writeRegistration(system, CORP);
  const { reports: [report] } = await logIn(system, aws);
  assert.deepEqual([report.result, report.error?.code], ["failed", "UnauthorizedException"]);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("login() if needed leaves a healthy session alone and opens no connection", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const { reports: [report], shown } = await logIn(system, aws, { ifNeeded: true });
  assert.deepEqual([report.result, shown, aws.opened], ["already-healthy", [], []]);
});

Deno.test("login() goes on with the next session when one fails", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("RegisterClient", OFFLINE, "botocore-client-lab");
  approving(aws.on("RegisterClient", NEW_CLIENT, "botocore-client-corp"));
  writeSessions(system, "lab", "corp");
  const { reports } = await logIn(system, aws, { sessions: ["*"] });
  assert.deepEqual(reports.map(({ session, result }) => [session, result]), [["lab", "failed"], ["corp", "logged-in"]]);
});

Deno.test("login() replaces a damaged token file", async () => {
  await using system = await fakeSystem();
  using aws = approving(new FakeAws());
  writeSessions(system, "corp");
  writeRegistration(system, CORP);
  system.write(tokenPath("", CORP).slice(1), "{");
  assert.equal((await logIn(system, aws)).reports[0].result, "logged-in");
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("login() bothers nobody when the token has no place", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  system.write(".aws/sso", "not a folder");
  const { reports: [report], shown } = await logIn(system, aws);
  assert.deepEqual([report.result, report.exitCode, shown], ["failed", 1, []]);
});

Deno.test("login() stores what the person allowed although the state folder takes no record", async () => {
  await using system = await fakeSystem();
  using aws = approving(new FakeAws());
  writeSessions(system, "corp");
  writeRegistration(system, CORP);
  system.write(".local/state/sso-heal/sessions", "not a folder");
  assert.equal((await logIn(system, aws)).reports[0].result, "logged-in");
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("login() reports a session whose config cannot be used", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  system.write(".aws/config", "[sso-session corp]\nsso_region = us-east-1\n");
  const { reports: [report] } = await logIn(system, aws);
  assert.deepEqual([report.result, report.exitCode], ["failed", 1]);
});

Deno.test("login() refuses a name that is not there", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await assert.rejects(logIn(system, aws, { sessions: ["crop"] }), (error: UserError) => {
    assert.deepEqual([error.exitCode, error.hints[0]], [2, 'did you mean "corp"?']);
    return true;
  });
});

Deno.test("login() if needed refreshes what is only due, and asks nobody", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2), "refresh-1");
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", 5 * 60_000));
  const { reports: [report], shown } = await logIn(system, aws, { ifNeeded: true });
  assert.deepEqual([report.result, report.exitCode, shown.length], ["already-healthy", 0, 0]);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});
