// Proves what people hear of a check that syncs: before the sync, what it finds out, and why the check ended as it did.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, linkNo, refusal, THROTTLED, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { FakeTeller } from "../../tests/support/fake_teller.ts";
import { approve, check, checkInShort, contextOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  remember,
  ROLE_KEYS,
  sessionNamed,
  tokenOf,
  writeChannels,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { sectionsIn, syncHome } from "../../tests/support/sync_home.ts";
import { readHeartbeat } from "../store/journal.ts";
import { readStatus } from "./status.ts";

/** No proofs: only the sync asks the portal. */
const SYNC_ONLY = "[check]\nprofiles = nothing-*\n[sync *]\n";
const NO_CHOICE = { sessions: [], profiles: [] };

/** `corp` needs a person, `good` has a token; who is told is `ops`. */
async function lostAndGood(): Promise<FakeSystem> {
  const system = await fakeSystem();
  writeSessions(system, "corp", "good");
  writeChannels(system, ["ops"], SYNC_ONLY);
  await remember(system, "corp", { usedAt: START - HOUR });
  writeToken(system, "good", tokenOf("good", HOUR));
  return system;
}

Deno.test("runCheck() tells people that they are needed before a sync begins, which may take minutes", async () => {
  await using system = await lostAndGood();
  using teller = new FakeTeller();
  let toldBefore: string[] = [];
  using aws = new FakeAws().link().on("GetRoleCredentials", () => {
    toldBefore = teller.said;
    return ROLE_KEYS;
  });
  aws.teller = teller;
  const { sync } = await check(system, aws);
  assert.deepEqual(toldBefore, ["ops login-needed ABCD-EFG1"]);
  assert.deepEqual(sync?.map(({ to, changed }) => [to, changed]), [
    ["corp-dev-legacy-sso", false],
    ["good-dev-legacy-sso", true],
  ]);
});

Deno.test("runCheck() says that all is well again before it syncs, and syncs in the same check", async () => {
  await using system = await fakeSystem();
  writeSessions(system, "corp");
  writeChannels(system, ["ops"], "[sync *]\n");
  await remember(system, "corp", { usedAt: START - HOUR });
  using aws = new FakeAws().link();
  using teller = aws.teller = new FakeTeller();
  await check(system, aws);
  system.clock += MINUTE;
  let sectionsThen: string[] | undefined;
  teller.on("ops", () => {
    sectionsThen = sectionsIn(system);
    return { ok: true };
  });
  const report = await check(system, approve(aws, "device-code-1"));
  assert.deepEqual([teller.said.at(-1), sectionsThen], ["ops healed", []]);
  assert.deepEqual(report.sync?.map(({ changed }) => changed), [true]);
});

Deno.test("runCheck() tells in the same check what only its sync has found out", async () => {
  await using system = await lostAndGood();
  using aws = new FakeAws().link().on("GetRoleCredentials", UNAUTHORIZED)
    .on("CreateToken", refusal("InvalidGrantException")).on("RegisterClient", {
      clientId: "other",
      clientSecret: "secret",
      expiresAt: START + 90 * 24 * HOUR,
    }).on("StartDeviceAuthorization", linkNo(2), sessionNamed("good").startUrl);
  using teller = aws.teller = new FakeTeller();
  const report = await check(system, aws);
  assert.deepEqual(checkInShort(report).slice(1).map((line) => line.split(" ").slice(0, 3).join(" ")), [
    "corp waiting-for-approval login-started",
    "good waiting-for-approval login-started",
  ]);
  assert.deepEqual(teller.said, ["ops login-needed ABCD-EFG1", "ops login-needed ABCD-EFG2"]);
});

Deno.test("runCheck() ends by its --timeout when the portal asks for patience, and says so of each profile", async () => {
  await using system = await syncHome(40, HOUR);
  system.write(".config/sso-heal/config.ini", SYNC_ONLY);
  using aws = new FakeAws();
  for (let at = 0; at < 2; at++) aws.on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 20_000 });
  const report = await check(system, aws, { timeoutMs: 15_000 });
  assert.ok(system.clock - START < 15_000, `${system.clock - START} ms`);
  assert.deepEqual([report.outcome, report.sync?.filter(({ error }) => error !== undefined).length], [
    "temporary-failure",
    41,
  ]);
});

Deno.test("runCheck() does not refresh a token again in its sync that its proof has refreshed in vain", async () => {
  await using system = await syncHome(0, HOUR);
  system.write(".config/sso-heal/config.ini", "[sync *]\n");
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  for (let at = 0; at < 3; at++) aws.on("GetRoleCredentials", UNAUTHORIZED);
  assert.deepEqual(checkInShort(await check(system, aws)), [
    "temporary-failure",
    "corp healthy refreshed temporary-failure",
  ]);
  assert.equal(aws.operations.filter((name) => name === "CreateToken").length, 1);
});

Deno.test("runCheck() leaves word of a sync that failed: in the log once by its reason, and for status", async () => {
  await using system = await syncHome(4, HOUR);
  system.write(".config/sso-heal/config.ini", "[check]\nprofiles = nothing-*\n[sync p*]\n");
  using aws = new FakeAws();
  for (let at = 0; at < 4; at++) aws.on("GetRoleCredentials", FORBIDDEN);
  const { outcome } = await check(system, aws, { scheduled: true });
  const warnings = system.logged.filter(({ level }) => level === "warning");
  assert.deepEqual([outcome, warnings.length], ["broken", 4], "each role is a reason of its own");
  assert.match(warnings[0].message, /^cannot sync: AWS refuses role r1 in account 111111111111/);
  assert.equal(warnings[0].facts?.profiles, "p1-legacy-sso");
  const status = await readStatus(contextOf(system, aws), NO_CHOICE);
  assert.deepEqual([status.outcome, status.lastOutcome], ["healthy", "broken"], "the sessions are well");
  assert.match(status.lastReason ?? "", /^sync of p1-legacy-sso: AWS refuses role r1 in account/);

  await check(system, new FakeAws().on("GetRoleCredentials", ROLE_KEYS), { probe: false });
  assert.equal(readHeartbeat(system.home)?.reason, undefined, "what is over is forgotten");
});
