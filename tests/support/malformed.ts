// AWS files as people and crashes leave them: each row is one mistake that must become one clear problem. The unit
// tests and the compiled binary run over the same rows.

/** One file with one mistake; the other files of the home are missing or in order. */
export interface Malformed {
  /** The mistake, as a few words. */
  readonly name: string;
  /**
   * Where the content goes: `.aws/config` or `.aws/credentials` (the other one is missing), or the token file of the
   * session `corp`, with {@link GOOD_CONFIG} as the config file.
   */
  readonly file: "config" | "credentials" | "token";
  readonly content: string | Uint8Array;
  /** `code` of the one problem. */
  readonly code: string;
  /** Its line, from 1; absent where there is none. */
  readonly line?: number;
}

/** A config file in order: session `corp` with the profile `dev`. */
export const GOOD_CONFIG = `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnly
region = eu-west-1
`;

/** File name of the token of the session `corp`. */
export const TOKEN_FILE = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

const URL_LINE = "sso_start_url = https://corp.awsapps.com/start";
const SESSION = `[sso-session corp]\n${URL_LINE}\nsso_region = us-east-1\n`;
const PROFILE = `[profile dev]\nsso_session = corp\n`;
const ROLE = `sso_account_id = 012345678901\nsso_role_name = ReadOnly\n`;

type Row = readonly [name: string, code: string, line: number | undefined, content: string | Uint8Array];

