// Proves that a token whose process was killed before it had its name is used, and that no older one comes back.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE } from "../../tests/support/fake_system.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import { sessionNamed, storedToken, tokenOf, writeToken } from "../../tests/support/session_home.ts";
import { formatToken } from "../aws/token_format.ts";
import type { Token } from "../domain/token.ts";
import { withLock } from "../store/lock.ts";
import { awsPaths, sessionLockPath } from "../store/paths.ts";
import { listTemporary } from "../store/temporary.ts";
import { recoverTokens } from "./recover.ts";

const PLACE = ".aws/sso/cache/.sso-heal-11111111-1111-4111-8111-111111111111.tmp";

/** Leaves `text` behind and recovers; gives the access token that is there then. */
async function leaveAndRecover(system: FakeSystem, text: string, names = ["corp"]): Promise<string | undefined> {
  using aws = new FakeAws();
  system.write(PLACE, text);
  const selected = names.map((name) => ({ session: sessionNamed(name), chosen: true, profiles: [] }));
  await recoverTokens(contextOf(system, aws), selected, listTemporary(awsPaths(system.home).ssoCache));
  return storedToken(system, "corp")?.accessToken;
}

function textOf(token: Token): string {
  return new TextDecoder().decode(formatToken(token));
}

type Row = [sentence: string, left: string, expected: string];

const LONGER = tokenOf("corp", HOUR, {}, 2);
const ROWS: readonly Row[] = [
  ["takes a token of the same registration that lives longer", textOf(LONGER), "access-2"],
  [
    "leaves a token that lives as long",
    textOf({ ...LONGER, expiresAt: tokenOf("corp", MINUTE).expiresAt }),
    "access-1",
  ],
  ["leaves a token of another registration", textOf({ ...LONGER, clientId: "other" }), "access-1"],
  ["leaves a token without a registration", textOf({ ...LONGER, clientId: undefined }), "access-1"],
  ["leaves a token of another start URL", textOf({ ...LONGER, startUrl: "https://x.awsapps.com/start" }), "access-1"],
  ["leaves a token of another region", textOf({ ...LONGER, region: "eu-west-1" }), "access-1"],
  ["leaves half an answer", textOf(LONGER).slice(0, 80), "access-1"],
  ["leaves the blanks of a place that was only prepared", " ".repeat(5000), "access-1"],
  ["leaves an empty file", "", "access-1"],
];

for (const [sentence, left, expected] of ROWS) {
  Deno.test(`recoverTokens() ${sentence}`, async () => {
    await using system = await fakeSystem();
    writeToken(system, "corp", tokenOf("corp", MINUTE));
    assert.equal(await leaveAndRecover(system, left), expected);
    // What is not taken is left to the sweep: it may be in use.
    assert.equal(system.read(PLACE), expected === "access-2" ? undefined : left);
  });
}

Deno.test("recoverTokens() does not bring back a session that has no token any more", async () => {
  await using system = await fakeSystem();
  assert.equal(await leaveAndRecover(system, textOf(LONGER)), undefined);
});

Deno.test("recoverTokens() finds the session that the token belongs to", async () => {
  await using system = await fakeSystem();
  writeToken(system, "lab", tokenOf("lab", MINUTE, {}, 3));
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal(await leaveAndRecover(system, textOf(LONGER), ["lab", "corp"]), "access-2");
  assert.equal(storedToken(system, "lab")?.accessToken, "access-3");
});

Deno.test("recoverTokens() leaves the file of a refresh that is under way", {
  // A request for a lock that was given up ends when the kernel answers it, which may be after the test.
  sanitizeOps: false,
}, async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const { now, sleep } = system;
  await withLock(sessionLockPath(system.home, "corp"), { timeoutMs: 0, now, sleep }, async () => {
    assert.equal(await leaveAndRecover(system, textOf(LONGER)), "access-1");
  });
});

Deno.test("recoverTokens() warns and goes on when it cannot take the lock", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  system.write(".local/state/sso-heal/locks", "not a folder");
  assert.equal(await leaveAndRecover(system, textOf(LONGER)), "access-1");
  assert.deepEqual(system.logged.map(({ level }) => level), ["warning"]);
});
