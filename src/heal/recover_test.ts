// Proves that a token whose process was killed before it had its name is used, and that no older one comes back.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { check, contextOf } from "../../tests/support/heal_run.ts";
import {
  pendingLogin,
  pendingOf,
  recordOf,
  remember,
  sessionNamed,
  storedToken,
  tokenOf,
  writeRegistration,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import type { PendingLogin } from "../domain/pending.ts";
import type { Token } from "../domain/token.ts";
import { awsPaths, loginLockPath, sessionLockPath } from "../store/paths.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { listTemporary } from "../store/temporary.ts";
import { recoverTokens } from "./recover.ts";

const PLACE = ".aws/sso/cache/.sso-heal-11111111-1111-4111-8111-111111111111.tmp";

/** Leaves `text` behind and recovers; gives the access token that is there then. */
async function leaveAndRecover(
  system: FakeSystem,
  text: string,
  sessions = [sessionNamed("corp")],
  expectedUser?: string,
): Promise<string | undefined> {
  using aws = new FakeAws();
  system.write(PLACE, text);
  await recoverTokens(contextOf(system, aws), sessions, listTemporary(awsPaths(system.home).ssoCache), expectedUser);
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
    // What is not taken stays: it may be in use, or the only one that works.
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
  assert.equal(await leaveAndRecover(system, textOf(LONGER), [sessionNamed("lab"), sessionNamed("corp")]), "access-2");
  assert.equal(storedToken(system, "lab")?.accessToken, "access-3");
});

/** What was on the disk when the process of a login was killed. */
interface Login {
  readonly pending?: Partial<PendingLogin>;
  readonly registered?: string;
  readonly present?: Token;
  readonly known?: boolean;
  readonly expectedUser?: string;
}

const FROM_LOGIN = { ...LONGER, clientId: "pending-client" };
const PENDING = {};
const LOGINS: readonly [sentence: string, scene: Login, taken: boolean][] = [
  ["takes a first login", { pending: PENDING }, true],
  ["takes a first login by browser", { registered: "pending-client" }, true],
  ["takes a login after a token that is gone", { pending: PENDING, known: true }, true],
  ["takes a login with another client", { pending: PENDING, present: tokenOf("corp", MINUTE) }, true],
  [
    "takes a login by browser with another client",
    { registered: "pending-client", present: tokenOf("corp", MINUTE) },
    true,
  ],
  ["leaves what a logout ended", { registered: "pending-client", known: true }, false],
  ["leaves a login of somebody else's client", { pending: { clientId: "x" }, registered: "y" }, false],
  [
    "leaves a login where only one person may sign in",
    { pending: PENDING, expectedUser: "jane@example.com" },
    false,
  ],
];

for (const [sentence, { pending, registered, present, known, expectedUser }, taken] of LOGINS) {
  Deno.test(`recoverTokens() ${sentence}`, async () => {
    await using system = await fakeSystem();
    const session = sessionNamed("corp");
    if (pending) await savePendingLogin(system.home, pendingLogin("corp", pending));
    if (registered) writeRegistration(system, session, { clientId: registered });
    if (present) writeToken(system, "corp", present);
    if (known) await remember(system, "corp", { token: { fingerprint: "old" } });
    const found = await leaveAndRecover(system, textOf(FROM_LOGIN), [session], expectedUser);
    assert.equal(found, taken ? "access-2" : present?.accessToken.reveal());
    assert.equal(system.read(PLACE) === undefined, taken);
    // A code that is used up is asked after no more.
    if (pending) assert.equal(pendingOf(system, "corp") === undefined, taken);
    assert.equal(recordOf(system, "corp").loginAt, taken ? START : undefined);
  });
}

Deno.test("recoverTokens() replaces a damaged token by the login", async () => {
  await using system = await fakeSystem();
  const path = tokenPath("", sessionNamed("corp")).slice(1);
  system.write(path, "{");
  await savePendingLogin(system.home, pendingLogin("corp"));
  assert.equal(await leaveAndRecover(system, textOf(FROM_LOGIN)), "access-2");
});