const CONFIG: readonly Row[] = [
  ["session without a section", "SessionMissing", 2, PROFILE + ROLE],
  [
    "session name with a comment behind",
    "SessionMissing",
    5,
    `${SESSION}[profile dev]\nsso_session = corp # main\n${ROLE}`,
  ],
  ["session name in quotes", "SessionMissing", 5, `${SESSION}[profile dev]\nsso_session = "corp"\n${ROLE}`],
  ["header with an underscore", "SessionMissing", 5, SESSION.replace("sso-session", "sso_session") + PROFILE + ROLE],
  ["header in capitals", "SessionMissing", 5, SESSION.replace("sso-session", "SSO-Session") + PROFILE + ROLE],
  [
    "header with spaces inside",
    "SessionMissing",
    5,
    SESSION.replace("[sso-session corp]", "[ sso-session corp ]") + PROFILE,
  ],
  [
    "header with an unquoted space",
    "SessionMissing",
    5,
    `${SESSION.replace("corp", "my corp")}[profile dev]\nsso_session = my corp\n`,
  ],
  ["header with an open quote", "SessionMissing", 5, SESSION.replace("corp]", '"corp]') + PROFILE],
  ["session without a start URL", "StartUrlMissing", 1, "[sso-session corp]\nsso_region = us-east-1\n"],
  ["empty section", "StartUrlMissing", 1, "[sso-session corp]\n"],
  ["empty start URL", "StartUrlInvalid", 2, "[sso-session corp]\nsso_start_url =\nsso_region = us-east-1\n"],
  ["start URL without a scheme", "StartUrlInvalid", 2, SESSION.replace("https://", "")],
  ["start URL over http", "StartUrlInvalid", 2, SESSION.replace("https:", "http:")],
  ["start URL of another scheme", "StartUrlInvalid", 2, SESSION.replace("https:", "ftp:")],
  ["start URL with a comment behind", "StartUrlInvalid", 2, SESSION.replace("/start", "/start # prod")],
  ["start URL in quotes", "StartUrlInvalid", 2, SESSION.replace(/https\S+/, '"$&"')],
  ["start URL without a host", "StartUrlInvalid", 2, SESSION.replace("corp.awsapps.com/start", "")],
  ["start URL of two lines", "StartUrlInvalid", 2, SESSION.replace("/start\n", "/start\n  #/a\n  /b\n")],
  ["session without a region", "RegionMissing", 1, `[sso-session corp]\n${URL_LINE}\n`],
  ["empty region", "RegionInvalid", 3, SESSION.replace("us-east-1", "")],
  ["region of three words", "RegionInvalid", 3, SESSION.replace("us-east-1", "us east 1")],
  ["region with a comment behind", "RegionInvalid", 3, SESSION.replace("us-east-1", "us-east-1 ; home")],
  ["region in quotes", "RegionInvalid", 3, SESSION.replace("us-east-1", "'us-east-1'")],
  ["region that is a foreign host", "RegionInvalid", 3, SESSION.replace("us-east-1", "evil.example/")],
  ["region that is a number", "RegionInvalid", 3, SESSION.replace("us-east-1", "12345")],
  ["region longer than a host label", "RegionInvalid", 3, SESSION.replace("us-east-1", "u".repeat(64))],
  ["region with a zero byte", "RegionInvalid", 3, SESSION.replace("us-east-1", "us-east-1\0")],
  ["region in an indented line below", "RegionInvalid", 3, SESSION.replace("us-east-1", "\n  us-east-1")],
  [
    "start URL indented below the region",
    "IndentedLine",
    3,
    `[sso-session corp]\nsso_region = us-east-1\n  ${URL_LINE}\n`,
  ],
  ["setting indented below a foreign value", "IndentedLine", 7, `${SESSION}${PROFILE}output = json\n  ${ROLE}`],
  [
    "header indented below a value",
    "IndentedLine",
    7,
    `${SESSION}${PROFILE}output = json\n [profile ops]\n sso_session = corp\n`,
  ],
  ["two start URLs in a section", "Contradiction", 4, `${SESSION}sso_start_url = https://other.awsapps.com/start\n`],
  [
    "two sections with different regions",
    "Contradiction",
    6,
    `${SESSION}[sso-session corp]\n${URL_LINE}\nsso_region = eu-west-1\n`,
  ],
  ["two lists of scopes", "Contradiction", 5, `${SESSION}sso_registration_scopes = a\nsso_registration_scopes = b\n`],
  [
    "left-over of a merge",
    "Contradiction",
    6,
    SESSION.replace(/sso_region.*/, "<<<<<<< ours\n$&\n=======\nsso_region = eu-west-1\n>>>>>>> theirs"),
  ],
  ["region without an equals sign", "MissingEquals", 3, SESSION.replace("_region =", "_region")],
  ["session header without a bracket", "OpenHeader", 1, SESSION.replace("]", "")],
  ["profile header without a bracket", "OpenHeader", 4, SESSION + PROFILE.replace("]", "") + ROLE],
  ["settings before the first section", "OutsideSection", 1, `${URL_LINE}\nsso_region = us-east-1\n`],
  ["Latin-1 in a comment", "ConfigNotUtf8", undefined, latin1(`# für alle\n${SESSION}`)],
  ["UTF-16", "ConfigNotUtf8", undefined, utf16(SESSION)],
  ["account without a role", "RoleMissing", 6, `${SESSION}${PROFILE}sso_account_id = 012345678901\n`],
  ["role without an account", "AccountMissing", 6, `${SESSION}${PROFILE}sso_role_name = ReadOnly\n`],
  ["account that lost its zero", "AccountInvalid", 6, SESSION + PROFILE + ROLE.replace("012345678901", "12345678901")],
  ["account with dashes", "AccountInvalid", 6, SESSION + PROFILE + ROLE.replace("012345678901", "0123-4567-8901")],
  ["account in quotes", "AccountInvalid", 6, SESSION + PROFILE + ROLE.replace("012345678901", '"012345678901"')],
  ["account with a comment behind", "AccountInvalid", 6, SESSION + PROFILE + ROLE.replace("8901", "8901 # prod")],
  ["empty account", "AccountInvalid", 6, SESSION + PROFILE + ROLE.replace("012345678901", "")],
  ["empty role", "RoleInvalid", 7, SESSION + PROFILE + ROLE.replace("ReadOnly", "")],
  ["role with a comment behind", "RoleInvalid", 7, SESSION + PROFILE + ROLE.replace("ReadOnly", "ReadOnly ; safe")],
  [
    "profile with another start URL",
    "Inconsistent",
    8,
    `${SESSION}${PROFILE}${ROLE}sso_start_url = https://b.awsapps.com/start\n`,
  ],
  ["profile with another region", "Inconsistent", 8, `${SESSION}${PROFILE}${ROLE}sso_region = eu-west-1\n`],
  ["profile with another account", "Inconsistent", 7, `${SESSION}sso_account_id = 111111111111\n${PROFILE}${ROLE}`],
  ["two accounts in one profile", "Contradiction", 8, `${SESSION}${PROFILE}${ROLE}sso_account_id = 111111111111\n`],
  [
    "two sections of a profile, two roles",
    "Contradiction",
    9,
    `${SESSION}${PROFILE}${ROLE}[profile dev]\nsso_role_name = Admin\n`,
  ],
  [
    "two roles in the session section",
    "Contradiction",
    5,
    `${SESSION}sso_role_name = a\nsso_role_name = b\n${PROFILE}`,
  ],
  ["two sessions in one profile", "Contradiction", 6, `${SESSION}${PROFILE}sso_session = other\n${ROLE}`],
  [
    "two roles in [DEFAULT]",
    "Contradiction",
    3,
    `[DEFAULT]\nsso_role_name = a\nsso_role_name = b\n${SESSION}${PROFILE}sso_account_id = 012345678901\n`,
  ],
  ["account and role without a session", "SessionUnnamed", 2, `[profile dev]\n${ROLE}`],
  ["empty legacy start URL", "SessionUnnamed", 2, `[profile old]\nsso_start_url =\nsso_region = us-east-1\n`],
  ["empty session name", "SessionUnnamed", 5, `${SESSION}[profile dev]\nsso_session =\n${ROLE}`],
  ["session without an equals sign", "MissingEquals", 5, `${SESSION}[profile dev]\nsso_session corp\n${ROLE}`],
  ["profile region of two words", "RegionInvalid", 6, `${SESSION}${PROFILE}region = eu west\n`],
  ["services section that is missing", "ServicesMissing", 6, `${SESSION}${PROFILE}services = local\n`],
  ["endpoint over http", "EndpointInvalid", 6, `${SESSION}${PROFILE}endpoint_url = http://proxy.example\n`],
  ["endpoint that is no URL", "EndpointInvalid", 6, `${SESSION}${PROFILE}endpoint_url = proxy.example:443\n`],
  [
    "endpoint over http in a services section",
    "EndpointInvalid",
    8,
    `${SESSION}${PROFILE}services = local\n[services local]\nsso =\n  endpoint_url = http://proxy.example\n`,
  ],
  ["legacy profile without a region", "RegionMissing", 2, `[profile old]\n${URL_LINE}\n${ROLE}`],
  [
    "legacy start URL over http",
    "StartUrlInvalid",
    2,
    `[profile old]\nsso_start_url = http://corp.awsapps.com/start\nsso_region = us-east-1\n`,
  ],
  [
    "legacy profiles with two regions",
    "RegionConflict",
    6,
    `[profile a]\n${URL_LINE}\nsso_region = us-east-1\n[profile b]\n${URL_LINE}\nsso_region = eu-west-1\n`,
  ],
];

