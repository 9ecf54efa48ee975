// Proves one check over all sessions: what counts, what is asked of AWS, and that no session stops another.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, THROTTLED } from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { check, checkInShort as inShort } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  recordOf,
  ROLE_KEYS,
  sessionNamed,
  sessionSections,
  storedToken,
  tokenOf,
  writeRole,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import { UserError } from "../domain/problem.ts";
import { fingerprintOf } from "../store/session_record.ts";

const only = (...sessions: string[]) => ({ choice: { sessions, profiles: [] } });

/** A session with nothing to do for half an hour. */
function wellFor(system: FakeSystem, name: string): void {
  writeToken(system, name, tokenOf(name, HOUR));
  writeRole(system, sessionNamed(name), HOUR);
}

Deno.test("runCheck() asks nothing and opens no connection when nothing is due", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp", "lab");
  wellFor(system, "corp");
  wellFor(system, "lab");
  assert.deepEqual(inShort(await check(system, aws)), [
    "healthy",
    "corp healthy none healthy",
    "lab healthy none healthy",
  ]);
  assert.deepEqual(aws.opened, []);
  assert.equal(recordOf(system, "corp").usedAt, START);
});

Deno.test("runCheck() opens one connection, to the hosts of the sessions that are due", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS)
    .on("GetCallerIdentity", IDENTITY);
  system.write(".aws/config", sessionSections("corp") + sessionSections("lab", { region: "eu-west-1" }));
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  wellFor(system, "lab");
  assert.deepEqual(inShort(await check(system, aws))[0], "healthy");
  assert.deepEqual(aws.opened, [{
    hosts: [
      "oidc.us-east-1.amazonaws.com:443",
      "portal.sso.us-east-1.amazonaws.com:443",
      "sts.us-east-1.amazonaws.com:443",
    ],
    caCerts: [],
  }]);
  assert.equal(aws.closed, 1);
});

Deno.test("runCheck() goes on with the other sessions when one fails", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED, "client-bad").on("CreateToken", freshToken(2), "client-good");
  writeSessions(system, "bad", "good", "gone", "odd");
  for (const name of ["bad", "good"]) writeToken(system, name, tokenOf(name, MINUTE));
  system.write(tokenPath("", { name: "odd" }).slice(1), "{");
  assert.deepEqual(inShort(await check(system, aws, { probe: false })), [
    "broken",
    "bad refresh-due failed temporary-failure",
    "good healthy refreshed healthy",
    "-gone needs-login none needs-login",
    "odd broken none broken",
  ]);
});

type NeverRow = [
  sentence: string,
  used: boolean,
  config: string | undefined,
  named: string[],
  expected: string[],
  link?: boolean,
];

const NEVER: readonly NeverRow[] = [
  ["shows a session that was never used here, and does not count it", true, undefined, [], [
    "healthy",
    "corp healthy none healthy",
    "-lab needs-login none needs-login",
  ]],
  ["counts all when none was ever used here", false, undefined, [], [
    "needs-login",
    "corp needs-login none needs-login",
    "lab needs-login none needs-login",
  ]],
  ["opens a link for it when the command line names it", true, undefined, ["lab"], [
    "waiting-for-approval",
    "lab waiting-for-approval login-started waiting-for-approval",
  ], true],
  ["opens a link for it when the config names it", true, "corp, lab", [], [
    "waiting-for-approval",
    "corp healthy none healthy",
    "lab waiting-for-approval login-started waiting-for-approval",
  ], true],
  ["does not count it for a glob of the config", true, "*a*, corp", [], [
    "healthy",
    "corp healthy none healthy",
    "-lab needs-login none needs-login",
  ]],
];

for (const [sentence, used, config, named, expected, link] of NEVER) {
  Deno.test(`runCheck() ${sentence}`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    if (link) aws.link();
    writeSessions(system, "corp", "lab");
    if (used) wellFor(system, "corp");
    if (config !== undefined) system.write(".config/sso-heal/config.ini", `[check]\nsessions = ${config}\n`);
    assert.deepEqual(inShort(await check(system, aws, only(...named))), expected);
  });
}

Deno.test("runCheck() opens a link for a session whose token was removed, because it was used here", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  writeSessions(system, "corp", "lab");
  wellFor(system, "corp");
  wellFor(system, "lab");
  await check(system, aws);
  Deno.removeSync(tokenPath(system.home, { name: "lab" }));
  assert.deepEqual(inShort(await check(system, aws))[0], "waiting-for-approval");
});

Deno.test("runCheck() heals the sessions although our own config has a problem, and is broken", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  system.write(".config/sso-heal/config.ini", "[check]\nrefresh_ahead = soon\n");
  const report = await check(system, aws, { probe: false });
  assert.deepEqual(inShort(report), ["broken", "corp healthy refreshed healthy"]);
  assert.equal(report.problems.length, 1);
});

