// Proves that role credentials of the AWS CLI v2 are read right and written to the byte.
import assert from "node:assert/strict";
import { loadInventory } from "./inventory.ts";
import { readRoleCredentials, rolePath } from "./role_cache.ts";
import { formatRoleCredentials } from "./role_format.ts";

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url).pathname;
const sleep = () => Promise.resolve();
const CORP = { name: "corp", legacy: false, startUrl: "https://corp.awsapps.com/start" };
const ROLE = { accountId: "012345678901", roleName: "ReadOnly" };

Deno.test("readRoleCredentials() and formatRoleCredentials() agree with the AWS CLI v2", async () => {
  const rows: [fixture: string, accountId: string | undefined][] = [
    ["creds-cli2-debian", undefined],
    ["creds-cli2-head", "100000000001"],
    ["refresh-cli2-debian", undefined],
    ["refresh-cli2-head", "100000000001"],
    ["legacy-cli2-debian", undefined],
    ["legacy-cli2-head", "100000000002"],
  ];
  for (const [fixture, accountId] of rows) {
    const home = FIXTURES + fixture;
    const session = (await loadInventory({ home, cwd: home, env: {} })).sessions[fixture.startsWith("legacy") ? 1 : 0];
    const [{ accountId: account, roleName }] = session.profiles;
    const role = { accountId: account!, roleName: roleName! };
    const found = await readRoleCredentials({ home, sleep }, session, role);
    assert.ok(found.kind === "credentials", fixture);
    const { credentials } = found;
    const bytes = Deno.readFileSync(rolePath(home, session, role));
    const { Credentials: file } = JSON.parse(new TextDecoder().decode(bytes));
    assert.equal(credentials.accessKeyId, file.AccessKeyId);
    assert.equal(credentials.secretAccessKey.reveal(), file.SecretAccessKey);
    assert.equal(credentials.sessionToken.reveal(), file.SessionToken);
    assert.equal(credentials.expiresAt, Date.parse(file.Expiration));
    assert.equal(credentials.accountId, accountId);
    assert.deepEqual(formatRoleCredentials(credentials), bytes, fixture);
    assert.ok(!Deno.inspect(found, { depth: 9 }).includes(file.SecretAccessKey));
  }
});

Deno.test("readRoleCredentials() reads a time with an offset", async () => {
  await withRoleFile(async (home, path) => {
    const keys = { AccessKeyId: "a", SecretAccessKey: "s", SessionToken: "t", Expiration: "2026-11-21T01:10:54+00:00" };
    await Deno.writeTextFile(path, JSON.stringify({ ProviderType: "sso", Credentials: keys }));
    const found = await readRoleCredentials({ home, sleep }, CORP, ROLE);
    assert.ok(found.kind === "credentials");
    assert.equal(found.credentials.expiresAt, Date.UTC(2026, 10, 21, 1, 10, 54));
  });
});

Deno.test("readRoleCredentials() calls a file damaged that the AWS CLI could not use", async () => {
  await withRoleFile(async (home, path) => {
    assert.deepEqual(await readRoleCredentials({ home, sleep }, CORP, ROLE), { kind: "missing" });
    const keys = { AccessKeyId: "a", SecretAccessKey: "s-e-c", SessionToken: "t", Expiration: "2026-11-21T01:10:54Z" };
    const file = (changes: object) => JSON.stringify({ ProviderType: "sso", Credentials: { ...keys, ...changes } });
    const rows: [content: string, code: string][] = [
      ["", "RoleNotJson"],
      [file({}).slice(0, 90), "RoleNotJson"],
      ["4711", "RoleNotJson"],
      [JSON.stringify({ Credentials: keys }), "RoleWrongType"],
      [JSON.stringify({ ProviderType: "login", Credentials: keys }), "RoleWrongType"],
      [JSON.stringify({ ProviderType: "sso" }), "RoleIncomplete"],
      [JSON.stringify({ ProviderType: "sso", Credentials: [keys] }), "RoleIncomplete"],
      [file({ AccessKeyId: undefined }), "RoleIncomplete"],
      [file({ SecretAccessKey: "" }), "RoleIncomplete"],
      [file({ SessionToken: 1 }), "RoleWrongType"],
      [file({ Expiration: undefined }), "RoleIncomplete"],
      [file({ Expiration: 1_795_249_838_000 }), "RoleWrongType"],
      [file({ Expiration: "2026-11-21T01:10:54" }), "RoleBadTime"],
    ];
    for (const [content, code] of rows) {
      await Deno.writeTextFile(path, content);
      const found = await readRoleCredentials({ home, sleep }, CORP, ROLE);
      assert.ok(found.kind === "damaged", content);
      assert.deepEqual([found.problem.code, found.problem.file], [code, path], content);
      assert.match(found.problem.message, /^Cannot read the cached credentials of "ReadOnly" in "012345678901": /);
      assert.match(found.problem.hint, /^nothing to do/);
      assert.doesNotMatch(JSON.stringify(found), /s-e-c/);
    }
  });
});

async function withRoleFile(use: (home: string, path: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/.aws/cli/cache`, { recursive: true });
    await use(home, rolePath(home, CORP, ROLE));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
