// Proves what an alert says of a session: the link that is open now, why, and how long nothing worked.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { runOf, viewOf } from "../../tests/support/heal_run.ts";
import { pendingLogin, remember, sessionNamed, tokenOf, writeToken } from "../../tests/support/session_home.ts";
import type { Incident } from "../domain/alert.ts";
import type { Post } from "../domain/delivery.ts";
import type { Fault } from "../domain/report.ts";
import { readAlertState, saveAlertState } from "../store/alert_state.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { statePaths } from "../store/paths.ts";
import { AlertBook } from "./alert_book.ts";
import { downtimeOf, messageOf } from "./alert_text.ts";
import type { Situation } from "./situation.ts";

const CORP = sessionNamed("corp");
const INCIDENT: Incident = {
  id: "i-1",
  session: "corp",
  kind: "login",
  since: START,
  said: {},
  reminders: 0,
  warned: [],
};
const POST: Post = {
  id: "p-1",
  incident: "i-1",
  session: "corp",
  event: "login-needed",
  reminder: 2,
  at: START,
  route: ["ops", "mail"],
  turn: 0,
  state: "waiting",
  nextAt: START,
  rounds: 0,
};

async function situationOf(system: FakeSystem, error?: Fault): Promise<Situation> {
  return { healed: { view: await viewOf(system, CORP), action: "none", proofs: [], error } };
}

Deno.test("messageOf() says all of a login that waits", async () => {
  await using system = await fakeSystem();
  await remember(system, "corp", { usedAt: START - HOUR });
  const { verificationUri, verificationUriComplete, userCode, expiresAt } = pendingLogin("corp");
  await savePendingLogin(system.home, pendingLogin("corp"));
  const message = messageOf(system, POST, await situationOf(system), INCIDENT);
  const { reason, ...rest } = message;
  assert.equal(typeof reason, "string");
  assert.deepEqual(rest, {
    event: "login-needed",
    host: "buildhost",
    user: "builder",
    now: START,
    session: "corp",
    startUrl: CORP.startUrl,
    incident: "i-1",
    since: START,
    link: { verificationUri, verificationUriComplete, userCode, expiresAt },
    worksUntil: undefined,
    expectedEnd: undefined,
    reminder: 2,
    profiles: [{ name: "corp-dev", accountId: "012345678901", roleName: "ReadOnly", ok: undefined }],
  });
  assert.doesNotMatch(JSON.stringify(message), /pending-device-code|pending-client/);
});

Deno.test("messageOf() shows no link that has ended, and until when the token works", async () => {
  await using system = await fakeSystem();
  writeToken(system, "corp", tokenOf("corp", 20 * MINUTE));
  await savePendingLogin(system.home, pendingLogin("corp"));
  system.clock += 10 * MINUTE;
  const { link, worksUntil } = messageOf(system, POST, await situationOf(system), INCIDENT);
  assert.deepEqual([link, worksUntil], [undefined, START + 20 * MINUTE]);
  system.clock += 10 * MINUTE;
  assert.equal(messageOf(system, POST, await situationOf(system), INCIDENT).worksUntil, undefined);
});

Deno.test("messageOf() says who approved wrongly rather than why a login is needed", async () => {
  await using system = await fakeSystem();
  await remember(system, "corp", { usedAt: START - HOUR });
  const fault = (code: string) => ({ code, message: "because of that", hint: "" });
  const reasonOf = async (error: Fault) => messageOf(system, POST, await situationOf(system, error), INCIDENT).reason;
  assert.equal(await reasonOf(fault("WrongUser")), "because of that");
  assert.notEqual(await reasonOf(fault("ConnectionRefused")), "because of that");
});

Deno.test("messageOf() names the expected end in a warning only", async () => {
  await using system = await fakeSystem();
  const end = { at: START + HOUR, because: "registration-end" } as const;
  const incident: Incident = { ...INCIDENT, kind: "soon", end };
  const situation = await situationOf(system);
  assert.deepEqual(messageOf(system, { ...POST, event: "login-soon" }, situation, incident).expectedEnd, end);
  assert.equal(messageOf(system, POST, situation, incident).expectedEnd, undefined);
});

Deno.test("messageOf() still speaks of a session that is gone from the config", async () => {
  await using system = await fakeSystem();
  const { session, startUrl, reason, profiles } = messageOf(system, POST, undefined, undefined);
  assert.deepEqual([session, startUrl, reason, profiles], ["corp", undefined, undefined, undefined]);
});

Deno.test("messageOf() says of what is over how it ended, and nothing of what was wrong", async () => {
  await using system = await fakeSystem();
  await savePendingLogin(system.home, pendingLogin("corp"));
  const how = { downtimeMs: MINUTE, profiles: [{ name: "corp-dev", ok: true }], approvedBy: { now: "a", before: "b" } };
  const message = messageOf(system, { ...POST, event: "healed", ...how }, await situationOf(system), INCIDENT);
  const { downtimeMs, profiles, approvedBy, link, reason } = message;
  assert.deepEqual({ downtimeMs, profiles, approvedBy, link, reason }, { ...how, link: undefined, reason: undefined });
});

Deno.test("downtimeOf() counts from the outage on, and never backwards", () => {
  const down = { ...INCIDENT, downSince: START };
  assert.equal(downtimeOf(down, START + HOUR), HOUR);
  assert.equal(downtimeOf(down, START - HOUR), 0);
  assert.equal(downtimeOf(INCIDENT, START + HOUR), 0);
});

Deno.test("AlertBook takes for sent what another process was sending when it died", async () => {
  await using system = await fakeSystem();
  await saveAlertState(system.home, { incidents: [INCIDENT], posts: [{ ...POST, state: "sending" }], bots: [] });
  const book = new AlertBook(runOf(system, new FakeAws()));
  assert.deepEqual(book.state.posts.map(({ state }) => state), ["sent"]);
  await book.save();
  assert.equal(readAlertState(system.home).state.posts[0].state, "sent");
});

Deno.test("AlertBook writes only what has changed, and says when it could not be read", async () => {
  await using system = await fakeSystem();
  await saveAlertState(system.home, { incidents: [INCIDENT], posts: [], bots: [] });
  const { alerts } = statePaths(system.home);
  const run = runOf(system, new FakeAws());
  const { ino } = Deno.statSync(alerts);
  const book = new AlertBook(run);
  await book.save();
  assert.equal(Deno.statSync(alerts).ino, ino);
  book.change({ posts: [POST] });
  book.replace([{ ...POST, turn: 1 }, { ...POST, id: "stranger" }]);
  await book.save();
  assert.deepEqual(readAlertState(system.home).state.posts.map(({ id, turn }) => [id, turn]), [["p-1", 1]]);

  Deno.writeTextFileSync(alerts, "{");
  assert.deepEqual(new AlertBook(run).state, { incidents: [], posts: [], bots: [] });
  assert.match(system.logged.at(-1)?.message ?? "", /^cannot read what was said to people/);
});
