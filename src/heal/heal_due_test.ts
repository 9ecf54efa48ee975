// Proves that sessions are worked on side by side, a few at once, and that none stops another.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { fakeSystem, HOUR, MINUTE } from "../../tests/support/fake_system.ts";
import { check, checkInShort as inShort } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  IDENTITY,
  ROLE_KEYS,
  sessionSections,
  tokenOf,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { syncHome } from "../../tests/support/sync_home.ts";

Deno.test("healDue() works on at most 16 sessions at once, and on all in the end", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  const names = Array.from({ length: 40 }, (_, at) => `s${at}`);
  writeSessions(system, ...names);
  let [open, most] = [0, 0];
  for (const name of names) {
    writeToken(system, name, tokenOf(name, MINUTE));
    aws.on("CreateToken", async () => {
      most = Math.max(most, ++open);
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      open--;
      return freshToken(2);
    }, `client-${name}`);
  }
  const report = await check(system, aws, { probe: false });
  assert.equal(report.outcome, "healthy");
  assert.deepEqual(
    report.sessions.map(({ name, action }) => `${name} ${action}`),
    names.map((one) => `${one} refreshed`),
  );
  assert.ok(most > 1 && most <= 16, `${most} at once`);
});

const ODD: Array<[what: string, setting: string, words: RegExp]> = [
  ["endpoint", "endpoint_url = https://my..host", /Cannot use the endpoint at "my\.\.host:443"/],
  ["ca_bundle", "ca_bundle = /nowhere/ca.pem", /Cannot read the CA bundle "\/nowhere\/ca\.pem"/],
];

for (const [what, setting, words] of ODD) {
  Deno.test(`healDue() goes on with the others when the ${what} of one session cannot be used`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("CreateToken", freshToken(2), "client-good");
    system.write(".aws/config", `${sessionSections("odd")}${setting}\n${sessionSections("good")}`);
    for (const name of ["odd", "good"]) writeToken(system, name, tokenOf(name, MINUTE));
    const report = await check(system, aws, { probe: false });
    assert.deepEqual(inShort(report), ["broken", "odd broken failed broken", "good healthy refreshed healthy"]);
    assert.match(report.sessions[0].error?.message ?? "", words);
    assert.notEqual(report.sessions[0].error?.hint, "");
  });
}

Deno.test("healDue() proves very many profiles no faster than the portal serves", async () => {
  await using system = await syncHome(60, HOUR);
  system.write(".config/sso-heal/config.ini", "[check]\nprofiles = *\n");
  using aws = new FakeAws();
  const times: number[] = [];
  for (let at = 0; at < 61; at++) {
    aws.on("GetRoleCredentials", () => {
      times.push(system.clock);
      return ROLE_KEYS;
    }).on("GetCallerIdentity", IDENTITY);
  }
  assert.equal((await check(system, aws)).outcome, "healthy");
  for (const [at, time] of times.entries()) {
    const within = times.slice(at).filter((other) => other < time + 1000).length;
    assert.ok(within <= 20, `${within} calls in a second`);
  }
});
