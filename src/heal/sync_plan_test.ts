// Proves which profiles are written where, and what is refused before anybody is asked.
import assert from "node:assert/strict";
import type { FakeSystem } from "../../tests/support/fake_system.ts";
import { CREDENTIALS, filesOf, legacySection, syncHome } from "../../tests/support/sync_home.ts";
import { planSync, type SyncPlan, type SyncRule } from "./sync_plan.ts";

const MORE = `[profile admin]
role_arn = arn:aws:iam::111111111111:role/Admin
source_profile = corp-dev
[profile mfa]
role_arn = arn:aws:iam::111111111111:role/Admin
source_profile = corp-dev
mfa_serial = arn:aws:iam::111111111111:mfa/me
[profile broken]
sso_session = corp
sso_account_id = 12345
sso_role_name = r
[profile token-only]
sso_session = corp
[profile static]
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile by-process]
credential_process = /bin/keys
[profile plain]
region = eu-west-1
`;

async function plan(system: FakeSystem, ...rules: Partial<SyncRule>[]): Promise<SyncPlan> {
  const file = `${system.home}/${CREDENTIALS}`;
  return planSync(rules.map((rule) => ({ from: "corp-dev", file, ...rule })), await filesOf(system), system.home);
}

function brief({ jobs, refused, unmatched }: SyncPlan): string[] {
  return [
    ...jobs.map(({ from, to }) => `${from}>${to}`),
    ...refused.map(({ from, to, error }) => `${from}>${to} ${error?.code}`),
    ...unmatched.map((glob) => `${glob}?`),
  ];
}

const ROWS: readonly (readonly [name: string, rules: readonly Partial<SyncRule>[], expected: readonly string[]])[] = [
  ["the usual name", [{}], ["corp-dev>corp-dev-legacy-sso"]],
  ["a name with a *", [{ to: "*.old" }], ["corp-dev>corp-dev.old"]],
  ["a name of its own", [{ to: "old" }], ["corp-dev>old"]],
  [
    "all that has credentials of SSO by a glob, with what has them but for a mistake",
    [{ from: "*" }],
    [
      ...["corp-dev", "p1", "p2", "admin"].map((name) => `${name}>${name}-legacy-sso`),
      "broken>broken-legacy-sso AccountInvalid",
    ],
  ],
  ["a role that wants a code, when it is named", [{ from: "mfa" }], ["mfa>mfa-legacy-sso MfaNeeded"]],
  ["a profile without a role, when it is named", [{ from: "token-only" }], [
    "token-only>token-only-legacy-sso RoleMissing",
  ]],
  ["a profile that is not there", [{ from: "nobody" }], ["nobody>nobody-legacy-sso ProfileMissing"]],
  ["a glob that matches nothing", [{ from: "x*" }], ["x*?"]],
  ["a glob that matches only others", [{ from: "stat*" }], ["stat*?"]],
  ["the first of two rules for the same", [{ from: "p*" }, { from: "p1" }], ["p1>p1-legacy-sso", "p2>p2-legacy-sso"]],
  [
    "two profiles in one place, both refused",
    [{ to: "old" }, { from: "p1", to: "old" }, { from: "p2" }],
    ["p2>p2-legacy-sso", "corp-dev>old WrittenTwice", "p1>old WrittenTwice"],
  ],
  ["two files", [{ to: "old" }, { from: "p1", to: "old", file: "/x" }], ["corp-dev>old", "p1>old"]],
  ["the name of the profile itself", [{ to: "corp-dev" }], ["corp-dev>corp-dev TargetTaken"]],
  ["the name of another profile of SSO, also by force", [{ to: "p1", force: true }], ["corp-dev>p1 TargetTaken"]],
  ["the name of a role", [{ to: "admin" }], ["corp-dev>admin TargetTaken"]],
  ["the name of a credential_process", [{ to: "by-process" }], ["corp-dev>by-process TargetTaken"]],
  ["the name of static keys in the config file", [{ to: "static" }], ["corp-dev>static TargetTaken"]],
  ["the name of a profile with settings only", [{ to: "plain" }], ["corp-dev>plain"]],
];

for (const [name, rules, expected] of ROWS) {
  Deno.test(`planSync() takes ${name}`, async () => {
    await using system = await syncHome(2, undefined, MORE);
    assert.deepEqual(brief(await plan(system, ...rules)), expected);
  });
}

Deno.test("planSync() does not take legacy profiles for profiles of SSO", async () => {
  await using system = await syncHome();
  system.write(CREDENTIALS, legacySection("corp-dev-legacy-sso", 0));
  assert.deepEqual(brief(await plan(system, { from: "*" })), ["corp-dev>corp-dev-legacy-sso"]);
});

const TAKEN: readonly (readonly [to: string, line: number, words: RegExp])[] = [
  [
    "corp-dev",
    6,
    /it is a profile of SSO itself \(sso_session\); SDKs for JavaScript and Go would .* Python would not$/,
  ],
  ["admin", 18, /it assumes a role \(role_arn\); clients would do so all the same/],
  ["by-process", 34, /it has credentials of its own \(credential_process\); clients would use the written keys/],
];

for (const [to, line, words] of TAKEN) {
  Deno.test(`planSync() says what would come of writing into ${to}, and the way out`, async () => {
    await using system = await syncHome(2, undefined, MORE);
    const [{ error }] = (await plan(system, { to })).refused;
    assert.match(error?.message ?? "", words);
    assert.match(error?.hint ?? "", /--output NAME/);
    assert.deepEqual([error?.file, error?.line], [`${system.home}/.aws/config`, line]);
  });
}
