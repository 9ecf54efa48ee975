// Proves what a check does when the portal does not know a token (401) whose time is not over.
import assert from "node:assert/strict";
import { FakeAws, refusal, THROTTLED, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { fakeSystem, HOUR, MINUTE } from "../../tests/support/fake_system.ts";
import { heal, inShort } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  recordOf,
  ROLE_KEYS,
  sessionNamed,
  storedToken,
  tokenOf,
  writeToken,
} from "../../tests/support/session_home.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { reportOf } from "./report.ts";

Deno.test("healSession() refreshes once after a 401, and proves again", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED, "access-1").on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", ROLE_KEYS, "access-2").on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const healed = await heal(system, aws);
  assert.equal(inShort(healed), "healthy refreshed healthy");
  assert.equal(healed.proofs[0].ok, true);
});

Deno.test("healSession() shows of a profile what the second proof says", async () => {
  await using system = await fakeSystem();
  const both = sessionNamed("corp", {
    profiles: [
      { name: "first", session: "corp", accountId: "1", roleName: "A" },
      { name: "second", session: "corp", accountId: "2", roleName: "B" },
    ],
  });
  using aws = new FakeAws().on("GetRoleCredentials", THROTTLED, "A").on("GetRoleCredentials", THROTTLED, "A")
    .on("GetRoleCredentials", THROTTLED, "A").on("GetRoleCredentials", UNAUTHORIZED, "B")
    .on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", ROLE_KEYS, "A").on("GetRoleCredentials", ROLE_KEYS, "B")
    .on("GetCallerIdentity", IDENTITY).on("GetCallerIdentity", IDENTITY);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const healed = await heal(system, aws, {}, both);
  assert.equal(inShort(healed), "healthy refreshed healthy");
  assert.deepEqual(reportOf(healed.view, true, healed).profiles.map(({ ok }) => ok), [true, true]);
});

Deno.test("healSession() blames the portal when it does not know a token that is brand new", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", UNAUTHORIZED);
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal(inShort(await heal(system, aws)), "healthy refreshed temporary-failure UnauthorizedException");
  assert.equal(recordOf(system, "corp").refused, undefined);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("healSession() needs a login when the portal does not know a token that cannot be refreshed", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED);
  const token = tokenOf("corp", HOUR, { refreshToken: undefined });
  writeToken(system, "corp", token);
  assert.equal(inShort(await heal(system, aws)), "needs-login failed needs-login UnauthorizedException");
  assert.equal(recordOf(system, "corp").refused?.fingerprint, fingerprintOf(token));
});

Deno.test("healSession() needs a login when the refresh after a 401 is refused", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED)
    .on("CreateToken", refusal("InvalidGrantException"));
  writeToken(system, "corp", tokenOf("corp", HOUR));
  assert.equal(inShort(await heal(system, aws)), "needs-login failed needs-login InvalidGrantException");
});

Deno.test("healSession() does not call a session dead when the refresh after a 401 fails for now", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED).on("CreateToken", THROTTLED);
  writeToken(system, "corp", tokenOf("corp", HOUR));
  assert.equal(inShort(await heal(system, aws)), "healthy failed temporary-failure TooManyRequestsException");
});

Deno.test("healSession() names a wrong clock or region before it calls a token dead", async () => {
  const rows = [["ClockWrong", HOUR, "us-east-1"], ["RegionDiffers", 0, "eu-west-1"]] as const;
  for (const [code, clockOffsetMs, region] of rows) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED);
    aws.clockOffsetMs = clockOffsetMs;
    writeToken(system, "corp", tokenOf("corp", HOUR, { refreshToken: undefined, region }));
    assert.equal(inShort(await heal(system, aws)), `broken failed broken ${code}`);
    assert.equal(recordOf(system, "corp").refused, undefined);
  }
});

Deno.test("healSession() adopts the login of another program that came between the proof and the verdict", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("GetRoleCredentials", () => {
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 7));
    return UNAUTHORIZED;
  });
  writeToken(system, "corp", tokenOf("corp", HOUR, { refreshToken: undefined }));
  assert.equal(inShort(await heal(system, aws)), "healthy adopted healthy");
  const { refused, token } = recordOf(system, "corp");
  assert.deepEqual([refused, token?.fingerprint], [undefined, fingerprintOf(tokenOf("corp", 0, {}, 7))]);
});
