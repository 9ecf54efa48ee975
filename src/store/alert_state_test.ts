// Proves that what was said to people is remembered whole, and that a damaged memory is told from none.
import assert from "node:assert/strict";
import { fakeSystem, HOUR, START } from "../../tests/support/fake_system.ts";
import type { Incident } from "../domain/alert.ts";
import type { Post } from "../domain/delivery.ts";
import { type AlertState, NOTHING_SAID, readAlertState, saveAlertState } from "./alert_state.ts";
import { statePaths } from "./paths.ts";

const INCIDENT: Incident = {
  id: "i1",
  session: "corp",
  kind: "soon",
  since: START,
  downSince: START + HOUR,
  said: { login: START, soon: START + HOUR },
  reminders: 2,
  linksFrom: START,
  warned: [7 * 24 * HOUR],
  end: { at: START + 24 * HOUR, because: "learned-session-length" },
};
const POST: Post = {
  id: "i1-healed-0-0",
  incident: "i1",
  session: "corp",
  event: "healed",
  reminder: 0,
  at: START,
  route: ["ops", "mail"],
  turn: 1,
  state: "waiting",
  nextAt: START + HOUR,
  rounds: 3,
  ref: "77",
  shown: "ABCD-EFGH",
  error: "Unreachable: no answer",
  downtimeMs: HOUR,
  profiles: [{ name: "dev", accountId: "012345678901", roleName: "ReadOnly", ok: true }, { name: "bare" }],
  approvedBy: { now: "john", before: "jane" },
};
const STATE: AlertState = { incidents: [INCIDENT], posts: [POST], bots: [{ channel: "phone", offset: 7 }] };

Deno.test("saveAlertState() keeps everything, for this user alone", async () => {
  await using system = await fakeSystem();
  await saveAlertState(system.home, STATE);
  const { state, damaged } = readAlertState(system.home);
  assert.deepEqual([JSON.parse(JSON.stringify(state)), damaged], [STATE, false]);
  assert.equal((Deno.statSync(statePaths(system.home).alerts).mode ?? 0) & 0o777, 0o600);
});

Deno.test("saveAlertState() leaves no file when there is nothing to remember", async () => {
  await using system = await fakeSystem();
  await saveAlertState(system.home, STATE);
  await saveAlertState(system.home, { ...NOTHING_SAID, bots: STATE.bots });
  assert.throws(() => Deno.statSync(statePaths(system.home).alerts), Deno.errors.NotFound);
  await saveAlertState(system.home, NOTHING_SAID);
});

Deno.test("readAlertState() tells a missing file from a damaged one", async () => {
  await using system = await fakeSystem();
  assert.deepEqual(readAlertState(system.home), { state: NOTHING_SAID, damaged: false });
  for (const text of ["", "{", "null", "7", '{"version":1}']) {
    system.write(".local/state/sso-heal/alerts.json", text);
    assert.deepEqual(readAlertState(system.home), { state: NOTHING_SAID, damaged: true }, text);
  }
});

Deno.test("readAlertState() never gives a post whose channel does not exist", async () => {
  await using system = await fakeSystem();
  await saveAlertState(system.home, { ...STATE, posts: [POST, { ...POST, turn: 2 }, { ...POST, route: [], turn: 0 }] });
  assert.equal(readAlertState(system.home).state.posts.length, 1);
});

Deno.test("readAlertState() tells of any part that makes no sense", async () => {
  await using system = await fakeSystem();
  const bad: [keyof AlertState, object][] = [
    ["incidents", { ...INCIDENT, kind: "unheard-of" }],
    ["incidents", { ...INCIDENT, since: "soon" }],
    ["posts", { ...POST, state: "lost" }],
    ["posts", { ...POST, turn: "first" }],
    ["bots", { channel: "phone" }],
  ];
  for (const [part, row] of bad) {
    await saveAlertState(system.home, STATE);
    const path = statePaths(system.home).alerts;
    const json = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeTextFileSync(path, JSON.stringify({ ...json, [part]: [row] }));
    const { state, damaged } = readAlertState(system.home);
    assert.deepEqual([damaged, state[part]], [true, []], JSON.stringify(row));
  }
});
