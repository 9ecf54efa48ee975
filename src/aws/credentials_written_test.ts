// Proves what is read of a credentials file: whose keys there are, and until when, never the keys themselves.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { readWritten, type WrittenProfile } from "./credentials_written.ts";

const KEYS = "aws_access_key_id = A\naws_secret_access_key = B\naws_session_token = C\n";
const END = "2026-11-20T11:00:00Z";
const AT = Date.parse(END);

const ROWS: readonly (readonly [name: string, lines: string, Partial<WrittenProfile>])[] = [
  ["keys of ours", `${KEYS}x_sso_heal_expiration = ${END}\n`, { isOurs: true, expiresAt: AT }],
  ["keys by hand", KEYS, { isOurs: false }],
  ["keys of ours without a token", `aws_access_key_id = A\nx_sso_heal_expiration = ${END}\n`, { isOurs: true }],
  ["keys of ours beside an old token", `${KEYS}aws_security_token = D\nx_sso_heal_expiration = ${END}\n`, {
    isOurs: true,
  }],
  ["keys of ours with an end that is none", `${KEYS}x_sso_heal_expiration = soon\n`, { isOurs: true }],
  ["a region", `${KEYS}region = eu-west-1\n`, { isOurs: false, hasRegion: true }],
  ["a profile of SSO", "sso_session = corp\n", { isOurs: false, provider: "sso_session" }],
  ["a role", `${KEYS}role_arn = arn\nx_sso_heal_expiration = ${END}\n`, {
    isOurs: true,
    expiresAt: AT,
    provider: "role_arn",
  }],
];

for (const [name, lines, expected] of ROWS) {
  Deno.test(`readWritten() knows ${name}`, () =>
    withTemporaryHome((home) => {
      Deno.writeTextFileSync(`${home}/credentials`, `[other]\n[x]\n${lines}`);
      const found = readWritten(`${home}/credentials`).get("x");
      assert.deepEqual(found, { expiresAt: undefined, hasRegion: false, provider: undefined, ...expected });
      assert.doesNotMatch(JSON.stringify(found), /"[ABCD]"/);
    }));
}

Deno.test("readWritten() finds nothing where there is no file, and says why a file cannot be read", () =>
  withTemporaryHome((home) => {
    assert.equal(readWritten(`${home}/credentials`).size, 0);
    Deno.mkdirSync(`${home}/credentials`);
    assert.throws(() => readWritten(`${home}/credentials`), /Cannot read ".*credentials": it is a folder/);
  }));
