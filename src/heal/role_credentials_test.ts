// Proves where credentials of a profile come from, what is done for them first, and what is kept.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { credentialsFor, roleHome } from "../../tests/support/role_home.ts";
import {
  freshToken,
  remember,
  ROLE_KEYS,
  sessionNamed,
  storedToken,
  tokenOf,
  writeRole,
} from "../../tests/support/session_home.ts";
import { readRoleCredentials } from "../aws/role_cache.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { sessionLockPath } from "../store/paths.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { keptCredentials } from "./role_credentials.ts";

const CORP = sessionNamed("corp");
const ROLE = { accountId: "012345678901", roleName: "ReadOnly" };

/** The session was seen, and its refresh failed `agoMs` ago. */
async function failedBefore(system: FakeSystem, code: string, agoMs: number): Promise<void> {
  const fingerprint = fingerprintOf(tokenOf("corp", -HOUR));
  const lastError = { code, message: "no way", at: START - agoMs };
  await remember(system, "corp", { token: { fingerprint }, retryAt: START + 20 * MINUTE, lastError });
}

function keys(name: string) {
  return { accessKeyId: `ASIA${name}`, secretAccessKey: `secret-${name}`, sessionToken: `session-${name}` };
}

Deno.test("roleCredentials() takes what the AWS CLI has kept, and asks nobody", async () => {
  for (const leftMs of [15 * MINUTE, HOUR]) {
    await using system = await roleHome(-HOUR);
    using aws = new FakeAws();
    writeRole(system, CORP, leftMs);
    const { credentials, ...of } = await credentialsFor(system, aws);
    assert.deepEqual(of, { profile: "corp-dev", region: undefined });
    assert.equal(credentials.accessKeyId, "ASIAOLD");
    assert.deepEqual(aws.opened, []);
    assert.equal((await keptCredentials(system, "corp-dev"))?.credentials.accessKeyId, "ASIAOLD");
  }
});

Deno.test("roleCredentials() asks the portal for others, and keeps them as the AWS CLI does", async () => {
  for (const leftMs of [undefined, -HOUR, 15 * MINUTE - 1000]) {
    await using system = await roleHome(HOUR);
    using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "access-1");
    if (leftMs !== undefined) writeRole(system, CORP, leftMs);
    assert.equal(await keptCredentials(system, "corp-dev"), undefined);
    const { credentials } = await credentialsFor(system, aws);
    assert.deepEqual([credentials.accessKeyId, credentials.expiresAt], ["ASIANEW", START + HOUR]);
    const kept = await readRoleCredentials(system, CORP, ROLE);
    assert.ok(kept.kind === "credentials");
    assert.equal(JSON.stringify(kept.credentials), JSON.stringify(credentials));
    assert.equal(kept.credentials.secretAccessKey.reveal(), "new-secret");
    // No role is to be assumed: nobody needs STS.
    assert.deepEqual(aws.opened[0].hosts, [
      "oidc.us-east-1.amazonaws.com:443",
      "portal.sso.us-east-1.amazonaws.com:443",
    ]);
    assert.equal(aws.closed, 1);
  }
});

Deno.test("roleCredentials() refreshes a token that is due first", async () => {
  for (const leftMs of [20 * MINUTE, -HOUR]) {
    await using system = await roleHome(leftMs);
    using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS, "access-2");
    assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
    assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
  }
});

Deno.test("roleCredentials() uses a token that lives and cannot be refreshed now", async () => {
  for (const failure of [OFFLINE, refusal("InvalidGrantException"), refusal("InvalidRequestException")]) {
    await using system = await roleHome(10 * MINUTE);
    using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "access-1");
    for (let tries = failure === OFFLINE ? 3 : 1; tries > 0; tries--) aws.on("CreateToken", failure);
    assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
  }
});

Deno.test("roleCredentials() uses a token that lives while another process works on the session", async () => {
  await using system = await roleHome(10 * MINUTE);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "access-1");
  await using _lock = await holdLock(system, sessionLockPath(system.home, "corp"));
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
  assert.ok(system.clock - START < 30_000, `${system.clock - START} ms`);
});

Deno.test("roleCredentials() uses a token that lives where nothing can be written, as in a container", async () => {
  await using system = await roleHome(10 * MINUTE);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS, "access-1");
  system.write(".local/state/sso-heal/locks", "");
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
});

Deno.test("roleCredentials() tries again after an outage, although the next try of the checks is later", async () => {
  await using system = await roleHome(-HOUR);
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS, "access-2");
  await failedBefore(system, "ConnectionRefused", MINUTE);
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
});

