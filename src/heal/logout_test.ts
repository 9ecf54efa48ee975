// Proves that a logout tells AWS and removes the files of its session, and no other.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import {
  remember,
  sessionNamed,
  sessionSections,
  storedToken,
  tokenOf,
  writeRegistration,
  writeRole,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import type { Token } from "../domain/token.ts";
import type { LogoutReport } from "../domain/report.ts";
import { sessionLockPath } from "../store/paths.ts";
import { logout } from "./logout.ts";

const CORP = sessionNamed("corp");
const LAB = sessionNamed("lab");
const LEFT = ".aws/sso/cache/.sso-heal-11111111-1111-4111-8111-111111111111.tmp";

function logOut(system: FakeSystem, aws: FakeAws, all = false): Promise<LogoutReport[]> {
  return logout(contextOf(system, aws), { choice: { sessions: all ? [] : ["corp"], profiles: [] }, all });
}

/** Two signed-in sessions with everything that belongs to them. */
async function bothSignedIn(system: FakeSystem): Promise<void> {
  writeSessions(system, "corp", "lab");
  for (const session of [CORP, LAB]) {
    writeToken(system, session.name, tokenOf(session.name, HOUR));
    writeRole(system, session, HOUR);
    writeRegistration(system, session);
    await remember(system, session.name, { failures: 1 });
  }
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

const leave = (system: FakeSystem, token: Token) => system.write(LEFT, new TextDecoder().decode(formatToken(token)));

Deno.test("logout() tells AWS and removes token, credentials and record of the session, and nothing else", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {}, "access-1");
  await bothSignedIn(system);
  const before = filesBelow(system.home);

  const [report] = await logOut(system, aws);

  const gone = before.filter((path) => !filesBelow(system.home).includes(path));
  assert.deepEqual([report.told, report.error, report.removed.length], [true, undefined, 3]);
  assert.deepEqual(gone.toSorted(), report.removed.toSorted());
  assert.equal(storedToken(system, "corp"), undefined);
  assert.equal(storedToken(system, "lab")?.accessToken, "access-1");
  assert.deepEqual(aws.calls[0].target.endpoint, "https://portal.sso.us-east-1.amazonaws.com");
});

Deno.test("logout() of all ends every session", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {}).on("Logout", {});
  await bothSignedIn(system);
  assert.deepEqual((await logOut(system, aws, true)).map(({ session, told }) => [session, told]), [
    ["corp", true],
    ["lab", true],
  ]);
  assert.deepEqual([storedToken(system, "corp"), storedToken(system, "lab")], [undefined, undefined]);
});

Deno.test("logout() is told when AWS does not know the token any more", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", UNAUTHORIZED);
  await bothSignedIn(system);
  assert.deepEqual((await logOut(system, aws)).map(({ told, error }) => [told, error]), [[true, undefined]]);
});

Deno.test("logout() removes the files also when AWS cannot be told, and says so", async () => {
  for (const failure of [OFFLINE, refusal("InternalServerException", 500)]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("Logout", failure);
    await bothSignedIn(system);
    const [{ told, error }] = await logOut(system, aws);
    assert.deepEqual([told, error?.code, storedToken(system, "corp")], [false, failure.code, undefined]);
  }
});

Deno.test("logout() opens no connection without a token, and may be repeated", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  assert.deepEqual((await logOut(system, aws)).map(({ removed, told }) => [removed, told]), [[[], false]]);
  assert.deepEqual(aws.opened, []);
});

Deno.test("logout() removes a damaged token file without asking AWS", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  writeToken(system, "corp", tokenOf("corp", HOUR));
  const [path] = filesBelow(`${system.home}/.aws/sso/cache`);
  Deno.writeTextFileSync(path, "{");
  const [{ removed, told }] = await logOut(system, aws);
  assert.deepEqual([removed, told], [[path], false]);
});

Deno.test("logout() tells AWS for the sessions that were signed in, and claims nothing for the others", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {});
  await bothSignedIn(system);
  Deno.removeSync(tokenPath(system.home, CORP));
  assert.deepEqual((await logOut(system, aws, true)).map(({ session, told }) => [session, told]), [
    ["corp", false],
    ["lab", true],
  ]);
});

Deno.test("logout() goes on with other files and sessions when a file cannot be removed", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {});
  await bothSignedIn(system);
  const path = tokenPath(system.home, CORP);
  Deno.removeSync(path);
  system.write(`${path.slice(system.home.length + 1)}/in-the-way`, "");
  const [corp, lab] = await logOut(system, aws, true);
  assert.match(corp.error?.message ?? "", /^Cannot write ".*json"/);
  assert.deepEqual([corp.told, corp.removed.length], [false, 2]);
  assert.deepEqual([lab.told, lab.error, storedToken(system, "lab")], [true, undefined, undefined]);
});

Deno.test("logout() goes on with other sessions when another run holds the lock of one", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {});
  await bothSignedIn(system);
  await using _lock = await holdLock(system, sessionLockPath(system.home, "corp"));
  const [corp, lab] = await logOut(system, aws, true);
  assert.deepEqual([corp.told, corp.removed, corp.error?.code], [false, [], "LockHeld"]);
  assert.deepEqual([lab.told, lab.error], [true, undefined]);
});

Deno.test("logout() removes an answer that a killed refresh of the session left behind", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {});
  await bothSignedIn(system);
  leave(system, tokenOf("corp", 2 * HOUR, {}, 2));
  await logOut(system, aws);
  assert.equal(system.read(LEFT), undefined);
});

Deno.test("logout() leaves the answer to another session's refresh, also at the same start URL", async () => {
  for (const startUrl of ["https://lab.awsapps.com/start", CORP.startUrl]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("Logout", {});
    await bothSignedIn(system);
    leave(system, tokenOf("lab", 2 * HOUR, { startUrl }, 2));
    await logOut(system, aws);
    assert.notEqual(system.read(LEFT), undefined);
  }
});

Deno.test("logout() removes the credentials of every profile of the session", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("Logout", {});
  const other = { name: "ops", session: "corp", accountId: "012345678901", roleName: "Ops" };
  system.write(
    ".aws/config",
    `${sessionSections("corp")}[profile ops]\nsso_session = corp\nsso_account_id = 012345678901\nsso_role_name = Ops\n`,
  );
  writeToken(system, "corp", tokenOf("corp", HOUR));
  writeRole(system, CORP, HOUR);
  writeRole(system, CORP, HOUR, other);
  await logOut(system, aws);
  assert.deepEqual(filesBelow(`${system.home}/.aws/cli`), []);
});
