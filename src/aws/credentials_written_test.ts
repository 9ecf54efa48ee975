// Proves what is read of a credentials file: whose keys there are, and until when, never the keys themselves.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { readWritten, type WrittenProfile } from "./credentials_written.ts";

const KEYS = "aws_access_key_id = ASIA\naws_secret_access_key = B\naws_session_token = C\n";
const END = "2026-11-20T11:00:00Z";
const AT = Date.parse(END);

const MARK = `x_sso_heal_expiration = ${END}\n`;
/** What is known of a section without any of it. */
const NOTHING = {
  expiresAt: undefined,
  overAt: undefined,
  source: undefined,
  region: undefined,
  output: undefined,
  provider: undefined,
};

const ROWS: readonly (readonly [name: string, lines: string, Partial<WrittenProfile>])[] = [
  ["keys of ours", `${KEYS}${MARK}`, { isOurs: true, expiresAt: AT, overAt: AT }],
  ["whose they are, and where they go", `${KEYS}${MARK}x_sso_heal_source = 1/r:e\nregion = e\noutput = text\n`, {
    ...{ isOurs: true, expiresAt: AT, overAt: AT },
    ...{ source: "1/r:e", region: "e", output: "text" },
  }],
  ["keys by hand", KEYS, { isOurs: false }],
  ["a permanent key in place of ours", `aws_access_key_id = AKIAHAND\n${MARK}`, { isOurs: false }],
  ["a section of ours without keys", `${MARK}region = e\n`, { isOurs: true, region: "e" }],
  ["keys of ours without a token", `aws_access_key_id = ASIA\n${MARK}`, { isOurs: true, overAt: AT }],
  ["keys of ours beside an old token", `${KEYS}aws_security_token = D\n${MARK}`, { isOurs: true, overAt: AT }],
  ["keys of ours beside the account of others", `${KEYS}aws_account_id = 1\n${MARK}`, { isOurs: true, overAt: AT }],
  ["keys of ours with an end that is none", `${KEYS}x_sso_heal_expiration = soon\n`, {
    isOurs: true,
    overAt: -Infinity,
  }],
  ["a region", `${KEYS}region = eu-west-1\n`, { isOurs: false, region: "eu-west-1" }],
  ["a profile of SSO", "sso_session = corp\n", { isOurs: false, provider: "sso_session" }],
  ["a role", `${KEYS}role_arn = arn\n${MARK}`, {
    isOurs: true,
    expiresAt: AT,
    overAt: AT,
    provider: "role_arn",
  }],
];

for (const [name, lines, expected] of ROWS) {
  Deno.test(`readWritten() knows ${name}`, () =>
    withTemporaryHome((home) => {
      Deno.writeTextFileSync(`${home}/credentials`, `[other]\n[x]\n${lines}`);
      const found = readWritten(`${home}/credentials`).get("x");
      assert.deepEqual(found, { ...NOTHING, ...expected });
      assert.doesNotMatch(JSON.stringify(found), /"[ABCD]"/);
    }));
}

Deno.test("readWritten() finds nothing where there is no file, and says why a file cannot be read", () =>
  withTemporaryHome((home) => {
    assert.equal(readWritten(`${home}/credentials`).size, 0);
    Deno.mkdirSync(`${home}/credentials`);
    assert.throws(() => readWritten(`${home}/credentials`), /Cannot read ".*credentials": it is a folder/);
  }));
