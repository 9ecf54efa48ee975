// Proves the [sync] sections in a check: when they are due, which sessions count, and what a login brings.
import assert from "node:assert/strict";
import type { CheckReport } from "../domain/report.ts";
import { FakeAws, FORBIDDEN, linkNo, NEW_CLIENT, OFFLINE, STILL_WAITING } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { approve, check, checkInShort } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  remember,
  ROLE_KEYS,
  sessionNamed,
  tokenOf,
  writeRole,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { CREDENTIALS, inBrief, legacySection, sectionsIn } from "../../tests/support/sync_home.ts";
import { formatServiceRecord } from "../store/service_record.ts";

/** Sessions of these names, each with its profile `NAME-dev`, and our config. */
async function homeWith(config: string, ...names: string[]): Promise<FakeSystem> {
  const system = await fakeSystem();
  writeSessions(system, ...names);
  system.write(".config/sso-heal/config.ini", config);
  return system;
}

function synced({ sync }: CheckReport): string[] {
  return inBrief({ sync: sync ?? [] });
}

Deno.test("runCheck() writes what the proof has got, without asking for it again", async () => {
  await using system = await homeWith("[sync corp-dev]", "corp");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS)
    .on("GetCallerIdentity", IDENTITY);
  const report = await check(system, aws);
  assert.deepEqual(checkInShort(report), ["healthy", "corp healthy refreshed healthy"]);
  assert.deepEqual(synced(report), ["corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.deepEqual(sectionsIn(system), ["corp-dev-legacy-sso ASIANEW"]);
});

Deno.test("runCheck() opens no connection when the keys last, and says until when", async () => {
  await using system = await homeWith("[sync corp-dev]", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, sessionNamed("corp"), HOUR);
  await remember(system, "corp", { profiles: [{ name: "corp-dev", ok: true }] });
  system.write(CREDENTIALS, legacySection("corp-dev-legacy-sso", 40 * MINUTE));
  using aws = new FakeAws();
  const { sync } = await check(system, aws);
  assert.deepEqual(aws.opened, []);
  assert.deepEqual(sync?.map(({ changed, expiresAt }) => [changed, expiresAt]), [[false, START + 40 * MINUTE]]);
});

Deno.test("runCheck() syncs profiles of a session that is healthy and has nothing else due", async () => {
  await using system = await homeWith("[sync corp-dev]", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, sessionNamed("corp"), HOUR);
  await remember(system, "corp", { profiles: [{ name: "corp-dev", ok: true }] });
  using aws = new FakeAws();
  assert.deepEqual(synced(await check(system, aws)), ["corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.deepEqual(aws.calls, [], "what is kept lasts");
});

Deno.test("runCheck() asks for nothing with --no-probe, and without sections it says nothing of them", async () => {
  await using system = await homeWith("[sync corp-dev]", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws();
  assert.equal((await check(system, aws, { probe: false })).sync, undefined);
});

Deno.test("runCheck() is broken by a role that is refused, and says so of its profile", async () => {
  await using system = await homeWith("[sync corp-dev]\n[check]\nprofiles = nothing-*", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws().on("GetRoleCredentials", FORBIDDEN);
  const report = await check(system, aws);
  assert.deepEqual([report.outcome, ...synced(report)], ["broken", "corp-dev>corp-dev-legacy-sso broken: Failed"]);
  assert.equal(report.sessions[0].outcome, "healthy");
});

Deno.test("runCheck() fails for a time when the portal does, and keeps the keys that work", async () => {
  await using system = await homeWith("[sync corp-dev]\n[check]\nprofiles = nothing-*", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  system.write(CREDENTIALS, legacySection("corp-dev-legacy-sso", 10 * MINUTE));
  using aws = new FakeAws();
  for (let call = 0; call < 3; call++) aws.on("GetRoleCredentials", OFFLINE);
  const report = await check(system, aws);
  assert.equal(report.outcome, "temporary-failure");
  assert.deepEqual(sectionsIn(system), ["corp-dev-legacy-sso ASIAWRITTEN"]);
});

Deno.test("runCheck() syncs a session as soon as somebody has approved it, while another one still waits", async () => {
  await using system = await homeWith("[sync *]", "corp", "late");
  for (const name of ["corp", "late"]) await remember(system, name, { usedAt: START - HOUR });
  using aws = new FakeAws().on("RegisterClient", NEW_CLIENT).on("RegisterClient", NEW_CLIENT)
    .on("StartDeviceAuthorization", linkNo(1), sessionNamed("corp").startUrl)
    .on("StartDeviceAuthorization", linkNo(2), sessionNamed("late").startUrl);
  approve(aws, "device-code-1");
  // Every five seconds until the end.
  for (let poll = 0; poll < 5; poll++) aws.on("CreateToken", STILL_WAITING, "device-code-2");
  let writtenAt: number | undefined;
  system.duringSleep = () => {
    if (writtenAt === undefined && sectionsIn(system).length > 0) writtenAt = system.clock;
  };
  const report = await check(system, aws, { waitApprovalMs: 29_000 });
  assert.deepEqual(checkInShort(report), [
    "waiting-for-approval",
    "corp healthy logged-in healthy",
    "late waiting-for-approval login-started waiting-for-approval",
  ]);
  assert.deepEqual(synced(report).sort(), [
    "corp-dev>corp-dev-legacy-sso* healthy",
    "late-dev>late-dev-legacy-sso needs-login: LoginNeeded",
  ]);
  assert.ok(writtenAt !== undefined && writtenAt < START + 15_000, "not at the end of the wait");
});

const COUNTED: readonly (readonly [section: string, synced: readonly string[], outcome: string])[] = [
  ["[sync *]", ["corp-dev>corp-dev-legacy-sso* healthy"], "healthy"],
  ["[sync new-dev]", ["new-dev>new-dev-legacy-sso needs-login: LoginNeeded"], "waiting-for-approval"],
  ["[sync new-dev]\n[check]\nsessions = corp", ["new-dev>new-dev-legacy-sso broken: SessionLeftOut"], "broken"],
];

for (const [section, expected, outcome] of COUNTED) {
  Deno.test(`runCheck() counts a session that was never used here as ${JSON.stringify(section)} names it`, async () => {
    await using system = await homeWith(section, "corp", "new");
    writeToken(system, "corp", tokenOf("corp", HOUR));
    writeRole(system, sessionNamed("corp"), HOUR);
    await remember(system, "corp", { profiles: [{ name: "corp-dev", ok: true }], usedAt: START });
    using aws = new FakeAws();
    if (outcome === "waiting-for-approval") aws.link();
    const report = await check(system, aws);
    assert.deepEqual([synced(report), report.outcome], [expected, outcome]);
  });
}

Deno.test("runCheck() warns of a glob whose profiles are all of sessions that checks leave out", async () => {
  const rows: readonly (readonly [config: string, warned: readonly string[]])[] = [
    ["[check]\nsessions = corp\n[sync late-*]", ["SessionLeftOut"]],
    ["[check]\nsessions = corp\n[sync *]", []],
  ];
  for (const [config, warned] of rows) {
    await using system = await homeWith(config, "corp", "late");
    writeToken(system, "corp", tokenOf("corp", HOUR));
    using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
    const { outcome, warnings } = await check(system, aws);
    assert.deepEqual([outcome, warnings.map(({ code }) => code)], ["healthy", warned], config);
  }
});

Deno.test("runCheck() warns of a glob that matches nothing", async () => {
  await using system = await homeWith("[sync team-*]", "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  const { warnings, outcome, sync } = await check(system, aws);
  assert.deepEqual([outcome, sync], ["healthy", []]);
  assert.match(warnings[0].message, /^\[sync team-\*\] matches no profile/);
});

/** Nothing to do but for what stands in the credentials file. */
async function quietHome(config: string): Promise<FakeSystem> {
  const system = await homeWith(config, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, sessionNamed("corp"), HOUR);
  await remember(system, "corp", { profiles: [{ name: "corp-dev", ok: true }] });
  return system;
}

const OVER: readonly (readonly [name: string, config: string])[] = [
  ["of a profile that is gone", "[sync *]"],
  ["in a place that became a profile of SSO", "[sync corp-dev]\nto = corp-dev"],
];

for (const [name, config] of OVER) {
  Deno.test(`runCheck() takes out keys that are over ${name}, and needs no AWS for it`, async () => {
    await using system = await quietHome(config);
    const lasting = legacySection("corp-dev-legacy-sso", HOUR);
    system.write(CREDENTIALS, legacySection("corp-dev", -MINUTE) + lasting);
    using aws = new FakeAws();
    await check(system, aws);
    assert.deepEqual([system.read(CREDENTIALS), aws.opened], [lasting, []]);
  });
}

Deno.test("runCheck() warns of written keys that live no longer than the time between two checks", async () => {
  await using system = await quietHome("[sync short]");
  const more = "[profile short]\nrole_arn = arn:aws:iam::111111111111:role/r\nsource_profile = corp-dev\n" +
    "duration_seconds = 900\n";
  system.write(".aws/config", `${system.read(".aws/config")}${more}`);
  const record = { manager: "cron", scope: "user", everyMs: 15 * MINUTE, since: START } as const;
  system.write(".local/state/sso-heal/service.json", formatServiceRecord(record));
  system.write(CREDENTIALS, legacySection("short-legacy-sso", 15 * MINUTE, "arn:aws:iam::111111111111:role/r"));
  using aws = new FakeAws();
  const { warnings } = await check(system, aws);
  assert.deepEqual(warnings.map(({ code }) => code), ["KeysEndEarly"]);
});