Deno.test("recoverTokens() ends the pending login of the same client once its refresh was refused", async () => {
  for (const refused of [true, false]) {
    await using system = await fakeSystem();
    const present = tokenOf("corp", MINUTE);
    writeToken(system, "corp", present);
    const fingerprint = fingerprintOf(present);
    if (refused) await remember(system, "corp", { refused: { fingerprint, code: "InvalidGrantException", at: START } });
    await savePendingLogin(system.home, pendingLogin("corp", { clientId: present.clientId }));
    assert.equal(await leaveAndRecover(system, textOf(LONGER)), "access-2");
    assert.equal(pendingOf(system, "corp") === undefined, refused);
  }
});

Deno.test("recoverTokens() removes what every session it can belong to has a newer token for", async () => {
  const other = sessionNamed("lab", { startUrl: sessionNamed("corp").startUrl });
  const rows: [sentence: string, lab: number | undefined, stays: boolean][] = [
    ["both have a newer one", 3 * HOUR, false],
    ["one has an older one", MINUTE, true],
    ["one has none", undefined, true],
  ];
  for (const [sentence, lab, stays] of rows) {
    await using system = await fakeSystem();
    writeToken(system, "corp", tokenOf("corp", 2 * HOUR));
    if (lab) writeToken(system, "lab", { ...tokenOf("corp", lab), clientId: "other" });
    assert.equal(await leaveAndRecover(system, textOf(LONGER), [sessionNamed("corp"), other]), "access-1");
    assert.equal(system.read(PLACE) !== undefined, stays, sentence);
  }
});

Deno.test("recoverTokens() removes a file without a token when it is old, and never one with a token", async () => {
  const token = textOf({ ...LONGER, startUrl: "https://gone.awsapps.com/start" });
  const rows: [text: string, minutes: number, stays: boolean][] = [
    [" ".repeat(5000), 11, false],
    ["", 11, false],
    [token.slice(0, 80).padEnd(5000), 11, false],
    [" ".repeat(5000), 9, true],
    [token, 11, true],
    [token.padEnd(5000), 11, true],
  ];
  for (const [text, minutes, stays] of rows) {
    await using system = await fakeSystem();
    system.clock = Date.now() + minutes * MINUTE;
    await leaveAndRecover(system, text);
    assert.equal(system.read(PLACE) !== undefined, stays, `${text.length} bytes, ${minutes} minutes`);
  }
});

Deno.test("recoverTokens() removes nothing that looks old while somebody is at work", async () => {
  for (const lockPath of [sessionLockPath, loginLockPath]) {
    await using system = await fakeSystem();
    system.clock = Date.now() + DAY;
    await using _lock = await holdLock(system, lockPath(system.home, "corp"));
    await leaveAndRecover(system, " ".repeat(5000));
    assert.equal(system.read(PLACE)?.length, 5000);
  }
});

Deno.test("runCheck() recovers the token of a session that it is not about", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp", "lab");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  writeToken(system, "lab", tokenOf("lab", HOUR));
  system.write(PLACE, textOf(LONGER));
  await check(system, aws, { choice: { sessions: ["lab"], profiles: [] }, probe: false });
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("recoverTokens() leaves the token of a login that is being proved", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, pendingLogin("corp"));
  await using _lock = await holdLock(system, loginLockPath(system.home, "corp"));
  assert.equal(await leaveAndRecover(system, textOf(FROM_LOGIN)), undefined);
});

Deno.test("recoverTokens() takes a token by the start URL of the one before, however the config writes it", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const slashed = sessionNamed("corp", { startUrl: `${sessionNamed("corp").startUrl}/` });
  assert.equal(await leaveAndRecover(system, textOf(LONGER), [slashed]), "access-2");
});

Deno.test("recoverTokens() leaves the file of a refresh that is under way", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  await using _lock = await holdLock(system, sessionLockPath(system.home, "corp"));
  assert.equal(await leaveAndRecover(system, textOf(LONGER)), "access-1");
});

Deno.test("recoverTokens() warns and goes on when it cannot take the lock", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  system.write(".local/state/sso-heal/locks", "not a folder");
  assert.equal(await leaveAndRecover(system, textOf(LONGER)), "access-1");
  assert.deepEqual(system.logged.map(({ level }) => level), ["warning"]);
});
