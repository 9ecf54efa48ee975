// Proves which roles a profile leads to, row by row as the AWS CLI resolves them, and what stands in the way of others.
import assert from "node:assert/strict";
import { parseIni } from "./ini.ts";
import { type FoundChain, type RoleChain, roleChainOf } from "./role_chain.ts";

const SSO = `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
[profile base]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnly
region = eu-west-1
`;
const ROLE = "role_arn = arn:aws:iam::111111111111:role/";

async function find(name: string, config: string, credentials?: string): Promise<FoundChain> {
  const fileOf = (path: string, text: string) => ({ path, document: parseIni(text, path) });
  return await roleChainOf(name, {
    config: fileOf("config", SSO + config),
    credentials: credentials === undefined ? undefined : fileOf("credentials", credentials),
    problems: [],
  }, "/h");
}

async function chainOf(name: string, config: string, credentials?: string): Promise<RoleChain> {
  const found = await find(name, config, credentials);
  assert.ok(found.kind === "chain", JSON.stringify(found));
  return found.chain;
}

/** `root → role → role`. */
function wayOf({ root, steps }: RoleChain): string {
  return [root.name, ...steps.map(({ profile, roleArn }) => `${profile}:${roleArn.split("/").slice(1).join("/")}`)]
    .join(" → ");
}

const CHAINS: [what: string, asked: string, config: string, credentials: string | undefined, way: string][] = [
  ["a profile of SSO is its own chain", "base", "", undefined, "base"],
  ["one role", "a", `[profile a]\n${ROLE}A\nsource_profile = base\n`, undefined, "base → a:A"],
  ["a role with a path", "a", `[profile a]\n${ROLE}x/A\nsource_profile = base\n`, undefined, "base → a:x/A"],
  [
    "several roles, in any order of the file",
    "c",
    `[profile c]\n${ROLE}C\nsource_profile = b\n[profile a]\n${ROLE}A\nsource_profile = base\n` +
    `[profile b]\n${ROLE}B\nsource_profile = a\n`,
    undefined,
    "base → a:A → b:B → c:C",
  ],
  ["default as a role", "default", `[default]\n${ROLE}A\nsource_profile = base\n`, undefined, "base → default:A"],
  [
    "a name with a space",
    "my role",
    `[profile "my role"]\n${ROLE}A\nsource_profile = my base\n[profile "my base"]\nsso_session = corp\n` +
    "sso_account_id = 012345678901\nsso_role_name = R\n",
    undefined,
    "my base → my role:A",
  ],
  ["a role in the credentials file", "a", "", `[a]\n${ROLE}A\nsource_profile = base\n`, "base → a:A"],
  [
    "role_arn counts more than the SSO of the same profile",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = base\nsso_session = corp\nsso_account_id = 222222222222\nsso_role_name = R\n`,
    undefined,
    "base → a:A",
  ],
  [
    "and more than its static keys",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = base\naws_access_key_id = AKIA\naws_secret_access_key = s\n`,
    undefined,
    "base → a:A",
  ],
  ["SSO counts more than static keys", "base", "", "[base]\naws_access_key_id = AKIA\n", "base"],
  [
    "a source with keys of its own assumes no role, but SSO counts more",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\n${ROLE}B\nsource_profile = base\n` +
    "sso_session = corp\nsso_account_id = 222222222222\nsso_role_name = R\naws_access_key_id = AKIA\n",
    undefined,
    "b → a:A",
  ],
  [
    "a profile that is its own source by SSO and keys",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = a\nsso_session = corp\nsso_account_id = 222222222222\n` +
    "sso_role_name = R\naws_access_key_id = AKIA\n",
    undefined,
    "a → a:A",
  ],
  [
    "a legacy profile",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = old\n[profile old]\nsso_start_url = https://old.awsapps.com/start\n` +
    "sso_region = us-east-1\nsso_account_id = 012345678901\nsso_role_name = R\n",
    undefined,
    "old → a:A",
  ],
  [
    "a length that is no number, as if it were not there",
    "a",
    `[profile a]\n${ROLE}A\nsource_profile = base\nduration_seconds = an hour\n`,
    undefined,
    "base → a:A",
  ],
];

for (const [what, asked, config, credentials, way] of CHAINS) {
  Deno.test(`roleChainOf() resolves ${what}`, async () => {
    assert.equal(wayOf(await chainOf(asked, config, credentials)), way);
  });
}

Deno.test("roleChainOf() calls STS as the profile asked for says, not as those between", async () => {
  const config = `[profile mid]
${ROLE}M
source_profile = base
region = us-west-1
[profile a]
${ROLE}A
source_profile = mid
region = eu-central-1
ca_bundle = ~/ca.pem
use_fips_endpoint = true
use_dualstack_endpoint = false
services = s
[services s]
sts =
  endpoint_url = https://sts.example
`;
  assert.deepEqual(JSON.parse(JSON.stringify((await chainOf("a", config)).profile)), {
    name: "a",
    session: "corp",
    region: "eu-central-1",
    endpoints: { sts: "https://sts.example" },
    caBundle: "/h/ca.pem",
    useFips: true,
    useDualstack: false,
  });
  const own = await chainOf("base", config);
  assert.equal(own.profile, own.root);
});

