// Tests of the list of profiles.
import assert from "node:assert/strict";
import { width } from "./cells.ts";
import { formatProfiles, profilesJson } from "./profiles.ts";

const SCREEN = { columns: 80, colour: false, now: 0, home: "/home/me" };
const DEV = {
  name: "dev",
  session: "prod",
  legacy: false,
  startUrl: "https://example.awsapps.com/start",
  ssoRegion: "us-east-1",
  accountId: "012345678901",
  roleName: "ReadOnly",
  region: "eu-west-1",
};
const PROBLEM = {
  code: "MissingKey",
  message: "sso_account_id is not 12 digits",
  hint: "correct it",
  file: "/home/me/.aws/config",
  line: 9,
};
const BAD = {
  ...DEV,
  name: "a-very-long-profile-name-of-somebody",
  session: "https://d-1234567890.awsapps.com/start",
  legacy: true,
  accountId: undefined,
  region: undefined,
  problem: PROBLEM,
};

Deno.test("formatProfiles() fits 80 columns and names what is wrong below", () => {
  const lines = formatProfiles({ profiles: [DEV, BAD], problems: [] }, SCREEN).split("\n");
  assert.deepEqual(lines, [
    "PROFILE                SESSION                 ACCOUNT       ROLE      REGION",
    "dev                    prod                    012345678901  ReadOnly  eu-west-1",
    "a-very-long-profile-…  https://d-1234567890.…                ReadOnly",
    "",
    "✗ ~/.aws/config:9: profile a-very-long-profile-name-of-somebody: sso_account_id",
    "  is not 12 digits",
    "  → correct it",
    "",
  ]);
  assert.ok(lines.every((line) => width(line) <= 80));
});

Deno.test("formatProfiles() says when there is none, but not when the file could not be read", () => {
  assert.match(formatProfiles({ profiles: [], problems: [] }, SCREEN), /^No profile uses SSO/);
  const problem = { code: "NotUtf8", message: "not UTF-8 text", hint: "", file: "/home/me/.aws/config" };
  assert.equal(formatProfiles({ profiles: [], problems: [problem] }, SCREEN), "✗ ~/.aws/config: not UTF-8 text\n");
});

Deno.test("profilesJson() has every field that is known", () => {
  assert.deepEqual(JSON.parse(profilesJson({ profiles: [DEV, BAD], problems: [PROBLEM] })), {
    version: 1,
    profiles: [DEV, {
      name: BAD.name,
      session: BAD.session,
      legacy: true,
      startUrl: DEV.startUrl,
      ssoRegion: "us-east-1",
      roleName: "ReadOnly",
      problem: PROBLEM,
    }],
    problems: [PROBLEM],
  });
});
