// Proves a sync by hand: what is asked, what is written, what is said, and that no profile stops another.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, refusal, THROTTLED, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { locksEnd } from "../../tests/support/held_lock.ts";
import {
  freshToken,
  ROLE_KEYS,
  sessionNamed,
  tokenOf,
  writeRole,
  writeToken,
} from "../../tests/support/session_home.ts";
import { CREDENTIALS, inBrief, legacySection, sectionsIn, syncHome, syncNow } from "../../tests/support/sync_home.ts";
import { rolePath } from "../aws/role_cache.ts";
import { UserError } from "../domain/problem.ts";

const ALL = { profiles: ["*"] };

Deno.test("sync() writes what the portal gives, and keeps it for the AWS CLI", async () => {
  await using system = await syncHome(0, HOUR, "region = eu-west-1\n");
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS);
  const result = await syncNow(system, aws);
  assert.deepEqual([result.outcome, ...inBrief(result)], ["healthy", "corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.equal(
    system.read(CREDENTIALS),
    "[corp-dev-legacy-sso]\naws_access_key_id = ASIANEW\naws_secret_access_key = new-secret\n" +
      "aws_session_token = new-session\nx_sso_heal_expiration = 2026-11-20T11:00:00Z\n" +
      "x_sso_heal_source = 012345678901/ReadOnly:eu-west-1\nregion = eu-west-1\n",
  );
  assert.ok(
    system.read(rolePath("", sessionNamed("corp"), { accountId: "012345678901", roleName: "ReadOnly" }).slice(1)),
  );
  assert.deepEqual(aws.opened.map(({ hosts }) => hosts), [[
    "oidc.us-east-1.amazonaws.com:443",
    "portal.sso.us-east-1.amazonaws.com:443",
  ]]);
  assert.deepEqual(inBrief(await syncNow(system, aws)), ["corp-dev>corp-dev-legacy-sso healthy"]);
  assert.equal(aws.opened.length, 1, "the second opens no connection");
});

Deno.test("sync() leaves a region alone that somebody chose for the legacy profile", async () => {
  await using system = await syncHome(0, HOUR, "region = eu-west-1\n[profile old]\nregion = us-west-2\n");
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS);
  await syncNow(system, aws, { to: "old" });
  assert.doesNotMatch(system.read(CREDENTIALS) ?? "", /region/);
});

Deno.test("sync() gives a place the keys and the region of another profile, although those that stand there last", async () => {
  await using system = await syncHome(1, HOUR, "region = us-east-2\n");
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "r1");
  system.write(CREDENTIALS, `${legacySection("old", HOUR, "012345678901/ReadOnly:eu-west-1")}region = eu-west-1\n`);
  const result = await syncNow(system, aws, { profiles: ["p1"], to: "old" });
  assert.deepEqual([inBrief(result), sectionsIn(system)], [["p1>old* healthy"], ["old ASIANEW"]]);
  assert.match(system.read(CREDENTIALS) ?? "", /\nregion = us-east-2\n/);
});