Deno.test("roleChainOf() says that there is no config file, and how to make one", async () => {
  const found = await roleChainOf("a", { problems: [] }, "/h");
  assert.ok(found.kind === "problem");
  assert.match(found.problem.message, /^Cannot use profile "a": there is no AWS config file/);
  assert.match(found.problem.hint, /aws configure sso/);
  const unreadable = { code: "FileUnreadable", message: "no", hint: "" };
  assert.deepEqual(await roleChainOf("a", { problems: [unreadable] }, "/h"), { kind: "problem", problem: unreadable });
});

/** Each is the profile `a` behind {@link SSO}, whose 8 lines come first: `[profile a]` is line 9. */
const PROBLEMS: [what: string, config: string, problem: string, words: RegExp][] = [
  ["a profile that is not there", "", "ProfileMissing", /no such profile/],
  ["one without anything", "[profile a]\nregion = x\n", "RoleMissing config:9", /no role/],
  ["a profile for the token only", "[profile a]\nsso_session = corp\n", "RoleMissing config:9", /no role/],
  [
    "a source that is not there",
    `[profile a]\n${ROLE}A\nsource_profile = bose\n`,
    "SourceMissing config:11",
    /"bose".*did you mean "base"\?/s,
  ],
  [
    "a comment behind the source",
    `[profile a]\n${ROLE}A\nsource_profile = base # the first\n`,
    "SourceMissing config:11",
    /move the comment/,
  ],
  [
    "a circle",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\n${ROLE}B\nsource_profile = a\n`,
    "SourceLoop config:14",
    /"a" → "b" → "a"/,
  ],
  [
    "a circle behind the start",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\n${ROLE}B\nsource_profile = c\n` +
    `[profile c]\n${ROLE}C\nsource_profile = b\n`,
    "SourceLoop config:17",
    /"a" → "b" → "c" → "b"/,
  ],
  ["itself as source", `[profile a]\n${ROLE}A\nsource_profile = a\n`, "SourceLoop config:11", /"a" → "a"/],
  [
    "itself as source by static keys",
    `[profile a]\n${ROLE}A\nsource_profile = a\naws_access_key_id = AKIA\naws_secret_access_key = hidden\n`,
    "StaticKeys config:12",
    /static keys/,
  ],
  [
    "static keys at the end",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\naws_access_key_id = AKIA\n`,
    "StaticKeys config:13",
    /profile "b".*static keys/,
  ],
  [
    "a source that has static keys and would assume a role",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\n${ROLE}B\nsource_profile = base\naws_secret_access_key = hidden\n`,
    "StaticKeys config:15",
    /profile "b".*static keys/,
  ],
  ["a credential_process", "[profile a]\ncredential_process = hidden\n", "CredentialProcess config:10", /process/],
  ["a login session", "[profile a]\nlogin_session = arn\n", "LoginSession config:10", /login session/],
  [
    "a web identity",
    `[profile a]\n${ROLE}A\nweb_identity_token_file = /t\nsource_profile = base\n`,
    "WebIdentity config:11",
    /web identity/,
  ],
  [
    "a web identity, which comes before SSO",
    "[profile a]\nsso_session = corp\nsso_account_id = 012345678901\nsso_role_name = R\nweb_identity_token_file = /t\n",
    "WebIdentity config:13",
    /web identity/,
  ],
  [
    "a region that is none",
    `[profile a]\n${ROLE}A\nsource_profile = base\nregion = my region\n`,
    "RegionInvalid config:12",
    /"my region"/,
  ],
  [
    "an endpoint that is none",
    `[profile a]\n${ROLE}A\nsource_profile = base\nendpoint_url = http://sts.example\n`,
    "EndpointInvalid config:12",
    /not https/,
  ],
  [
    "what is wrong with the profile of SSO",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\nsso_session = corp\nsso_account_id = 12\nsso_role_name = R\n`,
    "AccountInvalid config:14",
    /12 digits/,
  ],
  [
    "what is wrong with its session",
    `[profile a]\n${ROLE}A\nsource_profile = b\n[profile b]\nsso_session = gone\nsso_account_id = 012345678901\n` +
    "sso_role_name = R\n",
    "SessionMissing config:13",
    /"gone"/,
  ],
];

for (const [what, config, expected, words] of PROBLEMS) {
  Deno.test(`roleChainOf() names ${what}`, async () => {
    const found = await find("a", config);
    assert.ok(found.kind === "problem", JSON.stringify(found));
    const { code, file, line, message, hint } = found.problem;
    assert.equal(file === undefined ? code : `${code} ${file}:${line}`, expected);
    assert.match(`${message} ${hint}`, words);
    assert.doesNotMatch(`${message} ${hint}`, /hidden/);
  });
}

Deno.test("roleChainOf() blames a file that could not be read for a profile that is not there", async () => {
  const problem = { code: "Unreadable", message: "Cannot read", hint: "chmod" };
  assert.deepEqual(await roleChainOf("a", { problems: [problem] }, "/h"), { kind: "problem", problem });
});

Deno.test("roleChainOf() suggests a profile of nearly that name", async () => {
  const found = await find("bsae", "");
  assert.ok(found.kind === "problem");
  assert.equal(found.problem.hint, 'did you mean "base"?');
});

Deno.test("roleChainOf() suggests no profile that sync wrote", async () => {
  const found = await find("gone", "", "[gone-legacy-sso]\nx_sso_heal_expiration = 2026-11-20T10:00:00Z\n");
  assert.ok(found.kind === "problem");
  assert.equal(found.problem.hint, "list them: sso-heal profiles");
});
