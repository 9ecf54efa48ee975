// Proves that nothing got by a proof under way comes back after a logout.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { contextOf, heal, runOf } from "../../tests/support/heal_run.ts";
import {
  IDENTITY,
  recordOf,
  ROLE_KEYS,
  sessionNamed,
  tokenOf,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { rolePath } from "../aws/role_cache.ts";
import { sessionLockPath, sessionRecordPath } from "../store/paths.ts";
import { logout } from "./logout.ts";
import { prove } from "./prove.ts";

const CORP = sessionNamed("corp");
const [DEV] = CORP.profiles;
const ROLE = { profile: { ...DEV, accountId: "012345678901", roleName: "ReadOnly" } };

/** Whether the home has the role credentials, and a record of the session. */
function kept({ home }: FakeSystem): boolean[] {
  return [rolePath(home, CORP, ROLE.profile), sessionRecordPath(home, "corp")].map((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

async function logOut(system: FakeSystem): Promise<void> {
  using aws = new FakeAws().on("Logout", {});
  await logout(contextOf(system, aws), { choice: { sessions: ["corp"], profiles: [] }, all: false });
}

Deno.test("prove() keeps credentials, and rememberProofs() what was proved", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  await heal(system, aws);
  assert.deepEqual(kept(system), [true, true]);
  assert.equal(recordOf(system, "corp").profiles?.length, 1);
});

Deno.test("prove() and rememberProofs() bring nothing back after a logout", async () => {
  await using system = await fakeSystem();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws().on("GetRoleCredentials", async () => {
    await logOut(system);
    return ROLE_KEYS;
  }).on("GetCallerIdentity", IDENTITY);
  await heal(system, aws);
  assert.deepEqual(kept(system), [false, false]);
});

Deno.test("rememberProofs() brings no record back after a logout that came once the credentials were kept", async () => {
  await using system = await fakeSystem();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", async () => {
    await logOut(system);
    return IDENTITY;
  });
  await heal(system, aws);
  assert.deepEqual(kept(system), [false, false]);
});

Deno.test("prove() proves a session that is busy, and keeps its credentials another time", async () => {
  await using system = await fakeSystem();
  const token = tokenOf("corp", HOUR);
  writeToken(system, "corp", token);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
  await using _lock = await holdLock(system, sessionLockPath(system.home, "corp"));
  const { proofs } = await prove(runOf(system, aws), CORP, token, [ROLE]);
  assert.deepEqual([proofs[0].ok, kept(system)], [true, [false, false]]);
});