Deno.test("sync() heals a section that has lost its keys beside somebody's settings", async () => {
  await using system = await syncHome(0, -MINUTE, "region = eu-west-1\n");
  system.write(CREDENTIALS, `${legacySection("corp-dev-legacy-sso", -MINUTE)}region = us-west-2\ns3 =\n  a = b\n`);
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException")).on("GetRoleCredentials", ROLE_KEYS);
  assert.deepEqual(inBrief(await syncNow(system, aws)), ["corp-dev>corp-dev-legacy-sso* needs-login: LoginNeeded"]);
  const emptied = system.read(CREDENTIALS) ?? "";
  assert.match(emptied, /region = us-west-2\ns3 =\n {2}a = b\n$/);
  assert.doesNotMatch(emptied, /aws_/);
  writeToken(system, "corp", tokenOf("corp", HOUR, {}, 2));
  assert.deepEqual(inBrief(await syncNow(system, aws)), ["corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.match(
    system.read(CREDENTIALS) ?? "",
    /region = us-west-2\n(aws.*\n){3}s3 =\n {2}a = b\n$/,
  );
});

Deno.test("sync() takes out keys of ours that are over and that no profile stands for any more", async () => {
  await using system = await syncHome(0, HOUR);
  system.write(CREDENTIALS, legacySection("gone", -MINUTE) + legacySection("renamed", MINUTE));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS);
  assert.deepEqual(inBrief(await syncNow(system, aws)), ["corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.deepEqual(sectionsIn(system), ["renamed ASIAWRITTEN", "corp-dev-legacy-sso ASIANEW"]);
});

Deno.test("sync() takes out keys that are over in a place that became a profile of SSO", async () => {
  await using system = await syncHome(0, HOUR);
  system.write(CREDENTIALS, legacySection("corp-dev", -MINUTE));
  using aws = new FakeAws();
  const result = await syncNow(system, aws, { to: "corp-dev" });
  assert.deepEqual([inBrief(result), system.read(CREDENTIALS)], [["corp-dev>corp-dev broken: TargetTaken"], ""]);
});

Deno.test("sync() takes what the AWS CLI has kept, and opens no connection for it", async () => {
  await using system = await syncHome();
  using aws = new FakeAws();
  writeRole(system, sessionNamed("corp"), HOUR);
  assert.deepEqual(inBrief(await syncNow(system, aws)), ["corp-dev>corp-dev-legacy-sso* healthy"]);
  assert.deepEqual([sectionsIn(system), aws.opened], [["corp-dev-legacy-sso ASIAOLD"], []]);
});

Deno.test("sync() refreshes a token that is due once for all profiles", async () => {
  await using system = await syncHome(3, MINUTE);
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  for (let at = 0; at < 4; at++) aws.on("GetRoleCredentials", ROLE_KEYS, "access-2");
  assert.equal((await syncNow(system, aws, ALL)).outcome, "healthy");
  assert.equal(sectionsIn(system).length, 4);
});

Deno.test("sync() refreshes a token that the portal does not know once, and asks only for the rest again", async () => {
  await using system = await syncHome(2, HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "r1").on("GetRoleCredentials", UNAUTHORIZED, "ReadOnly")
    .on("GetRoleCredentials", UNAUTHORIZED, "r2").on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", ROLE_KEYS, "ReadOnly").on("GetRoleCredentials", ROLE_KEYS, "r2");
  assert.equal((await syncNow(system, aws, ALL)).outcome, "healthy");
  assert.equal(sectionsIn(system).length, 3);
});

Deno.test("sync() says of a session that a person must sign in once, not for each profile", async () => {
  await using system = await syncHome(3, -MINUTE);
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException"));
  const result = await syncNow(system, aws, ALL);
  assert.equal(result.outcome, "needs-login");
  assert.deepEqual(new Set(result.sync.map(({ error }) => error?.message)).size, 1);
  assert.equal(result.sync[0].error?.hint, "run: sso-heal login --session corp");
  assert.deepEqual(aws.operations, ["CreateToken"]);
});

Deno.test("sync() goes on past a role that is refused, and takes out its keys only when they are over", async () => {
  await using system = await syncHome(2, HOUR);
  system.write(CREDENTIALS, legacySection("p1-legacy-sso", -MINUTE) + legacySection("p2-legacy-sso", 5 * MINUTE));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "ReadOnly").on("GetRoleCredentials", FORBIDDEN, "r1")
    .on("GetRoleCredentials", FORBIDDEN, "r2");
  const result = await syncNow(system, aws, ALL);
  assert.equal(result.outcome, "broken");
  assert.deepEqual(inBrief(result), [
    "corp-dev>corp-dev-legacy-sso* healthy",
    "p1>p1-legacy-sso* broken: Failed",
    "p2>p2-legacy-sso broken: Failed",
  ]);
  assert.deepEqual(result.sync.map(({ expiresAt }) => expiresAt), [START + HOUR, undefined, START + 5 * MINUTE]);
  assert.deepEqual(sectionsIn(system), ["p2-legacy-sso ASIAWRITTEN", "corp-dev-legacy-sso ASIANEW"]);
});

Deno.test("sync() asks again, after the pause that AWS wants, and all wait for it", async () => {
  await using system = await syncHome(1, HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", { ...THROTTLED, retryAfterMs: 30_000 }, "ReadOnly")
    .on("GetRoleCredentials", ROLE_KEYS, "ReadOnly").on("GetRoleCredentials", ROLE_KEYS, "r1");
  assert.equal((await syncNow(system, aws, ALL)).outcome, "healthy");
  assert.ok(system.clock - START >= 30_000 && system.clock - START < 31_000, `${system.clock - START} ms`);
});

Deno.test("sync() does not let a hundred profiles wait each for a network that is gone", async () => {
  await using system = await syncHome(100, HOUR);
  using aws = new FakeAws();
  // Ten that failed for good, and seven more that were under way with them: three tries each.
  for (let call = 0; call < 51; call++) aws.on("GetRoleCredentials", OFFLINE);
  const result = await syncNow(system, aws, ALL);
  assert.equal(result.outcome, "temporary-failure");
  assert.equal(new Set(result.sync.map(({ error }) => error?.message)).size, 1);
  assert.equal(result.sync.length, 101);
});

Deno.test("sync() that is to stop writes what it has, and says of the rest that it was stopped", async () => {
  await using system = await syncHome(30, HOUR);
  using aws = new FakeAws();
  const stop = new UserError("Stopped by Ctrl-C", [], 75);
  let isStopping = false;
  const { sleep } = system;
  system.sleep = (ms, signal) => isStopping ? Promise.reject(stop) : sleep(ms, signal);
  for (let at = 0; at < 5; at++) {
    aws.on("GetRoleCredentials", () => {
      if (aws.calls.length === 5) isStopping = true;
      return ROLE_KEYS;
    });
  }
  const result = await syncNow(system, aws, ALL);
  assert.equal(result.stopped, stop);
  assert.deepEqual([result.outcome, result.sync.length, sectionsIn(system).length], ["temporary-failure", 31, 5]);
  const missing = result.sync.filter(({ changed }) => !changed);
  assert.deepEqual([missing.length, new Set(missing.map(({ error }) => error?.message))], [
    26,
    new Set([stop.message]),
  ]);
  await locksEnd();
});

Deno.test("sync() that is to stop takes out keys that are over", async () => {
  await using system = await syncHome(2, HOUR);
  system.write(CREDENTIALS, legacySection("p2-legacy-sso", -MINUTE));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetRoleCredentials", () => {
    system.sleep = () => Promise.reject(new UserError("Stopped by Ctrl-C", [], 75));
    return ROLE_KEYS;
  });
  await syncNow(system, aws, ALL);
  assert.deepEqual(sectionsIn(system), ["corp-dev-legacy-sso ASIANEW", "p1-legacy-sso ASIANEW"]);
  await locksEnd();
});

