// Proves what is read of a role to assume, and that what AWS would refuse is named before it is asked.
import assert from "node:assert/strict";
import { parseIni } from "./ini.ts";
import { type ReadRoleStep, readRoleStep } from "./role_chain_step.ts";
import { readSettings } from "./settings.ts";

const ROLE = "role_arn = arn:aws:iam::111111111111:role/";

/** Reads the profile `a`; its header is line 1. */
function read(lines: string): ReadRoleStep {
  const config = { path: "config", document: parseIni(`[profile a]\n${lines}`, "config") };
  return readRoleStep(readSettings({ config, problems: [] }).profiles.get("a")!);
}

Deno.test("readRoleStep() gives all that AssumeRole takes", () => {
  const found = read(`${ROLE}x/A
source_profile = base
role_session_name = ci@build
external_id = tenant:1/x
duration_seconds = 900
`);
  assert.ok("step" in found);
  assert.equal(found.source.value, "base");
  assert.deepEqual(found.step, {
    profile: "a",
    roleArn: "arn:aws:iam::111111111111:role/x/A",
    sessionName: "ci@build",
    externalId: "tenant:1/x",
    durationSeconds: 900,
  });
});

Deno.test("readRoleStep() takes a length that is no number as the AWS CLI does: as if it were not there", () => {
  for (const [text, seconds] of [["an hour", undefined], ["3600 # 1 h", undefined], ["+3600", 3600]] as const) {
    const found = read(`${ROLE}A\nsource_profile = base\nduration_seconds = ${text}\n`);
    assert.ok("step" in found);
    assert.equal(found.step.durationSeconds, seconds);
  }
});

/** `problem` is its code and line; the header is line 1. */
const PROBLEMS: [what: string, lines: string, problem: string, words: RegExp][] = [
  ["a role without a source", `${ROLE}A\n`, "SourceMissing 2", /no source_profile/],
  [
    "a credential_source",
    `${ROLE}A\ncredential_source = Environment\n`,
    "CredentialSource 3",
    /"Environment" is not SSO/,
  ],
  [
    "both kinds of source",
    `${ROLE}A\ncredential_source = Environment\nsource_profile = base\n`,
    "TwoSources 3",
    /both/,
  ],
  [
    "a second factor",
    `${ROLE}A\nsource_profile = base\nmfa_serial = arn:aws:iam::111111111111:mfa/x\n`,
    "MfaNeeded 4",
    /only a person can type/,
  ],
  ["no ARN", "role_arn = Admin\nsource_profile = base\n", "RoleArnInvalid 2", /"Admin"/],
  [
    "a comment behind the ARN",
    `${ROLE}A ; admin\nsource_profile = base\n`,
    "RoleArnInvalid 2",
    /move the comment/,
  ],
  [
    "a session name that AWS refuses",
    `${ROLE}A\nsource_profile = base\nrole_session_name = my build\n`,
    "RoleSessionNameInvalid 4",
    /"my build"/,
  ],
  [
    "an external id that AWS refuses",
    `${ROLE}A\nsource_profile = base\nexternal_id = hidden one\n`,
    "ExternalIdInvalid 4",
    /external_id/,
  ],
  [
    "more than an hour",
    `${ROLE}A\nsource_profile = base\nduration_seconds = 7200\n`,
    "DurationInvalid 4",
    /"7200" is not from 900 to 3600/,
  ],
  [
    "less than 15 minutes",
    `${ROLE}A\nsource_profile = base\nduration_seconds = 0\n`,
    "DurationInvalid 4",
    /"0"/,
  ],
  [
    "a key that says two things",
    `${ROLE}A\nsource_profile = base\nsource_profile = other\n`,
    "Contradiction 4",
    /source_profile is given twice/,
  ],
];

for (const [what, lines, expected, words] of PROBLEMS) {
  Deno.test(`readRoleStep() names ${what}`, () => {
    const found = read(lines);
    assert.ok("problem" in found, JSON.stringify(found));
    const { code, line, message, hint } = found.problem;
    assert.equal(`${code} ${line}`, expected);
    assert.match(`${message} ${hint}`, words);
    assert.doesNotMatch(`${message} ${hint}`, /hidden/);
  });
}
