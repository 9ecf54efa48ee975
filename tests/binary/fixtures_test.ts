// Files that the official clients wrote (five clients, several versions): sso-heal reads every one of them.
import assert from "node:assert/strict";
import { FIXTURE_FOLDER, statusOfFixture } from "./clients/fixtures.ts";

const CORP = { name: "corp", refreshable: true, profile: "dev" };
/** A login without scopes: AWS gave no refresh token. */
const LEGACY = { name: "https://sim.awsapps.com/start", refreshable: false, profile: "legacy" };

/** `role`: the client kept role credentials where sso-heal looks for them. */
const ROWS: readonly (readonly [folder: string, session: typeof CORP, role: boolean])[] = [
  ["login-cli2-debian", CORP, false],
  ["login-cli2-debian-legacy", LEGACY, false],
  ["login-cli2-head-device", CORP, false],
  ["login-cli2-head-pkce", CORP, false],
  ["login-cli2-head-vanity", CORP, false],
  ["refresh-botocore", CORP, false],
  ["refresh-cli1", CORP, false],
  ["refresh-cli2-debian", CORP, true],
  ["refresh-cli2-head", CORP, true],
  ["refresh-js-v3", CORP, false],
  ["creds-botocore", CORP, false],
  ["creds-cli2-debian", CORP, true],
  ["creds-cli2-head", CORP, true],
  ["creds-js-v3", CORP, false],
  ["legacy-botocore", LEGACY, false],
  ["legacy-cli1", LEGACY, false],
  ["legacy-cli2-debian", LEGACY, true],
  ["legacy-cli2-head", LEGACY, true],
  ["legacy-js-v3", LEGACY, false],
  ["chain-botocore", CORP, false],
  ["chain-cli1", CORP, false],
  ["chain-cli2-head", CORP, false],
  ["chain-js-v3", CORP, false],
];

for (const [folder, wanted, role] of ROWS) {
  Deno.test(`status reads what a client left in ${folder}`, async () => {
    const { code, status, expiresAt } = await statusOfFixture(folder);
    const used = status.sessions.filter((session) => session.accessTokenExpiresAt !== undefined);
    assert.equal(used.length, 1, "one session has a token");
    const { name, state, refreshable, accessTokenExpiresAt, error } = used[0];
    assert.deepEqual({ name, state, refreshable, error }, {
      name: wanted.name,
      state: "healthy",
      refreshable: wanted.refreshable,
      error: undefined,
    });
    assert.equal(Date.parse(accessTokenExpiresAt ?? ""), Math.floor(expiresAt / 1000) * 1000, "to the second");
    assert.equal(code, 0);
    const proved = used[0].profiles.find((profile) => profile.name === wanted.profile);
    assert.equal(proved?.credentialsExpireAt !== undefined, role, "role credentials");
  });
}

Deno.test("no folder of fixtures is forgotten", () => {
  const folders = [...Deno.readDirSync(FIXTURE_FOLDER)].map(({ name }) => name);
  assert.deepEqual(folders.sort(), ROWS.map(([folder]) => folder).sort());
});
