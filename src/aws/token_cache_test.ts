// Proves that tokens of every client are understood and that ours are the AWS CLI's to the byte.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MALFORMED, TOKEN_FILE } from "../../tests/support/malformed.ts";
import { Secret } from "../domain/secret.ts";
import type { Token } from "../domain/token.ts";
import { loadInventory } from "./inventory.ts";
import { readToken, type TokenFile, tokenPath } from "./token_cache.ts";
import { formatToken } from "./token_format.ts";

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url).pathname;
const CORP = { name: "corp", startUrl: "https://corp.awsapps.com/start", region: "us-east-1" };

const sleep = () => Promise.resolve();
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Reads `content` as the token file of the session `corp`. */
async function read(content: string | Uint8Array): Promise<TokenFile> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/.aws/sso/cache`, { recursive: true });
    const path = tokenPath(home, CORP);
    await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
    return await readToken({ home, sleep }, CORP);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function readGood(content: string): Promise<{ token: Token; raw: Secret }> {
  const found = await read(content);
  assert.equal(found.kind, "token", JSON.stringify(found));
  return found as { kind: "token"; token: Token; raw: Secret };
}

Deno.test("tokenPath() is the place all clients know", () => {
  assert.equal(tokenPath("/h", CORP), `/h/.aws/sso/cache/${TOKEN_FILE}`);
});

Deno.test("readToken() reads tokens of every client, and formatToken() writes them as the AWS CLI v2", async () => {
  let read = 0;
  for (const { name: fixture } of Deno.readDirSync(FIXTURES)) {
    const home = FIXTURES + fixture;
    for (const session of (await loadInventory({ home, cwd: home, env: {} })).sessions) {
      const found = await readToken({ home, sleep }, session);
      if (found.kind === "missing") continue;
      assert.equal(found.kind, "token", fixture);
      if (found.kind !== "token") continue;
      read++;
      const text = await Deno.readTextFile(tokenPath(home, session));
      const file = JSON.parse(text);
      const { token } = found;
      assert.equal(token.startUrl, session.startUrl);
      assert.equal(token.region, session.region);
      assert.equal(token.accessToken.reveal(), file.accessToken);
      assert.equal(token.refreshToken?.reveal(), file.refreshToken);
      assert.equal(token.clientId, file.clientId);
      assert.equal(token.clientSecret?.reveal(), file.clientSecret);
      assert.equal(token.expiresAt, Date.parse(file.expiresAt));
      assert.equal(token.registrationExpiresAt, file.registrationExpiresAt && Date.parse(file.registrationExpiresAt));
      assert.equal(token.refreshToken === undefined, session.legacy);

      // The JavaScript SDK writes pretty JSON and milliseconds; in all else its file is the same.
      const ofPython = text.replace(/\n\s*/g, " ").replace(/^\{ | \}$/g, (brace) => brace.trim()).replace(
        /\.\d{3}Z/,
        "Z",
      );
      assert.equal(textOf(formatToken(token, found.raw)), ofPython, fixture);
      assert.equal(textOf(formatToken(token)), ofPython, fixture);
    }
  }
  assert.ok(read >= 20, `only ${read} tokens`);
});

Deno.test("formatToken() is byte-identical with the files of the AWS CLI v2", async () => {
  const logins = [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).filter((name) =>
    name.startsWith("login-cli2-")
  );
  assert.ok(logins.length >= 5);
  for (const login of logins) {
    const home = FIXTURES + login;
    const [sso, legacy] = (await loadInventory({ home, cwd: home, env: {} })).sessions;
    const session = login.endsWith("-legacy") ? legacy : sso;
    const found = await readToken({ home, sleep }, session);
    assert.ok(found.kind === "token", login);
    assert.deepEqual(formatToken(found.token), Deno.readFileSync(tokenPath(home, session)), login);
  }
});

const FULL = {
  startUrl: "https://corp.awsapps.com/start",
  region: "us-east-1",
  accessToken: "a",
  expiresAt: "2026-11-21T08:10:38Z",
  clientId: "c",
  clientSecret: "s",
  registrationExpiresAt: "2027-02-19T00:10:38Z",
  refreshToken: "r",
};

Deno.test("readToken() takes an empty or null refresh token for none", async () => {
  for (const refreshToken of ["", null, undefined]) {
    const { token } = await readGood(JSON.stringify({ ...FULL, refreshToken }));
    assert.equal(token.refreshToken, undefined);
    assert.doesNotMatch(textOf(formatToken(token)), /refreshToken/);
  }
});

Deno.test("formatToken() never writes an empty refresh token", async () => {
  const { token } = await readGood(JSON.stringify(FULL));
  const empty = { ...token, refreshToken: new Secret("") };
  assert.doesNotMatch(textOf(formatToken(empty, new Secret('{"refreshToken": ""}'))), /refreshToken/);
});

Deno.test("readToken() fills in what old files lack", async () => {
  const { token } = await readGood('\ufeff{"accessToken": "a", "expiresAt": "2026-11-21T08:10:38UTC"}\n');
  const { startUrl, region, expiresAt } = token;
  assert.deepEqual([startUrl, region, expiresAt], [CORP.startUrl, CORP.region, Date.UTC(2026, 10, 21, 8, 10, 38)]);
  assert.deepEqual([token.clientId, token.clientSecret, token.registrationExpiresAt], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("formatToken() keeps members it does not know behind its own", async () => {
  const sorted = Object.fromEntries(Object.entries({ ...FULL, zone: { "é": 1 }, flag: true }).sort());
  const { token, raw } = await readGood(JSON.stringify(sorted, null, 2));
  const expected = `{"startUrl": "https://corp.awsapps.com/start", "region": "us-east-1", "accessToken": "a", ` +
    `"expiresAt": "2026-11-21T08:10:38Z", "clientId": "c", "clientSecret": "s", ` +
    `"registrationExpiresAt": "2027-02-19T00:10:38Z", "refreshToken": "r", "flag": true, "zone": {"\\u00e9": 1}}`;
  assert.equal(textOf(formatToken(token, raw)), expected);
});

Deno.test("formatToken() takes the known members from the token alone", async () => {
  const { token, raw } = await readGood(JSON.stringify({ ...FULL, extra: 1 }));
  const renewed: Token = { ...token, accessToken: new Secret("b"), refreshToken: undefined, clientId: undefined };
  const { refreshToken: _, clientId: __, ...rest } = FULL;
  assert.deepEqual(JSON.parse(textOf(formatToken(renewed, raw))), { ...rest, accessToken: "b", extra: 1 });
});

Deno.test("formatToken() writes the token even where the old file is of no use", async () => {
  const { token } = await readGood(JSON.stringify(FULL));
  for (const raw of ["", "{", "[]", "7"]) {
    assert.deepEqual(formatToken(token, new Secret(raw)), formatToken(token), raw);
  }
});

Deno.test("readToken() makes one problem of every malformed file and does not tell its content", async () => {
  const rows = MALFORMED.filter(({ file }) => file === "token");
  assert.ok(rows.length >= 25);
  for (const { name, content, code } of rows) {
    const found = await read(content);
    assert.ok(found.kind === "damaged", name);
    const { problem } = found;
    assert.equal(problem.code, code, name);
    assert.ok(problem.file?.endsWith(`/.aws/sso/cache/${TOKEN_FILE}`), name);
    assert.match(
      problem.message,
      /^Cannot read the token of session "corp": it .+|^Cannot read .+: ".+" in it is /,
      name,
    );
    assert.equal(problem.hint, "run: sso-heal login --session corp (it replaces the file)", name);
    assert.doesNotMatch(JSON.stringify(problem), /of-corp|html|4711|undefined/, name);
  }
});

Deno.test("readToken() never throws, whatever JSON is in the file", async () => {
  const members = fc.dictionary(fc.constantFrom(...Object.keys(FULL), "__proto__", "x"), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(members, async (changes) => {
      const found = await read(JSON.stringify({ ...FULL, ...changes }));
      if (found.kind === "token") {
        assert.deepEqual(found.token, (await readGood(textOf(formatToken(found.token)))).token);
      } else assert.equal(found.kind, "damaged");
    }),
    { numRuns: 50 },
  );
});

Deno.test("readToken() quotes a session name in the hint as a shell needs it", async () => {
  const home = await Deno.makeTempDir();
  try {
    const session = { ...CORP, name: "my corp" };
    await Deno.mkdir(tokenPath(home, session), { recursive: true });
    const folder = await readToken({ home, sleep }, session);
    assert.ok(folder.kind === "damaged");
    assert.deepEqual([folder.problem.code, folder.problem.hint.slice(0, 15)], ["TokenUnreadable", "move the folder"]);
    await Deno.remove(tokenPath(home, session));
    await Deno.writeTextFile(tokenPath(home, session), "{}");
    const empty = await readToken({ home, sleep }, session);
    assert.ok(empty.kind === "damaged");
    assert.equal(empty.problem.hint, "run: sso-heal login --session 'my corp' (it replaces the file)");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("readToken() gives nothing that prints a secret", async () => {
  const found = await read(
    JSON.stringify({ ...FULL, accessToken: "aoa-1", refreshToken: "aor-1", clientSecret: "sec-1" }),
  );
  for (const text of [JSON.stringify(found), Deno.inspect(found, { depth: 9 }), `${Object.values(found)}`]) {
    assert.doesNotMatch(text, /aoa-1|aor-1|sec-1/);
  }
});
