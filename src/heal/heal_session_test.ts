// Proves one session of a check: it refreshes what is due and proves what is near its end.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, refusal, THROTTLED } from "../../tests/support/fake_aws.ts";
import { fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { heal, HEAL_OPTIONS, inShort, REFRESH_AHEAD_MS, runOf, viewOf } from "../../tests/support/heal_run.ts";
import {
  ARN,
  freshToken,
  IDENTITY,
  recordOf,
  remember,
  ROLE_KEYS,
  sessionNamed,
  tokenOf,
  writeRole,
  writeToken,
} from "../../tests/support/session_home.ts";
import { rolePath } from "../aws/role_cache.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { healSession } from "./heal_session.ts";
import { reportOf } from "./report.ts";

const CORP = sessionNamed("corp");
const ROLE = { accountId: "012345678901", roleName: "ReadOnly" };

Deno.test("healSession() refreshes what is due, and proves the new token", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", ROLE_KEYS, "access-2").on("GetCallerIdentity", IDENTITY, "new-secret");
  writeToken(system, "corp", tokenOf("corp", MINUTE));

  const healed = await heal(system, aws);

  assert.equal(inShort(healed), "healthy refreshed healthy");
  const [profile] = reportOf(healed.view, true, healed).profiles;
  assert.deepEqual(profile, {
    name: "corp-dev",
    ...ROLE,
    ok: true,
    arn: ARN,
    // The file knows seconds only.
    credentialsExpireAt: START + HOUR,
    error: undefined,
  });
  assert.deepEqual(recordOf(system, "corp").profiles, healed.proofs);
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(rolePath(system.home, CORP, ROLE))), {
    ProviderType: "sso",
    Credentials: {
      AccessKeyId: "ASIANEW",
      SecretAccessKey: "new-secret",
      SessionToken: "new-session",
      Expiration: "2026-11-20T11:00:00Z",
      AccountId: "012345678901",
    },
  });
});

Deno.test("healSession() says what stood in the way of keeping the credentials, and remembers the way out", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  system.write(".aws/cli", "a file where a folder belongs");

  const healed = await heal(system, aws);

  const [done] = reportOf(healed.view, true, healed).profiles;
  assert.match(done.error?.message ?? "", /^Cannot write .*a part of its path is a file$/);
  assert.equal(done.error?.hint, "move that file away");
  const [seen] = reportOf(await viewOf(system, CORP), true).profiles;
  assert.deepEqual(seen.error, done.error);
});

Deno.test("healSession() leaves credentials alone that are not near their end", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, CORP, REFRESH_AHEAD_MS);
  assert.equal(inShort(await heal(system, aws)), "healthy none healthy");
});

Deno.test("healSession() proves credentials a millisecond nearer to their end", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, CORP, REFRESH_AHEAD_MS);
  system.clock++;
  assert.equal(inShort(await heal(system, aws)), "healthy none healthy");
});

Deno.test("healSession() proves nothing when told not to", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", HOUR));
  assert.equal(inShort(await heal(system, aws, { probe: false })), "healthy none healthy");
});

Deno.test("healSession() proves a token that needs a person soon as long as it lives", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", MINUTE, { refreshToken: undefined }));
  assert.equal(inShort(await heal(system, aws)), "needs-login none needs-login");
});

Deno.test("healSession() does not prove a token that is over", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", 0, { refreshToken: undefined }));
  assert.equal(inShort(await heal(system, aws)), "needs-login none needs-login");
});

Deno.test("healSession() does not bother the portal when the refresh failed for now", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED);
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal(inShort(await heal(system, aws)), "refresh-due failed temporary-failure TooManyRequestsException");
});

Deno.test("healSession() uses a refused token to its end", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException"))
    .on("GetRoleCredentials", ROLE_KEYS, "access-1").on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const healed = await heal(system, aws);
  assert.equal(inShort(healed), "needs-login failed needs-login InvalidGrantException");
  assert.equal(healed.proofs[0].ok, true);
});