Deno.test("runCheck() reports a broken session and heals the others", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  system.write(".aws/config", `${sessionSections("corp")}[sso-session bad]\nsso_region = us-east-1\n`);
  wellFor(system, "corp");
  assert.deepEqual(inShort(await check(system, aws, only("*"))), [
    "broken",
    "corp healthy none healthy",
    "bad broken none broken",
  ]);
});

Deno.test("runCheck() fails the sessions that are due when their certificates cannot be read", async () => {
  await using system = await fakeSystem({ AWS_CA_BUNDLE: "/nowhere/ca.pem" });
  using aws = new FakeAws();
  writeSessions(system, "corp", "lab");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  wellFor(system, "lab");
  const report = await check(system, aws);
  assert.deepEqual(inShort(report), ["broken", "corp broken failed broken", "lab healthy none healthy"]);
  assert.match(report.sessions[0].error?.message ?? "", /CA bundle/);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-1");
});

Deno.test("runCheck() refuses to send a token over plain http, and keeps it", async () => {
  await using system = await fakeSystem({ AWS_ENDPOINT_URL_SSO_OIDC: "http://oidc.example.com" });
  using aws = new FakeAws();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.deepEqual(inShort(await check(system, aws)), ["broken", "corp broken failed broken"]);
});

Deno.test("runCheck() by force refreshes what is healthy, and nothing that was refused", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2), "client-corp")
    .on("CreateToken", refusal("InvalidGrantException"), "client-lab").link();
  writeSessions(system, "corp", "lab");
  wellFor(system, "corp");
  wellFor(system, "lab");
  const options = { forceRefresh: true, probe: false };
  assert.deepEqual(inShort(await check(system, aws, options)).slice(1), [
    "corp healthy refreshed healthy",
    "lab waiting-for-approval login-started waiting-for-approval",
  ]);
  aws.on("CreateToken", freshToken(3), "client-corp");
  assert.deepEqual(
    inShort(await check(system, aws, options))[2],
    "lab waiting-for-approval none waiting-for-approval",
  );
});

Deno.test("runCheck() waits for retryAt without a call, and then tries again", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED).on("CreateToken", freshToken(2));
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const options = { probe: false };
  await check(system, aws, options);
  const waiting = await check(system, aws, options);
  assert.deepEqual(inShort(waiting), ["temporary-failure", "corp refresh-due none temporary-failure"]);
  assert.equal(waiting.sessions[0].retryAt, START + 45_000);
  assert.equal(waiting.sessions[0].error?.code, "TooManyRequestsException");
  system.clock = START + 45_000;
  assert.deepEqual(inShort(await check(system, aws, options))[1], "corp healthy refreshed healthy");
});

Deno.test("runCheck() asks AWS once whether a registration is over, because the clock may be wrong", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", refusal("InvalidClientException", 401), "refresh-1")
    .on("CreateToken", freshToken(3), "refresh-2");
  writeSessions(system, "corp", "lab");
  writeToken(system, "corp", tokenOf("corp", MINUTE, { registrationExpiresAt: START - DAY }));
  writeToken(system, "lab", tokenOf("lab", MINUTE, { registrationExpiresAt: START - DAY }, 2));
  aws.link();
  assert.deepEqual(inShort(await check(system, aws, { probe: false })), [
    "waiting-for-approval",
    "corp waiting-for-approval login-started waiting-for-approval",
    "lab healthy refreshed healthy",
  ]);
});

Deno.test("runCheck() tells when the clock is off by more than five minutes", async () => {
  for (const [clockOffsetMs, told] of [[5 * MINUTE, undefined], [-6 * MINUTE, -6 * MINUTE]] as const) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("CreateToken", freshToken(2));
    aws.clockOffsetMs = clockOffsetMs;
    writeSessions(system, "corp");
    writeToken(system, "corp", tokenOf("corp", MINUTE));
    assert.equal((await check(system, aws, { probe: false })).clockOffsetMs, told);
  }
});

Deno.test("runCheck() ends with its time: what is not asked by then is left to the next", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    system.clock += 2 * MINUTE;
    return OFFLINE;
  });
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.deepEqual(inShort(await check(system, aws, { timeoutMs: MINUTE })), [
    "temporary-failure",
    "corp refresh-due failed temporary-failure",
  ]);
});

Deno.test("runCheck() uses the token that a killed process left behind, without a call", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const left = tokenOf("corp", HOUR, {}, 2);
  const place = ".aws/sso/cache/.sso-heal-11111111-1111-4111-8111-111111111111.tmp";
  system.write(place, new TextDecoder().decode(formatToken(left)));
  assert.deepEqual(inShort(await check(system, aws, { probe: false })), ["healthy", "corp healthy none healthy"]);
  assert.deepEqual([system.read(place), recordOf(system, "corp").token?.fingerprint], [undefined, fingerprintOf(left)]);
});

Deno.test("runCheck() refuses a name that matches nothing", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await assert.rejects(check(system, aws, only("nope")), (error: UserError) => error.exitCode === 2);
});
