// Proves how it ends when there are no credentials for a profile: the words, the way out, the exit code.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, refusal, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { credentialsFor, roleHome } from "../../tests/support/role_home.ts";
import { pendingLogin, recordOf, remember, ROLE_KEYS } from "../../tests/support/session_home.ts";
import { UserError } from "../domain/problem.ts";
import { savePendingLogin } from "../store/pending_login.ts";

interface Refusal {
  readonly name: string;
  readonly leftMs?: number;
  readonly profile?: string;
  readonly config?: string;
  prepare?(system: FakeSystem, aws: FakeAws): unknown;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hints?: RegExp;
}

const LOGIN = /^run: sso-heal login --session corp$/m;
const REFUSALS: readonly Refusal[] = [
  {
    name: "nobody ever signed in",
    exitCode: 4,
    message: /profile "corp-dev": session "corp" needs a person \(/,
    hints: LOGIN,
  },
  {
    name: "AWS has ended the session",
    leftMs: -HOUR,
    prepare: (_, aws) => aws.on("CreateToken", refusal("InvalidGrantException")),
    exitCode: 4,
    message: /AWS has ended the session/,
    hints: LOGIN,
  },
  {
    name: "the portal does not know the token, and AWS refuses to refresh it",
    leftMs: HOUR,
    prepare: (_, aws) => aws.on("GetRoleCredentials", UNAUTHORIZED).on("CreateToken", refusal("InvalidGrantException")),
    exitCode: 4,
    message: /AWS has ended the session/,
  },
  {
    name: "somebody was asked already",
    prepare: ({ home }) => savePendingLogin(home, pendingLogin("corp")),
    exitCode: 4,
    message: /needs a person/,
    hints: /or open https:\/\/corp\.awsapps\.com\/start\/#\/device\?user_code=WXYZ-WXYZ and allow the code WXYZ-WXYZ/,
  },
  {
    name: "AWS cannot be reached for a refresh",
    leftMs: -HOUR,
    prepare: (_, aws) => aws.on("CreateToken", OFFLINE).on("CreateToken", OFFLINE).on("CreateToken", OFFLINE),
    exitCode: 75,
    message: /Cannot reach AWS for now/,
  },
  {
    name: "a refresh failed a moment ago",
    leftMs: -HOUR,
    prepare: async (system) => {
      await remember(system, "corp", {
        token: (await seen(system)).token,
        retryAt: START + 5 * MINUTE,
        lastError: { code: "Timeout", message: "no answer in time", broken: false, at: START },
      });
    },
    exitCode: 75,
    message: /yet: no answer in time/,
    hints: /--force-refresh/,
  },
  {
    name: "the portal cannot be reached",
    leftMs: HOUR,
    prepare: (_, aws) => [1, 2, 3].forEach(() => aws.on("GetRoleCredentials", OFFLINE)),
    exitCode: 75,
    message: /Cannot reach AWS for now/,
  },
  {
    name: "AWS does not accept the request to refresh",
    leftMs: -HOUR,
    prepare: (_, aws) => aws.on("CreateToken", refusal("InvalidRequestException")),
    exitCode: 1,
    message: /does not accept the request/,
  },
  {
    name: "AWS refuses the role",
    leftMs: HOUR,
    prepare: (_, aws) => aws.on("GetRoleCredentials", FORBIDDEN),
    exitCode: 1,
    message: /AWS refuses role ReadOnly in account 012345678901/,
    hints: /assignment/,
  },
  {
    name: "AWS refuses the role that is to be assumed",
    leftMs: HOUR,
    profile: "deep",
    prepare: (_, aws) => aws.on("GetRoleCredentials", ROLE_KEYS).on("AssumeRole", refusal("AccessDenied", 403)),
    exitCode: 1,
    message: /AWS refuses role arn:aws:iam::111111111111:role\/Admin of profile "admin"/,
    hints: /trust policy/,
  },
  {
    name: "STS cannot be reached",
    leftMs: HOUR,
    profile: "admin",
    prepare: (
      _,
      aws,
    ) => [aws.on("GetRoleCredentials", ROLE_KEYS), ...[1, 2, 3].map(() => aws.on("AssumeRole", OFFLINE))],
    exitCode: 75,
    message: /Cannot reach AWS for now: AssumeRole/,
  },
  { name: "there is no such profile", profile: "corp-dve", exitCode: 1, message: /"corp-dve"/, hints: /corp-dev/ },
  {
    name: "the profile wants a second factor",
    profile: "mfa",
    config: "[profile mfa]\nrole_arn = arn:aws:iam::111111111111:role/A\nsource_profile = corp-dev\nmfa_serial = x\n",
    exitCode: 1,
    message: /^~\/\.aws\/config:\d+: Cannot use profile "mfa": mfa_serial wants a code that only a person can type/,
  },
  {
    name: "the profile has a credential_source",
    profile: "ec2",
    config: "[profile ec2]\nrole_arn = arn:aws:iam::111111111111:role/A\ncredential_source = Environment\n",
    exitCode: 1,
    message: /credential_source "Environment" is not SSO/,
  },
  {
    name: "an endpoint is none",
    leftMs: HOUR,
    prepare: (system) => void (system.env = { AWS_ENDPOINT_URL: "http://portal.example" }),
    exitCode: 1,
    message: /plain http/,
  },
];

/** The record as a first look leaves it. */
async function seen(system: FakeSystem) {
  using aws = new FakeAws().on("GetRoleCredentials", FORBIDDEN);
  const clock = system.clock;
  system.clock -= 3 * HOUR;
  await assert.rejects(credentialsFor(system, aws));
  system.clock = clock;
  return recordOf(system, "corp");
}

for (const { name, leftMs, profile, config, prepare, exitCode, message, hints = /^/ } of REFUSALS) {
  Deno.test(`roleCredentials() ends with ${exitCode} when ${name}`, async () => {
    await using system = await roleHome(leftMs, config);
    using aws = new FakeAws();
    await prepare?.(system, aws);
    await assert.rejects(credentialsFor(system, aws, profile), (error) => {
      assert.ok(error instanceof UserError, Deno.inspect(error));
      assert.match(error.message, message);
      assert.match(error.hints.join("\n"), hints);
      assert.equal(error.exitCode, exitCode);
      return true;
    });
    assert.equal(aws.closed, aws.opened.length);
  });
}