Deno.test("sync() takes the [sync] sections when nothing is named, and says what is wrong in them", async () => {
  await using system = await syncHome(2, HOUR);
  system.write(".config/sso-heal/config.ini", "[sync p*]\nto = *.old\noutput = json\n[sync corp-dev]\noutput = xml\n");
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetRoleCredentials", ROLE_KEYS);
  const result = await syncNow(system, aws, { profiles: [] });
  assert.deepEqual([result.outcome, ...inBrief(result)], ["broken", "p1>p1.old* healthy", "p2>p2.old* healthy"]);
  assert.deepEqual(result.problems.map(({ line }) => line), [5]);
  assert.match(system.read(CREDENTIALS) ?? "", /output = json/);
});

Deno.test("sync() takes the profile of AWS_PROFILE when there are no sections", async () => {
  await using system = await syncHome(1, HOUR);
  system.env.AWS_PROFILE = "p1";
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "r1");
  assert.deepEqual(inBrief(await syncNow(system, aws, { profiles: [] })), ["p1>p1-legacy-sso* healthy"]);
});

Deno.test("sync() tells how far it is, from nothing to all", async () => {
  await using system = await syncHome(2, HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "ReadOnly").on("GetRoleCredentials", FORBIDDEN, "r1")
    .on("GetRoleCredentials", ROLE_KEYS, "r2");
  const steps: string[] = [];
  await syncNow(system, aws, {
    ...ALL,
    onProgress: ({ done, failed, total }) => void steps.push(`${done}/${total} ${failed}`),
  });
  assert.deepEqual([steps[0], steps.length, steps.at(-1)], ["0/3 0", 4, "3/3 1"]);
});

Deno.test("sync() takes a profile that is named twice for one", async () => {
  await using system = await syncHome(0, HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS);
  const result = await syncNow(system, aws, { profiles: ["corp-dev", "corp-dev"], to: "x" });
  assert.deepEqual(inBrief(result), ["corp-dev>x* healthy"]);
});
