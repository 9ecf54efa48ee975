// Proves whose approval is taken: a token that works stays until the new one does, and only the right person counts.
import assert from "node:assert/strict";
import { FakeAws, FORBIDDEN, OFFLINE, refusal, UNAUTHORIZED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { check, checkInShort, runOf, viewOf } from "../../tests/support/heal_run.ts";
import {
  ARN,
  freshToken,
  IDENTITY,
  pendingLogin,
  pendingOf,
  recordOf,
  remember,
  ROLE_KEYS,
  sessionNamed,
  storedToken,
  tokenOf,
  writeLostSession,
  writeSessions,
  writeToken,
} from "../../tests/support/session_home.ts";
import { rolePath } from "../aws/role_cache.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { UserError } from "../domain/problem.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { tryToSignIn } from "./sign_in.ts";

const CORP = sessionNamed("corp");
const ROLE = { accountId: "012345678901", roleName: "ReadOnly" };
const OTHER = { ...IDENTITY, arn: ARN.replace("jane@", "john@") };
const JANE_ONLY = "jane@example.com";
/** What an approval that is not used leaves behind. */
const NOT_USED = ["access-1", undefined, undefined];

/** A session that was used here and has lost its token, or still has one; somebody has approved a minute after START. */
async function approved(system: FakeSystem, running: boolean): Promise<FakeAws> {
  await writeLostSession(system, "corp");
  if (running) writeToken(system, "corp", tokenOf("corp", HOUR));
  await savePendingLogin(system.home, pendingLogin("corp"));
  system.clock = START + MINUTE;
  return new FakeAws().on("CreateToken", freshToken(2), "pending-device-code");
}

async function signIn(system: FakeSystem, aws: FakeAws, expectedUser?: string) {
  const view = await viewOf(system, CORP);
  assert.ok(view.pending);
  return await tryToSignIn(runOf(system, aws), view, view.pending, expectedUser);
}

const left = (system: FakeSystem) => [
  storedToken(system, "corp")?.accessToken,
  recordOf(system, "corp").loginAt,
  pendingOf(system, "corp"),
];

type Row = [
  sentence: string,
  running: boolean,
  expectedUser: string | undefined,
  prove: (aws: FakeAws) => FakeAws,
  /** Code of the fault; undefined: the token is taken. */
  unwanted?: string,
];

const proving = (arn: typeof IDENTITY) => (aws: FakeAws) =>
  aws.on("GetRoleCredentials", ROLE_KEYS, "access-2").on("GetCallerIdentity", arn);
const portal = (answer: typeof FORBIDDEN, times = 1) => (aws: FakeAws) => {
  for (let call = 0; call < times; call++) aws.on("GetRoleCredentials", answer, "access-2");
  return aws;
};

const ROWS: readonly Row[] = [
  ["takes the token of anybody when nobody is expected", false, undefined, proving(OTHER)],
  ["takes the token of the expected user", false, JANE_ONLY, proving(IDENTITY)],
  ["takes the token although nothing can be proved for now", false, undefined, portal(OFFLINE, 3)],
  [
    "takes the token although its role is refused",
    false,
    undefined,
    (aws) => portal(FORBIDDEN)(aws).on("ListAccounts", OFFLINE),
  ],
  [
    "waits for AWS to say who approved when a certain person is expected",
    false,
    JANE_ONLY,
    (aws) => proving(IDENTITY)(portal(OFFLINE, 3)(aws)),
  ],
  ["replaces a running token by one that works", true, undefined, proving(IDENTITY)],
  ["replaces a running token when the proof only fails for now", true, undefined, portal(OFFLINE, 3)],
  ["refuses another person than the expected one", false, JANE_ONLY, proving(OTHER), "WrongUser"],
  ["refuses another person also while a token runs", true, JANE_ONLY, proving(OTHER), "WrongUser"],
  [
    "refuses what nobody can prove when a certain person is expected",
    false,
    JANE_ONLY,
    portal(OFFLINE, 9),
    "UnknownUser",
  ],
  [
    "keeps a running token when the portal does not know the new one",
    true,
    undefined,
    portal(UNAUTHORIZED),
    "UnauthorizedException",
  ],
  ["keeps a running token when the new one may use nothing", true, undefined, portal(FORBIDDEN), "NoAccess"],
];

for (const [sentence, running, expectedUser, prove, unwanted] of ROWS) {
  Deno.test(`tryToSignIn() ${sentence}`, async () => {
    await using system = await fakeSystem();
    using aws = prove(await approved(system, running));
    if (unwanted !== undefined) aws.on("Logout", {}, "access-2");
    const attempt = await signIn(system, aws, expectedUser);
    assert.equal(attempt.result === "unwanted" ? attempt.fault.code : attempt.result, unwanted ?? "signed-in");
    const kept = running ? NOT_USED : [undefined, ...NOT_USED.slice(1)];
    const [token, loginAt] = left(system);
    if (unwanted !== undefined) assert.deepEqual(left(system), kept);
    else assert.deepEqual([token, typeof loginAt, pendingOf(system, "corp")], ["access-2", "number", undefined]);
    assert.deepEqual(
      [...Deno.readDirSync(`${system.home}/.aws/sso/cache`)].filter(({ name }) => name.startsWith(".sso-heal-")),
      [],
      "nothing is left behind",
    );
  });
}

Deno.test("tryToSignIn() leaves no role credentials of a person who is not expected", async () => {
  await using system = await fakeSystem();
  using aws = proving(OTHER)(await approved(system, false)).on("Logout", {});
  await signIn(system, aws, JANE_ONLY);
  assert.throws(() => Deno.statSync(rolePath(system.home, CORP, ROLE)), Deno.errors.NotFound);
});

Deno.test("tryToSignIn() does not use the sign-in of the wrong person although AWS cannot be told", async () => {
  await using system = await fakeSystem();
  using aws = proving(OTHER)(await approved(system, false)).on("Logout", OFFLINE);
  const attempt = await signIn(system, aws, JANE_ONLY);
  assert.deepEqual([attempt.result, storedToken(system, "corp")], ["unwanted", undefined]);
});

Deno.test("tryToSignIn() says when another person than before has approved", async () => {
  for (const [before, told] of [["john@example.com", true], ["jane@example.com", false], [undefined, false]] as const) {
    await using system = await fakeSystem();
    using aws = proving(IDENTITY)(await approved(system, false));
    await remember(system, "corp", { user: before });
    const attempt = await signIn(system, aws);
    const approvedBy = attempt.result === "signed-in" ? attempt.approvedBy : undefined;
    assert.deepEqual(approvedBy, told ? { now: "jane@example.com", before } : undefined);
    assert.equal(recordOf(system, "corp").user, "jane@example.com");
  }
});

Deno.test("tryToSignIn() keeps the members of the token file that it does not know", async () => {
  await using system = await fakeSystem();
  using aws = proving(IDENTITY)(await approved(system, true));
  const path = tokenPath(system.home, CORP);
  Deno.writeTextFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), theirs: "kept" }));
  await signIn(system, aws);
  assert.equal(storedToken(system, "corp")?.theirs, "kept");
});

