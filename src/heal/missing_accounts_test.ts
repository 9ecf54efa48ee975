// Proves when whoever approved is told apart from a role that is not assigned.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { fakeSystem, HOUR, START } from "../../tests/support/fake_system.ts";
import { check, runOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  pendingLogin,
  sessionNamed,
  storedToken,
  tokenOf,
  writeLostSession,
} from "../../tests/support/session_home.ts";
import { AwsError } from "../aws/client.ts";
import type { ProfileProof } from "../store/session_record.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { withMissingAccounts } from "./missing_accounts.ts";
import type { Proved } from "./prove.ts";

const IDS = { dev: "012345678901", prod: "100000000001" } as const;
const CORP = sessionNamed("corp", {
  profiles: Object.entries(IDS).map(([name, accountId]) => ({
    name,
    session: "corp",
    accountId,
    roleName: "ReadOnly",
  })),
});
const account = (accountId: string) => ({ accountId, accountName: "a" });

const refused = (name: string): ProfileProof => ({
  name,
  ok: false,
  provedAt: START,
  code: "Forbidden",
  message: "no",
});
const proved = (...proofs: ProfileProof[]): Proved => ({ proofs, held: [] });

/** The proofs as `name code`, and what was asked. */
async function examine(before: Proved, script: (aws: FakeAws) => unknown = () => {}) {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  script(aws);
  const after = await withMissingAccounts(runOf(system, aws), CORP, tokenOf("corp", HOUR), before);
  return { after, inShort: after.proofs.map(({ name, code }) => `${name} ${code}`), calls: aws.calls };
}

Deno.test("withMissingAccounts() names the account that whoever approved does not have", async () => {
  const { after, inShort } = await examine(
    proved(refused("dev"), refused("prod")),
    (aws) => aws.on("ListAccounts", { accounts: [account(IDS.prod)] }),
  );
  assert.deepEqual(inShort, ["dev NoAccess", "prod Forbidden"]);
  assert.equal(after.proofs[0].message, "Whoever approved has no access to account 012345678901 (profile dev)");
});

Deno.test("withMissingAccounts() reads the list to its end", async () => {
  const { inShort, calls } = await examine(proved(refused("dev"), refused("prod")), (aws) => {
    aws.on("ListAccounts", { accounts: [account("1")], nextToken: "page-2" });
    aws.on("ListAccounts", { accounts: [account(IDS.dev), account(IDS.prod)] });
  });
  assert.deepEqual(inShort, ["dev Forbidden", "prod Forbidden"]);
  assert.deepEqual(calls.map(({ input }) => [input.accessToken, input.nextToken]), [
    ["access-1", undefined],
    ["access-1", "page-2"],
  ]);
});

const UNASKED: readonly [sentence: string, before: Proved][] = [
  ["one profile works", proved(refused("dev"), { name: "prod", ok: true, provedAt: START })],
  ["one could not be proved for now", proved(refused("dev"), { ...refused("prod"), temporary: true })],
  ["nothing was proved", proved()],
  ["the portal does not know the token", {
    ...proved(refused("dev")),
    tokenDead: new AwsError("GetRoleCredentials", { endpoint: "https://x", region: "us-east-1" }, UNAUTHORIZED),
  }],
];

for (const [sentence, before] of UNASKED) {
  Deno.test(`withMissingAccounts() asks nothing when ${sentence}`, async () => {
    assert.equal((await examine(before)).after, before);
  });
}

Deno.test("withMissingAccounts() changes nothing without the list", async () => {
  for (const failure of [OFFLINE, FORBIDDEN, UNAUTHORIZED]) {
    const before = proved(refused("dev"));
    assert.equal((await examine(before, (aws) => aws.on("ListAccounts", failure))).after, before);
  }
});

Deno.test("withMissingAccounts() does not go round a list without an end", async () => {
  const before = proved(refused("dev"));
  const { after, calls } = await examine(before, (aws) => {
    for (let page = 0; page < 100; page++) aws.on("ListAccounts", { accounts: [], nextToken: "again" });
  });
  assert.equal(after, before);
  assert.equal(calls.length, 100);
});

Deno.test("check says whose fault it is when the wrong person approved", async () => {
  await using system = await fakeSystem();
  await writeLostSession(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp", { nextPollAt: START }));
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", FORBIDDEN);
  aws.on("ListAccounts", { accounts: [account("999999999999")] });
  const { sessions: [{ profiles: [profile] }] } = await check(system, aws);
  assert.deepEqual([profile.ok, profile.error?.code], [false, "NoAccess"]);
  assert.match(profile.error?.message ?? "", /^Whoever approved has no access to account 012345678901/);
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});