const CREDENTIALS: readonly Row[] = [
  ["session section in the credentials file", "SessionMissing", 5, `${SESSION}[dev]\nsso_session = corp\n${ROLE}`],
  [
    "legacy profile with a short account",
    "AccountInvalid",
    4,
    `[old]\n${URL_LINE}\nsso_region = us-east-1\n${ROLE.replace("0", "")}`,
  ],
  ["header without a bracket", "OpenHeader", 1, `[old\n${URL_LINE}\n`],
  ["settings before the first section", "OutsideSection", 2, `aws_session_token = x\nsso_session = corp\n`],
  ["Latin-1 in a comment", "CredentialsNotUtf8", undefined, latin1("# für alle\n[old]\n")],
];

const VALID = {
  startUrl: "https://corp.awsapps.com/start",
  region: "us-east-1",
  accessToken: "access-token-of-corp",
  expiresAt: "2026-11-21T08:10:38Z",
  clientId: "client",
  clientSecret: "client-secret-of-corp",
  registrationExpiresAt: "2027-02-19T00:10:38Z",
  refreshToken: "refresh-token-of-corp",
};
const WHOLE = JSON.stringify(VALID);
const withMember = (key: string, value: unknown) => JSON.stringify({ ...VALID, [key]: value });

const TOKEN: readonly Row[] = [
  ["empty", "TokenNotJson", undefined, ""],
  ["only spaces and newlines", "TokenNotJson", undefined, " \n\n"],
  ["half written", "TokenNotJson", undefined, WHOLE.slice(0, 150)],
  ["without its last brace", "TokenNotJson", undefined, WHOLE.slice(0, -1)],
  ["written over a longer one", "TokenNotJson", undefined, `${WHOLE}ion": "x"}`],
  ["two objects", "TokenNotJson", undefined, `${WHOLE}\n${WHOLE}`],
  ["a comma too many", "TokenNotJson", undefined, WHOLE.replace("}", ",}")],
  ["single quotes", "TokenNotJson", undefined, WHOLE.replaceAll('"', "'")],
  ["a comment", "TokenNotJson", undefined, `// token\n${WHOLE}`],
  ["null", "TokenNotJson", undefined, "null"],
  ["a bare number", "TokenNotJson", undefined, "4711"],
  ["a list", "TokenNotJson", undefined, `[${WHOLE}]`],
  ["JSON in a JSON text", "TokenNotJson", undefined, JSON.stringify(WHOLE)],
  ["a web page", "TokenNotJson", undefined, "<html><body>502 Bad Gateway</body></html>"],
  ["zero bytes after a crash", "TokenNotJson", undefined, new Uint8Array(512)],
  ["byte order mark and half a file", "TokenNotJson", undefined, `\ufeff${WHOLE.slice(0, 40)}`],
  ["UTF-16", "TokenNotUtf8", undefined, utf16(WHOLE)],
  ["Latin-1", "TokenNotUtf8", undefined, latin1(withMember("startUrl", "https://corp.awsapps.com/für"))],
  ["no access token", "TokenIncomplete", undefined, withMember("accessToken", undefined)],
  ["empty access token", "TokenIncomplete", undefined, withMember("accessToken", "")],
  ["access token null", "TokenIncomplete", undefined, withMember("accessToken", null)],
  ["no expiry", "TokenIncomplete", undefined, withMember("expiresAt", undefined)],
  ["empty expiry", "TokenIncomplete", undefined, withMember("expiresAt", "")],
  [
    "a registration",
    "TokenIncomplete",
    undefined,
    `{"clientId": "c", "clientSecret": "s", "expiresAt": "2027-02-19T00:10:38Z"}`,
  ],
  ["an empty object", "TokenIncomplete", undefined, "{}"],
  ["access token a number", "TokenWrongType", undefined, withMember("accessToken", 1)],
  ["access token an object", "TokenWrongType", undefined, withMember("accessToken", { value: "x" })],
  ["expiry an epoch number", "TokenWrongType", undefined, withMember("expiresAt", 1_795_249_838)],
  ["refresh token a number", "TokenWrongType", undefined, withMember("refreshToken", 1)],
  ["client id a list", "TokenWrongType", undefined, withMember("clientId", ["client"])],
  ["client secret true", "TokenWrongType", undefined, withMember("clientSecret", true)],
  ["start URL a number", "TokenWrongType", undefined, withMember("startUrl", 1)],
  ["region an object", "TokenWrongType", undefined, withMember("region", {})],
  ["registration expiry a number", "TokenWrongType", undefined, withMember("registrationExpiresAt", 1)],
  ["expiry without a zone", "TokenBadTime", undefined, withMember("expiresAt", "2026-11-21T08:10:38")],
  ["expiry an epoch text", "TokenBadTime", undefined, withMember("expiresAt", "1795249838")],
  ["expiry in no calendar", "TokenBadTime", undefined, withMember("expiresAt", "2026-02-30T08:10:38Z")],
  ["expiry in words", "TokenBadTime", undefined, withMember("expiresAt", "tomorrow")],
  ["registration expiry in words", "TokenBadTime", undefined, withMember("registrationExpiresAt", "in spring")],
];

/** All rows. */
export const MALFORMED: readonly Malformed[] = [
  ...CONFIG.map(rowOf("config")),
  ...CREDENTIALS.map(rowOf("credentials")),
  ...TOKEN.map(rowOf("token")),
];

function rowOf(file: Malformed["file"]): (row: Row) => Malformed {
  return ([name, code, line, content]) => ({ name, file, content, code, line });
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Little endian with its mark, as Windows editors save it. */
function utf16(text: string): Uint8Array {
  const units = Uint16Array.from(`\ufeff${text}`, (char) => char.charCodeAt(0));
  return new Uint8Array(units.buffer);
}