Deno.test("tryToSignIn() does not ask AWS when the token would have no place", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeSessions(system, "corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  system.write(".aws/sso", "not a folder");
  await assert.rejects(signIn(system, aws), UserError);
  assert.ok(pendingOf(system, "corp"), "the approval can still be fetched");
});

Deno.test("tryToSignIn() stores the token before anything else happens, and keeps it through a crash", async () => {
  await using system = await fakeSystem();
  using aws = await approved(system, false);
  aws.on("GetRoleCredentials", () => {
    assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
    throw new Error("killed");
  });
  await assert.rejects(signIn(system, aws), /killed/);
  assert.deepEqual([storedToken(system, "corp")?.accessToken, pendingOf(system, "corp")], ["access-2", undefined]);
});

Deno.test("runCheck() says who approved wrongly, and opens the next link", async () => {
  await using system = await fakeSystem();
  using aws = proving(OTHER)(await approved(system, false)).on("Logout", {}).link(2, false);
  system.write(".config/sso-heal/config.ini", `[check]\nexpected_user = ${JANE_ONLY}\n`);
  const report = await check(system, aws);
  assert.deepEqual(checkInShort(report)[1], "corp waiting-for-approval login-started waiting-for-approval");
  assert.match(system.logged.map(({ message, facts }) => message + JSON.stringify(facts)).join(), /unwanted/);
});

Deno.test("runCheck() replaces a token that still works when its successor was approved ahead of time", async () => {
  await using system = await fakeSystem();
  using aws = proving(IDENTITY)(await approved(system, true));
  assert.deepEqual(checkInShort(await check(system, aws, { probe: false }))[1], "corp healthy logged-in healthy");
  assert.equal(storedToken(system, "corp")?.accessToken, "access-2");
});

Deno.test("runCheck() leaves a healthy session healthy when its approval is denied", async () => {
  await using system = await fakeSystem();
  await approved(system, true);
  using aws = new FakeAws().on("CreateToken", refusal("AccessDeniedException"));
  assert.deepEqual(checkInShort(await check(system, aws, { probe: false }))[1], "corp healthy none healthy");
  assert.deepEqual([storedToken(system, "corp")?.accessToken, pendingOf(system, "corp")], ["access-1", undefined]);
});
