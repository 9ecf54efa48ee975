// Proves how a device authorization is waited for: at whose pace, through which failures, and when it is over.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, THROTTLED, UNAVAILABLE } from "../../tests/support/fake_aws.ts";
import { fakeSystem, MINUTE, START } from "../../tests/support/fake_system.ts";
import { runOf } from "../../tests/support/heal_run.ts";
import { freshToken, pendingOf, sessionNamed } from "../../tests/support/session_home.ts";
import type { CallFailure } from "../domain/classify.ts";
import type { PendingLogin } from "../domain/pending.ts";
import { Secret } from "../domain/secret.ts";
import type { Run } from "./context.ts";
import { removePendingLogin, savePendingLogin } from "../store/pending_login.ts";
import { type LoginEnd, pollOnce } from "./approval.ts";

const WAITING = refusal("AuthorizationPendingException");
const FASTER = refusal("SlowDownException");
const UNREADABLE: CallFailure = { kind: "unreadable", code: "UnreadableAnswer", status: 403, message: "html" };
const APPROVED = freshToken(1);

const CORP = sessionNamed("corp");
const PENDING: PendingLogin = {
  session: "corp",
  startUrl: CORP.startUrl,
  region: CORP.region,
  clientId: "client",
  clientSecret: new Secret("secret"),
  registrationExpiresAt: START + MINUTE,
  deviceCode: new Secret("device-code"),
  userCode: "ABCD-EFGH",
  verificationUri: "https://corp.awsapps.com/start/#/device",
  verificationUriComplete: "https://corp.awsapps.com/start/#/device?user_code=ABCD-EFGH",
  startedAt: START,
  expiresAt: START + 600_000,
  intervalMs: 5_000,
  nextPollAt: START + 5_000,
};

/** As `login` waits. */
async function waitFor(run: Run, pending: PendingLogin): Promise<LoginEnd> {
  for (let current = pending; current.nextPollAt < current.expiresAt;) {
    await run.system.sleep(current.nextPollAt - run.system.now());
    const polled = await pollOnce(run, CORP, current);
    if (polled.result !== "waiting") return polled;
    current = polled.pending;
  }
  return { result: "expired" };
}

interface Played {
  readonly end: LoginEnd;
  readonly pausesS: readonly number[];
}

async function play(answers: readonly (CallFailure | typeof APPROVED)[], intervalS = 5, codeS = 600): Promise<Played> {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  for (const answer of answers) aws.on("CreateToken", answer, "device-code");
  const pending: PendingLogin = {
    ...PENDING,
    expiresAt: START + codeS * 1000,
    intervalMs: intervalS * 1000,
    nextPollAt: START + intervalS * 1000,
  };
  await savePendingLogin(system.home, pending);
  const end = await waitFor(runOf(system, aws), pending);
  return { end, pausesS: system.sleeps.map((ms) => ms / 1000) };
}

type Row = [sentence: string, answers: readonly (CallFailure | typeof APPROVED)[], result: string, pausesS: number[]];

const ROWS: readonly Row[] = [
  ["asks once when the person was quick", [APPROVED], "approved", [5]],
  ["asks at the pace of the answer", [WAITING, WAITING, APPROVED], "approved", [5, 5, 5]],
  ["slows down for good when told so", [FASTER, WAITING, FASTER, APPROVED], "approved", [5, 10, 10, 15]],
  ["ends when the person denies", [WAITING, refusal("AccessDeniedException")], "denied", [5, 5]],
  ["ends when AWS says that the code is over", [refusal("ExpiredTokenException")], "expired", [5]],
  ["ends when AWS refuses for another reason", [refusal("InvalidClientException", 401)], "refused", [5]],
  ["ends when the code is not known", [refusal("InvalidGrantException")], "refused", [5]],
  [
    "does not take a key of KMS for a person who denies",
    [refusal("AccessDeniedException", 400, { reason: "KMS_AccessDeniedException" })],
    "refused",
    [5],
  ],
  ["goes on while there is no network", [OFFLINE, OFFLINE, APPROVED], "approved", [5, 5, 5]],
  ["goes on after an answer that nobody can read", [UNREADABLE, APPROVED], "approved", [5, 5]],
  [
    "takes a code that AWS does not know for used up when an answer was lost before",
    [OFFLINE, WAITING, refusal("InvalidGrantException")],
    "lost",
    [5, 5, 5],
  ],
  ["goes on when it is throttled with 400", [refusal("ThrottlingException"), APPROVED], "approved", [5, 5]],
  ["goes on after an error of the service", [UNAVAILABLE, THROTTLED, APPROVED], "approved", [5, 5, 5]],
];

for (const [sentence, answers, result, pausesS] of ROWS) {
  Deno.test(`pollOnce() ${sentence}`, async () => {
    const played = await play(answers);
    assert.deepEqual([played.end.result, played.pausesS], [result, pausesS]);
  });
}

Deno.test("pollOnce() gives the token of the person's approval", async () => {
  const { end } = await play([APPROVED]);
  assert.deepEqual(end, { result: "approved", token: APPROVED });
});

Deno.test("pollOnce() gives the refusal of AWS", async () => {
  const { end } = await play([refusal("UnauthorizedClientException")]);
  assert.equal(end.result === "refused" && end.error.failure.code, "UnauthorizedClientException");
});

Deno.test("pollOnce() asks for the last time before the code ends", async () => {
  assert.deepEqual(await play([WAITING, WAITING], 5, 15), { end: { result: "expired" }, pausesS: [5, 5] });
});

Deno.test("pollOnce() does not bring back a link that a logout has removed meanwhile", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  await savePendingLogin(system.home, PENDING);
  aws.on("CreateToken", () => {
    removePendingLogin(system.home, "corp");
    return WAITING;
  }, "device-code");
  const polled = await pollOnce(runOf(system, aws), CORP, PENDING);
  assert.equal(polled.result, "called-off");
  assert.equal(pendingOf(system, "corp"), undefined);
});
