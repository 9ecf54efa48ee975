// Proves that a pending login outlives its process whole, readable for nobody else, and that rubbish is none.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { pendingLogin, sessionNamed } from "../../tests/support/session_home.ts";
import { pendingLoginPath } from "./paths.ts";
import { readPendingLogin, removePendingLogin, savePendingLogin } from "./pending_login.ts";

const PENDING = pendingLogin("corp");
const CORP = sessionNamed("corp");

Deno.test("savePendingLogin() keeps everything, the secrets too, for this user alone", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, PENDING);
  const read = readPendingLogin(system.home, CORP);
  assert.deepEqual(read, PENDING);
  assert.deepEqual([read?.deviceCode.reveal(), read?.clientSecret.reveal()], [
    "pending-device-code",
    "pending-client-secret",
  ]);
  assert.equal((Deno.statSync(pendingLoginPath(system.home, "corp")).mode ?? 0) & 0o777, 0o600);
});

Deno.test("savePendingLogin() takes the place of a former one, and of no other session's", async () => {
  await using system = await fakeSystem();
  for (const userCode of ["FIRST", "SECOND"]) await savePendingLogin(system.home, { ...PENDING, userCode });
  await savePendingLogin(system.home, pendingLogin("lab"));
  const codes = [CORP, sessionNamed("lab")].map((one) => readPendingLogin(system.home, one)?.userCode);
  assert.deepEqual(codes, ["SECOND", "WXYZ-WXYZ"]);
});

Deno.test("readPendingLogin() takes what makes no sense for none", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, PENDING);
  const path = pendingLoginPath(system.home, "corp");
  const whole = JSON.parse(Deno.readTextFileSync(path));
  const texts = ["", "{", "null", "[]", '"text"', JSON.stringify({ ...whole, session: "lab" })];
  for (const key of Object.keys(whole).filter((key) => key !== "version")) {
    texts.push(JSON.stringify({ ...whole, [key]: undefined }), JSON.stringify({ ...whole, [key]: { odd: true } }));
  }
  assert.ok(texts.length > 30);
  for (const text of texts) {
    Deno.writeTextFileSync(path, text);
    assert.equal(readPendingLogin(system.home, CORP), undefined, text);
  }
});

Deno.test("readPendingLogin() takes a link for another portal than the config names for none", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, PENDING);
  for (const edit of [{ startUrl: "https://new.awsapps.com/start" }, { region: "eu-central-1" }]) {
    assert.equal(readPendingLogin(system.home, { ...CORP, ...edit }), undefined);
  }
});

Deno.test("removePendingLogin() is content when there is none", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, PENDING);
  removePendingLogin(system.home, "corp");
  removePendingLogin(system.home, "corp");
  assert.equal(readPendingLogin(system.home, CORP), undefined);
});