Deno.test("healSession() counts a forced refresh that failed for now as temporary, and keeps the healthy token", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", THROTTLED);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const healed = await heal(system, aws, { force: true, probe: false });
  assert.equal(inShort(healed), "healthy failed temporary-failure TooManyRequestsException");
  // The next look has the files only, and by them all is well.
  assert.equal(reportOf(await viewOf(system, CORP), true).outcome, "healthy");
});

// A role that is refused, and proofs that fail for now.

Deno.test("healSession() takes a 403 for a matter of that profile alone", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", FORBIDDEN);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const healed = await heal(system, aws);
  assert.equal(inShort(healed), "healthy none broken");
  const [profile] = reportOf(healed.view, true, healed).profiles;
  assert.deepEqual([profile.ok, profile.error?.code], [false, "ForbiddenException"]);
  assert.equal(recordOf(system, "corp").refused, undefined);
});

Deno.test("healSession() proves the other profiles when one is refused", async () => {
  await using system = await fakeSystem();
  const both = sessionNamed("corp", {
    profiles: [
      { name: "bad", session: "corp", accountId: "1", roleName: "Admin" },
      { name: "good", session: "corp", accountId: "2", roleName: "ReadOnly" },
    ],
  });
  using aws = new FakeAws().on("GetRoleCredentials", FORBIDDEN, "Admin")
    .on("GetRoleCredentials", ROLE_KEYS, "ReadOnly").on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const { proofs } = await heal(system, aws, {}, both);
  assert.deepEqual(proofs.map(({ name, ok }) => [name, ok]).sort(), [["bad", false], ["good", true]]);
});

Deno.test("healSession() asks again for a proof that failed, and forgets the failure when it works", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  // Good for long: only the failure is a reason to ask.
  writeRole(system, CORP, HOUR);
  const profiles = [{ name: "corp-dev", ok: false, code: "ForbiddenException", message: "No access" }];
  await remember(system, "corp", { profiles });
  assert.equal(reportOf(await viewOf(system, CORP), true).outcome, "broken");
  assert.equal(inShort(await heal(system, aws)), "healthy none healthy");
  assert.equal(reportOf(await viewOf(system, CORP), true).outcome, "healthy");
});

Deno.test("healSession() counts a proof that fails for now as temporary, after three tries", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", OFFLINE).on("GetRoleCredentials", OFFLINE)
    .on("GetRoleCredentials", OFFLINE);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const healed = await heal(system, aws);
  assert.equal(inShort(healed), "healthy none temporary-failure");
  assert.equal(reportOf(await viewOf(system, CORP), true).outcome, "temporary-failure");
});

Deno.test("healSession() is content when the second try of a proof works", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", OFFLINE).on("GetRoleCredentials", ROLE_KEYS)
    .on("GetCallerIdentity", refusal("SignatureDoesNotMatch", 403)).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  assert.equal(inShort(await heal(system, aws)), "healthy none healthy");
});

Deno.test("healSession() begins no proof after the end of the run", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const run = runOf(system, aws);
  const seen = await viewOf(system, CORP);
  system.clock = run.deadline;
  assert.equal(inShort(await healSession(run, seen, HEAL_OPTIONS)), "healthy none temporary-failure");
});

Deno.test("healSession() never throws: a fault of our own is reported as one", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const run = runOf(system, {
    call: () => Promise.reject(new TypeError("of our own")),
  } as unknown as FakeAws);
  const healed = await healSession(run, await viewOf(system, CORP), HEAL_OPTIONS);
  assert.equal(inShort(healed), "broken failed broken Unexpected");
  assert.match(healed.error?.message ?? "", /of our own/);
  assert.deepEqual(aws.calls, []);
});

Deno.test("healSession() remembers a token that is new to it", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  const token = tokenOf("corp", HOUR);
  writeToken(system, "corp", token);
  writeRole(system, CORP, HOUR);
  await remember(system, "corp", { token: { fingerprint: "old", lifeMs: 8 * HOUR }, failures: 3, retryAt: START });
  await heal(system, aws);
  assert.deepEqual(recordOf(system, "corp"), {
    name: "corp",
    usedAt: START,
    token: { fingerprint: fingerprintOf(token), lifeMs: 8 * HOUR },
  });
});
