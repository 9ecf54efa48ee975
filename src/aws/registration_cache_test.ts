// Proves that registrations of the AWS CLI v2 are read right, told apart by flow, and written to the byte.
import assert from "node:assert/strict";
import { Secret } from "../domain/secret.ts";
import { loadInventory } from "./inventory.ts";
import {
  formatRegistration,
  isFitFor,
  isForBrowser,
  readRegistration,
  registrationPath,
} from "./registration_cache.ts";

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url).pathname;
const sleep = () => Promise.resolve();
const CORP = { name: "corp", legacy: false, startUrl: "https://corp.awsapps.com/start", region: "us-east-1" };

Deno.test("readRegistration() and formatRegistration() agree with every login of the AWS CLI v2", async () => {
  const rows: [fixture: string, legacy: boolean, browser: boolean][] = [
    ["login-cli2-debian", false, false],
    ["login-cli2-debian-legacy", true, false],
    ["login-cli2-head-device", false, false],
    ["login-cli2-head-pkce", false, true],
    ["login-cli2-head-vanity", false, false],
  ];
  for (const [fixture, legacy, browser] of rows) {
    const home = FIXTURES + fixture;
    const session = (await loadInventory({ home, cwd: home, env: {} })).sessions[legacy ? 1 : 0];
    const found = await readRegistration({ home, sleep }, session);
    assert.ok(found.kind === "registration", fixture);
    const { registration } = found;
    const bytes = Deno.readFileSync(registrationPath(home, session));
    const file = JSON.parse(new TextDecoder().decode(bytes));
    assert.equal(registration.clientId, file.clientId);
    assert.equal(registration.clientSecret.reveal(), file.clientSecret);
    assert.equal(registration.expiresAt, Date.parse(file.expiresAt));
    assert.deepEqual(registration.scopes, file.scopes);
    assert.deepEqual(registration.grantTypes, file.grantTypes);
    assert.equal(isForBrowser(registration), browser, fixture);
    assert.deepEqual(formatRegistration(registration), bytes, fixture);
    assert.doesNotMatch(JSON.stringify(found), new RegExp(file.clientSecret.slice(0, 20)));
  }
});

Deno.test("registrationPath() is the same for legacy sessions with and without scopes", () => {
  const legacy = { ...CORP, name: CORP.startUrl, legacy: true };
  assert.equal(registrationPath("/h", { ...legacy, scopes: ["a"] }), registrationPath("/h", legacy));
  assert.notEqual(registrationPath("/h", { ...CORP, scopes: ["a"] }), registrationPath("/h", CORP));
});

Deno.test("formatRegistration() leaves out what is not there", () => {
  const registration = { clientId: "c", clientSecret: new Secret("s"), expiresAt: 0 };
  const expected = '{"clientId": "c", "clientSecret": "s", "expiresAt": "1970-01-01T00:00:00Z"}';
  assert.equal(new TextDecoder().decode(formatRegistration(registration)), expected);
  assert.equal(new TextDecoder().decode(formatRegistration({ ...registration, scopes: [] })), expected);
});

Deno.test("readRegistration() calls a file damaged that no login can use", async () => {
  const home = await Deno.makeTempDir();
  try {
    const path = registrationPath(home, CORP);
    assert.deepEqual(await readRegistration({ home, sleep }, CORP), { kind: "missing" });
    await Deno.mkdir(`${home}/.aws/sso/cache`, { recursive: true });
    const good = { clientId: "c", clientSecret: "s-e-c", expiresAt: "2027-02-19T00:10:59Z" };
    const rows: [content: string, code: string][] = [
      ["", "RegistrationNotJson"],
      [JSON.stringify(good).slice(0, 40), "RegistrationNotJson"],
      [JSON.stringify({ ...good, clientId: undefined }), "RegistrationIncomplete"],
      [JSON.stringify({ ...good, clientSecret: null }), "RegistrationIncomplete"],
      [JSON.stringify({ ...good, expiresAt: 1 }), "RegistrationWrongType"],
      [JSON.stringify({ ...good, expiresAt: "2027-02-19T00:10:59" }), "RegistrationBadTime"],
      [JSON.stringify({ ...good, scopes: "a" }), "RegistrationWrongType"],
      [JSON.stringify({ ...good, grantTypes: [1] }), "RegistrationWrongType"],
    ];
    for (const [content, code] of rows) {
      await Deno.writeTextFile(path, content);
      const found = await readRegistration({ home, sleep }, CORP);
      assert.ok(found.kind === "damaged", content);
      assert.deepEqual([found.problem.code, found.problem.file], [code, path], content);
      assert.match(found.problem.message, /^Cannot read the client registration of session "corp": /);
      assert.match(found.problem.hint, /^nothing to do/);
      assert.doesNotMatch(JSON.stringify(found), /s-e-c/);
    }
    await Deno.writeTextFile(path, JSON.stringify({ ...good, scopes: null, grantTypes: null }));
    assert.equal((await readRegistration({ home, sleep }, CORP)).kind, "registration");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("isFitFor() wants the flow, the time and every scope", () => {
  const device = { clientId: "c", clientSecret: new Secret("s"), expiresAt: 1000, scopes: ["a", "b"] };
  const browser = { ...device, grantTypes: ["authorization_code", "refresh_token"] };
  const rows: [what: string, fits: boolean, expected: boolean][] = [
    ["device for device", isFitFor("device", device, ["a"], 0), true],
    ["browser for browser", isFitFor("browser", browser, ["b", "a"], 0), true],
    ["device for browser", isFitFor("browser", device, ["a"], 0), false],
    ["browser for device", isFitFor("device", browser, ["a"], 0), false],
    ["until its last moment", isFitFor("device", device, ["a"], 1000), true],
    ["over too soon", isFitFor("device", device, ["a"], 1001), false],
    ["one scope too few", isFitFor("browser", browser, ["a", "c"], 0), false],
    ["no scopes at all", isFitFor("device", { ...device, scopes: undefined }, ["a"], 0), false],
    ["no scopes wanted", isFitFor("device", { ...device, scopes: undefined }, [], 0), true],
  ];
  for (const [what, fits, expected] of rows) assert.equal(fits, expected, what);
});
