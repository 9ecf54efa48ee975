// Proves how a file of certificates is found and read, and what is said when it is none.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { startScript } from "../../tests/support/second_process.ts";
import { UserError } from "../domain/problem.ts";
import { caBundle } from "./ca_bundle.ts";

/** A certificate that nothing can use: its key was thrown away. It ends in the year 2126. */
const PEM = `# our own
-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUVOoVqP4xvdtaUthUQGtj/iyLc00wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb3duMCAXDTI2MTEyMTA2MTIwOVoYDzIxMjYxMDI4MDYxMjA5
WjAOMQwwCgYDVQQDDANvd24wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATGwBHK
QYRrlZNz4Hi7NPcUOkDt7By0lvH+a78KzTqvmP5XcIY4HnecVb8HDxuS9nUnjdQh
qhD2uY+khOZo0tC9o1MwUTAdBgNVHQ4EFgQUYnRqutGvb3yjwHN/sAmVlFT59b0w
HwYDVR0jBBgwFoAUYnRqutGvb3yjwHN/sAmVlFT59b0wDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBbtKgViMoksmKpSp5s9FainP54laWC5VsKz/Yk
6RBazQIhAJx9i1FOW7UnxeoKWNjLSjzDHpihnQoZuRj4wv4NJGVi
-----END CERTIFICATE-----
`;

Deno.test("caBundle() gives the text of the file, by its path or below ~", async () => {
  await using system = await fakeSystem();
  system.write(".aws/ca.pem", PEM);
  assert.equal(caBundle(`${system.home}/.aws/ca.pem`, system.home), PEM);
  assert.equal(caBundle("~/.aws/ca.pem", system.home), PEM);
});

type Row = [sentence: string, file: string, words: RegExp];

const ROWS: readonly Row[] = [
  [
    "says that the file does not exist",
    "~/.aws/none.pem",
    /Cannot read the CA bundle ".*none\.pem": it does not exist/,
  ],
  ["says that a folder cannot be read", "~/.aws", /Cannot read the CA bundle ".*\.aws": it cannot be read/],
  [
    "says that there is no certificate",
    "~/.aws/key.pem",
    /Cannot use the CA bundle ".*key\.pem": it holds no PEM certificate/,
  ],
  ["says that a certificate is damaged", "~/.aws/damaged.pem", /damaged\.pem": a certificate in it is damaged/],
  ["says that an empty file holds none", "~/.aws/empty.pem", /holds no PEM certificate/],
  ["does not take ~ in the middle for the home", "/x/~/.aws/ca.pem", /does not exist/],
];

for (const [sentence, file, words] of ROWS) {
  Deno.test(`caBundle() ${sentence}`, async () => {
    await using system = await fakeSystem();
    system.write(".aws/ca.pem", PEM);
    system.write(".aws/key.pem", "-----BEGIN PRIVATE KEY-----\n");
    system.write(".aws/damaged.pem", `${PEM}${PEM.slice(0, 200)}\n-----END CERTIFICATE-----\n`);
    system.write(".aws/empty.pem", "");
    assert.throws(() => caBundle(file, system.home), (error: UserError) => {
      assert.ok(error instanceof UserError && error.hints.length > 0);
      assert.match(error.message, words);
      return true;
    });
  });
}

Deno.test("caBundle() shows the way out for a file outside the granted folders", async () => {
  await using system = await fakeSystem();
  system.write("elsewhere/ca.pem", PEM);
  system.write(".aws/config", "");
  const source = `
    import { caBundle } from "ROOT/src/aws/ca_bundle.ts";
    try {
      caBundle(Deno.cwd() + "/elsewhere/ca.pem", Deno.cwd());
    } catch (error) {
      console.log(JSON.stringify([error.name, error.message, ...error.hints]));
    }`;
  const process = startScript(source, system.home, ["--allow-read=.aws"]);
  const { stdout } = await process.output();
  const [name, message, ...hints] = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual([name, hints.length], ["UserError", 2]);
  assert.match(message, /outside the folders sso-heal may touch/);
  assert.match(hints.join(), /cp '.*elsewhere\/ca\.pem' ~\/\.aws\/ca\.pem/);
});
