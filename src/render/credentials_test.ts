// Proves each export format to the letter, and that nothing but what was asked for is printed.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import { type Credentials, credentialVariables, EXPORT_FORMATS, formatCredentials } from "./credentials.ts";

/** Shaped as AWS issues them: base64 with padding. */
const CREDENTIALS: Credentials = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: new Secret("a/b+c="),
  sessionToken: new Secret("IQoJ//t+=="),
  expiresAt: Date.UTC(2026, 10, 20, 10) + 999,
};
const OF = { profile: "dev", region: "eu-west-1" };

function withSecret(secret: string): Credentials {
  return { ...CREDENTIALS, secretAccessKey: new Secret(secret) };
}

/** The first five by the AWS CLI v2 itself, run with such credentials; but its time ends in `+00:00`. */
const TEXTS: Readonly<Record<string, string>> = {
  process: `{
  "Version": 1,
  "AccessKeyId": "ASIAEXAMPLE",
  "SecretAccessKey": "a/b+c=",
  "SessionToken": "IQoJ//t+==",
  "Expiration": "2026-11-20T10:00:00Z"
}
`,
  env: `export AWS_ACCESS_KEY_ID=ASIAEXAMPLE
export AWS_SECRET_ACCESS_KEY=a/b+c=
export AWS_SESSION_TOKEN=IQoJ//t+==
export AWS_CREDENTIAL_EXPIRATION=2026-11-20T10:00:00Z
`,
  "env-no-export": `AWS_ACCESS_KEY_ID=ASIAEXAMPLE
AWS_SECRET_ACCESS_KEY=a/b+c=
AWS_SESSION_TOKEN=IQoJ//t+==
AWS_CREDENTIAL_EXPIRATION=2026-11-20T10:00:00Z
`,
  powershell: `$Env:AWS_ACCESS_KEY_ID="ASIAEXAMPLE"
$Env:AWS_SECRET_ACCESS_KEY="a/b+c="
$Env:AWS_SESSION_TOKEN="IQoJ//t+=="
$Env:AWS_CREDENTIAL_EXPIRATION="2026-11-20T10:00:00Z"
`,
  "windows-cmd": `set AWS_ACCESS_KEY_ID=ASIAEXAMPLE
set AWS_SECRET_ACCESS_KEY=a/b+c=
set AWS_SESSION_TOKEN=IQoJ//t+==
set AWS_CREDENTIAL_EXPIRATION=2026-11-20T10:00:00Z
`,
  fish: `set -gx AWS_ACCESS_KEY_ID ASIAEXAMPLE
set -gx AWS_SECRET_ACCESS_KEY a/b+c=
set -gx AWS_SESSION_TOKEN IQoJ//t+==
set -gx AWS_CREDENTIAL_EXPIRATION 2026-11-20T10:00:00Z
`,
  dotenv: `AWS_ACCESS_KEY_ID=ASIAEXAMPLE
AWS_SECRET_ACCESS_KEY=a/b+c=
AWS_SESSION_TOKEN=IQoJ//t+==
AWS_CREDENTIAL_EXPIRATION=2026-11-20T10:00:00Z
AWS_REGION=eu-west-1
AWS_DEFAULT_REGION=eu-west-1
`,
  json: `{
  "version": 1,
  "profile": "dev",
  "region": "eu-west-1",
  "accessKeyId": "ASIAEXAMPLE",
  "secretAccessKey": "a/b+c=",
  "sessionToken": "IQoJ//t+==",
  "expiresAt": "2026-11-20T10:00:00Z"
}
`,
  github: `AWS_ACCESS_KEY_ID=ASIAEXAMPLE
AWS_SECRET_ACCESS_KEY=a/b+c=
AWS_SESSION_TOKEN=IQoJ//t+==
AWS_CREDENTIAL_EXPIRATION=2026-11-20T10:00:00Z
AWS_REGION=eu-west-1
AWS_DEFAULT_REGION=eu-west-1
`,
};

for (const format of EXPORT_FORMATS) {
  Deno.test(`formatCredentials() writes ${format}`, () => {
    const { stdout, stderr } = formatCredentials(format, CREDENTIALS, OF);
    assert.equal(stdout, TEXTS[format]);
    const masks = "::add-mask::ASIAEXAMPLE\n::add-mask::a/b+c=\n::add-mask::IQoJ//t+==\n";
    assert.equal(stderr, format === "github" ? masks : "");
  });
}

Deno.test("formatCredentials() leaves out a region that is not known", () => {
  for (const region of [undefined, ""]) {
    for (const format of EXPORT_FORMATS) {
      assert.doesNotMatch(formatCredentials(format, CREDENTIALS, { profile: "dev", region }).stdout, /region/i, format);
    }
  }
});

Deno.test("formatCredentials() leaves out a time that no calendar can show", () => {
  for (const format of EXPORT_FORMATS) {
    const { stdout } = formatCredentials(format, { ...CREDENTIALS, expiresAt: Infinity }, OF);
    assert.doesNotMatch(stdout, /expir/i, format);
  }
});

Deno.test("formatCredentials() masks a value as the runner unescapes it, and nothing empty", () => {
  const { stdout, stderr } = formatCredentials("github", { ...withSecret("%0Aé"), accessKeyId: "" }, OF);
  assert.equal(stderr, "::add-mask::%250Aé\n::add-mask::IQoJ//t+==\n");
  assert.ok(stdout.includes("\nAWS_SECRET_ACCESS_KEY=%0Aé\n"));
});

Deno.test("formatCredentials() writes JSON that any parser reads back", () => {
  const secret = `"\\\n\0\x1b\u2028é😀`;
  const process = JSON.parse(formatCredentials("process", withSecret(secret), OF).stdout);
  assert.equal(process.SecretAccessKey, secret);
  assert.equal(JSON.parse(formatCredentials("json", withSecret(secret), OF).stdout).secretAccessKey, secret);
});

Deno.test("formatCredentials() refuses what a format cannot hold, without showing it", () => {
  const rows: [format: typeof EXPORT_FORMATS[number], unwritable: string[]][] = [
    ["env", ["\0"]],
    ["fish", ["\0"]],
    ["powershell", ["\0"]],
    ["windows-cmd", ["\0", "%", "!", '"', "\n", "\r"]],
    ["dotenv", ["\0", "'", "\\", "$", "\n", "\r"]],
    ["github", ["\0", "\n", "\r"]],
  ];
  for (const [format, unwritable] of rows) {
    for (const char of unwritable) {
      assert.throws(
        () => formatCredentials(format, withSecret(`hidden ${char}`), OF),
        (error) =>
          error instanceof UserError &&
          error.message.startsWith(`Cannot write AWS_SECRET_ACCESS_KEY for ${format}: `) &&
          !error.message.includes("hidden"),
        `${format} ${JSON.stringify(char)}`,
      );
    }
  }
});

Deno.test("credentialVariables() reveals the keys for the child of exec", () => {
  assert.deepEqual(credentialVariables(CREDENTIALS), {
    AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "a/b+c=",
    AWS_SESSION_TOKEN: "IQoJ//t+==",
    AWS_CREDENTIAL_EXPIRATION: "2026-11-20T10:00:00Z",
  });
});