Deno.test("roleCredentials() asks for no token when it was tried a moment ago, or AWS asked for patience", async () => {
  for (
    const [code, agoMs, words] of [
      ["ConnectionRefused", 10_000, "tried 10 s ago, the next check tries in 20 min"],
      ["SlowDownException", HOUR, "tried 1 h ago, the next check tries in 20 min"],
    ] as const
  ) {
    await using system = await roleHome(-HOUR);
    using aws = new FakeAws();
    await failedBefore(system, code, agoMs);
    await assert.rejects(credentialsFor(system, aws), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.exitCode, EXIT.temporary);
      assert.match(error.message, new RegExp(`${words}\\)$`));
      return true;
    });
    assert.deepEqual(aws.opened, []);
  }
});

Deno.test("roleCredentials() gets new keys of the SSO role when STS does not know the kept ones, once", async () => {
  for (const code of ["InvalidClientTokenId", "ExpiredToken"]) {
    await using system = await roleHome(HOUR);
    writeRole(system, CORP, HOUR);
    const unknown = refusal(code, 403);
    const isTemporary = code === "ExpiredToken";
    using aws = new FakeAws();
    for (let tries = isTemporary ? 3 : 1; tries > 0; tries--) aws.on("AssumeRole", unknown);
    aws.on("GetRoleCredentials", ROLE_KEYS, "access-1");
    aws.on("AssumeRole", { ...keys("ADMIN"), expiresAt: START + HOUR }, "ASIANEW");
    assert.equal((await credentialsFor(system, aws, "admin")).credentials.accessKeyId, "ASIAADMIN");
  }
});

Deno.test("roleCredentials() refreshes a token that the portal does not know, once", async () => {
  await using system = await roleHome(HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", UNAUTHORIZED, "access-1").on("CreateToken", freshToken(2))
    .on("GetRoleCredentials", ROLE_KEYS, "access-2");
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
});

Deno.test("roleCredentials() takes what another process has kept while the refresh was waited for", async () => {
  await using system = await roleHome(-HOUR);
  using aws = new FakeAws().on("CreateToken", () => {
    writeRole(system, CORP, HOUR);
    return freshToken(2);
  });
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIAOLD");
});

Deno.test("roleCredentials() assumes role by role, as the profile asked for says, and keeps only the first ones", async () => {
  await using system = await roleHome(HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS)
    .on("AssumeRole", { ...keys("ADMIN"), expiresAt: START + HOUR }, "ASIANEW")
    .on("AssumeRole", { ...keys("DEEP"), expiresAt: START + 900_000 }, "ASIAADMIN");
  const { credentials, region } = await credentialsFor(system, aws, "deep");
  assert.deepEqual([credentials.accessKeyId, region], ["ASIADEEP", "eu-central-1"]);
  const [, admin, deep] = aws.calls;
  const sts = { region: "eu-central-1", endpoint: "https://sts.eu-central-1.amazonaws.com" };
  assert.deepEqual([admin.target, deep.target], [sts, sts]);
  const { accessKeyId, secretAccessKey, sessionToken } = ROLE_KEYS;
  assert.deepEqual(admin.input as unknown, {
    ...{ accessKeyId, secretAccessKey, sessionToken },
    roleArn: "arn:aws:iam::111111111111:role/Admin",
    sessionName: `sso-heal-${START / 1000}`,
    externalId: undefined,
    durationSeconds: undefined,
  });
  assert.deepEqual(deep.input as unknown, {
    ...keys("ADMIN"),
    roleArn: "arn:aws:iam::222222222222:role/Deep",
    sessionName: "ci",
    externalId: "tenant",
    durationSeconds: 900,
  });
  assert.ok(aws.opened[0].hosts.includes("sts.eu-central-1.amazonaws.com:443"));
  assert.deepEqual([...Deno.readDirSync(`${system.home}/.aws/cli/cache`)].length, 1);
});

Deno.test("roleCredentials() assumes roles by what the AWS CLI has kept, without a token", async () => {
  await using system = await roleHome();
  using aws = new FakeAws().on("AssumeRole", { ...keys("ADMIN"), expiresAt: START + HOUR }, "ASIAOLD");
  writeRole(system, CORP, HOUR);
  assert.equal(await keptCredentials(system, "admin"), undefined);
  assert.equal((await credentialsFor(system, aws, "admin")).credentials.accessKeyId, "ASIAADMIN");
});

Deno.test("roleCredentials() gives credentials also where they cannot be kept", async () => {
  await using system = await roleHome(HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", ROLE_KEYS);
  system.write(".aws/cli", "a file in the place of the folder");
  assert.equal((await credentialsFor(system, aws)).credentials.accessKeyId, "ASIANEW");
  assert.match(system.logged.map(({ message }) => message).join(), /role credentials are not kept/);
});

Deno.test("roleCredentials() leaves nothing behind for a session that was logged out meanwhile", async () => {
  await using system = await roleHome(HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", () => {
    Deno.removeSync(`${system.home}/.aws/sso/cache`, { recursive: true });
    return ROLE_KEYS;
  });
  await credentialsFor(system, aws);
  assert.equal((await readRoleCredentials(system, CORP, ROLE)).kind, "missing");
});
