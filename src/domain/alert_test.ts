// Proves the alert policy, row by row: what is said, what is not, and when a link is wanted for it.
import assert from "node:assert/strict";
import {
  type AlertPolicy,
  announce,
  type Condition,
  denied,
  type Incident,
  incidentNow,
  PATIENCE_WITHOUT_LINK_MS,
  requested,
  SILENT_RENEWAL_MS,
  wantsLink,
} from "./alert.ts";
import type { ExpectedLogin } from "./forecast.ts";
import { parseQuietHours } from "./quiet_hours.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse("2026-11-20T12:00:00Z");
const NIGHT = Date.parse("2026-11-20T23:00:00Z");
const MORNING = Date.parse("2026-11-21T07:00:00Z");
const EVENING = Date.parse("2026-11-20T20:00:00Z");

const ANY: AlertPolicy = { remindEveryMs: 4 * HOUR, timeZone: "UTC", holdFirst: false };
const QUIET: AlertPolicy = { ...ANY, quietHours: parseQuietHours("22:00-07:00") };
const HOLD: AlertPolicy = { ...QUIET, holdFirst: true };
const END: ExpectedLogin = { at: NOON + 7 * DAY, because: "registration-end" };
const OTHER_END: ExpectedLogin = { at: NOON + 5 * DAY, because: "learned-session-length" };

type Needs = Exclude<Condition, { kind: "fine" }>;
const LINK: Needs = { kind: "login", hasLink: true };
const NO_LINK: Needs = { kind: "login", hasLink: false };
const FAILING: Needs = { kind: "failing" };
const BROKEN: Needs = { kind: "broken" };
const SOON: Needs = { kind: "soon", hasLink: true, threshold: 7 * DAY, end: END };
const NO_WARNING: Needs = { ...SOON, threshold: undefined };
const FINE: Condition = { kind: "fine" };

type Known = Partial<Incident>;

function incident(more: Known, at: number): Incident {
  const begun = { id: "one", session: "corp", kind: "login", since: at, said: {}, reminders: 0, warned: [] } as const;
  return { ...begun, linksFrom: at, ...more };
}

/** Said `agoMs` ago. */
function login(now: number, agoMs: number, more: Known = {}): Known {
  return { since: now - agoMs, said: { login: now - agoMs }, linksFrom: now - agoMs, ...more };
}
function soon(now: number, agoMs: number, more: Known = {}): Known {
  const warned = { kind: "soon", said: { soon: now - agoMs }, warned: [7 * DAY], end: END } as const;
  return { ...warned, since: now - agoMs, linksFrom: now - agoMs, ...more };
}
const FRESH_SOON: Known = { kind: "soon", linksFrom: undefined, end: END };

/** `said`: event and number; "nothing"; or "ends" for an incident that ends without a word. */
type SaidRow = [sentence: string, before: Known, condition: Condition, now: number, policy: AlertPolicy, said: string];

const SAID: readonly SaidRow[] = [
  // The alarm.
  ["says at once that a login is needed", {}, LINK, NOON, ANY, "login-needed 0"],
  ["says so at night, too", {}, LINK, NIGHT, QUIET, "login-needed 0"],
  ["keeps it to itself at night if that is wished", {}, LINK, NIGHT, HOLD, "nothing"],
  ["keeps it to itself to the last millisecond of the night", {}, LINK, MORNING - 1, HOLD, "nothing"],
  ["says in the morning what was held", { since: NIGHT, linksFrom: NIGHT }, LINK, MORNING, HOLD, "login-needed 0"],
  ["ends what was held without a word", { since: NIGHT }, FINE, NIGHT + HOUR, HOLD, "ends"],
  ["waits for a link", {}, NO_LINK, NOON, ANY, "nothing"],
  ["waits half an hour for it", { linksFrom: NOON - PATIENCE_WITHOUT_LINK_MS + 1 }, NO_LINK, NOON, ANY, "nothing"],
  ["goes without one then", { linksFrom: NOON - PATIENCE_WITHOUT_LINK_MS }, NO_LINK, NOON, ANY, "login-needed 0"],
  ["leaves alone who waits in the foreground", {}, { ...LINK, attended: true }, NOON, ANY, "nothing"],
  ["calls when nobody waits any more", { since: NOON - DAY }, LINK, NOON, ANY, "login-needed 0"],
  ["says that the renewal fails, without a link", { kind: "failing" }, FAILING, NOON, ANY, "failing 0"],
  ["says that something is broken", { kind: "broken" }, BROKEN, NIGHT, QUIET, "broken 0"],
  ["says nothing of what never was", { said: {} }, FINE, NOON, ANY, "ends"],

  // One incident, one alarm.
  ["says it once", login(NOON, 10 * MINUTE), LINK, NOON, ANY, "nothing"],
  ["says it once, link or not", login(NOON, 2 * HOUR), NO_LINK, NOON, ANY, "nothing"],
  ["says what else is wrong", login(NOON, HOUR, { kind: "failing" }), FAILING, NOON, ANY, "failing 0"],
  ["says the alarm after a warning", soon(NOON, HOUR, { kind: "login" }), LINK, NOON, ANY, "login-needed 0"],
  [
    "is silent when a kind comes back",
    login(NOON, HOUR, { said: { login: NOON - HOUR, failing: NOON } }),
    LINK,
    NOON,
    ANY,
    "nothing",
  ],

  // Reminders.
  ["does not remind a millisecond early", login(NOON, 4 * HOUR - 1), LINK, NOON, ANY, "nothing"],
  ["reminds after remind_every", login(NOON, 4 * HOUR), LINK, NOON, ANY, "login-needed 1"],
  ["counts reminders", login(NOON, 4 * HOUR, { reminders: 2 }), LINK, NOON, ANY, "login-needed 3"],
  ["does not remind at night", login(NIGHT, 4 * HOUR), LINK, NIGHT, QUIET, "nothing"],
  ["reminds in the morning", login(MORNING, 10 * HOUR), LINK, MORNING, QUIET, "login-needed 1"],
  ["does not remind who waits in the foreground", login(NOON, DAY), { ...LINK, attended: true }, NOON, ANY, "nothing"],
  ["reminds with a fresh link only", login(NOON, 4 * HOUR), NO_LINK, NOON, ANY, "nothing"],
  ["reminds without one after half an hour", login(NOON, 4.5 * HOUR), NO_LINK, NOON, ANY, "login-needed 1"],
  [
    "reminds of a failure once a day",
    { kind: "failing", said: { failing: NOON - DAY } },
    FAILING,
    NOON,
    ANY,
    "failing 1",
  ],
  ["reminds of it not before", { kind: "failing", said: { failing: NOON - DAY + 1 } }, FAILING, NOON, ANY, "nothing"],
  [
    "reminds of what is broken once a day",
    { kind: "broken", said: { broken: NOON - DAY } },
    BROKEN,
    NOON,
    ANY,
    "broken 1",
  ],
  ["reminds of it less often if that is wished", { kind: "broken", said: { broken: NOON - DAY } }, BROKEN, NOON, {
    ...ANY,
    remindEveryMs: 2 * DAY,
  }, "nothing"],

  // Warnings.
  ["warns in daytime", FRESH_SOON, SOON, NOON, ANY, "login-soon 0"],
  ["does not warn in the evening", FRESH_SOON, SOON, EVENING, ANY, "nothing"],
  ["does not warn at night", FRESH_SOON, SOON, NIGHT, QUIET, "nothing"],
  ["warns outside quiet hours that leave nothing of the day", FRESH_SOON, SOON, EVENING + HOUR, {
    ...ANY,
    quietHours: parseQuietHours("07:00-21:00"),
  }, "login-soon 0"],
  ["does not warn without a link", FRESH_SOON, { ...SOON, hasLink: false }, NOON, ANY, "nothing"],
  ["does not warn who signs in just now", FRESH_SOON, { ...SOON, attended: true }, NOON, ANY, "nothing"],
  ["warns once of a threshold", soon(NOON, HOUR), SOON, NOON, ANY, "nothing"],
  ["warns of the next threshold", soon(NOON, 6 * DAY), { ...SOON, threshold: DAY }, NOON, ANY, "login-soon 1"],
  ["does not remind of a warning", soon(NOON, 3 * DAY), NO_WARNING, NOON, ANY, "nothing"],

  // The end.
  ["says that it is healed", login(NOON, HOUR), FINE, NOON, ANY, "healed 0"],
  ["says it in the morning", login(NIGHT, HOUR), FINE, NIGHT, QUIET, "healed 0 in 480 min"],
  ["says it of a failure", { kind: "failing", said: { failing: NOON } }, FINE, NOON, ANY, "healed 0"],
  [
    "calls it healed when somebody approved early",
    soon(NOON, HOUR),
    { kind: "fine", signedInAt: NOON },
    NOON,
    ANY,
    "healed 0",
  ],
  ["has no news when an expected end passes", soon(NOON, DAY), FINE, NOON, ANY, "ends"],
  [
    "has no news of a login before the warning",
    soon(NOON, HOUR),
    { kind: "fine", signedInAt: NOON - DAY },
    NOON,
    ANY,
    "ends",
  ],
  ["says that it is healed before it warns", login(NOON, HOUR), SOON, NOON, ANY, "healed 0"],
  ["makes no fuss about what nobody knew before it warns", {}, SOON, NOON, ANY, "ends"],
];
for (const [sentence, before, condition, now, policy, said] of SAID) {
  Deno.test(`announce() ${sentence}`, () => {
    const known = incident(before, now);
    const current = condition.kind === "fine" ? known : incidentNow("corp", known, condition, now, "new");
    const { say, ended, incident: kept } = announce(current, condition, now, policy);
    const wait = say && say.notBefore > now ? ` in ${(say.notBefore - now) / MINUTE} min` : "";
    assert.equal(say ? `${say.event} ${say.reminder}${wait}` : ended ? "ends" : "nothing", said);
    assert.equal(ended === undefined, kept !== undefined);
  });
}

Deno.test("announce() has nothing to say without an incident", () => {
  assert.deepEqual(announce(undefined, FINE, NOON, ANY), {});
});

type WantRow = [
  sentence: string,
  before: Known,
  condition: Condition,
  now: number,
  policy: AlertPolicy,
  wanted: boolean,
];
const DENIED: Known = { linksFrom: undefined };
const HOUR_AGO = login(NOON, SILENT_RENEWAL_MS);

const WANTED: readonly WantRow[] = [
  ["is for the alarm", {}, NO_LINK, NOON, ANY, true],
  ["is for the alarm at night", {}, NO_LINK, NIGHT, QUIET, true],
  ["is for as long as the alarm is not said", { since: NOON - DAY, linksFrom: NOON - DAY }, NO_LINK, NOON, ANY, true],
  ["goes on for an hour after it", login(NOON, SILENT_RENEWAL_MS - 1), NO_LINK, NOON, ANY, true],
  ["ends after an hour", HOUR_AGO, NO_LINK, NOON, ANY, false],
  ["comes back with the reminder", login(NOON, 4 * HOUR), NO_LINK, NOON, ANY, true],
  ["does not come with a reminder that is held", login(NIGHT, 5 * HOUR), NO_LINK, NIGHT, QUIET, false],
  ["comes with it in the morning", login(MORNING, 12 * HOUR), NO_LINK, MORNING, QUIET, true],
  [
    "is not for all the night of an alarm that is held",
    { since: NIGHT - HOUR, linksFrom: NIGHT - HOUR },
    NO_LINK,
    NIGHT,
    HOLD,
    false,
  ],
  ["is fresh when that alarm is said", { since: NIGHT, linksFrom: NIGHT }, NO_LINK, MORNING, HOLD, true],
  ["ends when somebody denied", login(NOON, MINUTE, DENIED), NO_LINK, NOON, ANY, false],
  ["comes back with the reminder after that", login(NOON, 4 * HOUR, DENIED), NO_LINK, NOON, ANY, true],
  ["ends when it was denied before the alarm", { ...DENIED, since: NOON - MINUTE }, NO_LINK, NOON, ANY, false],
  ["comes with that alarm after all", { ...DENIED, since: NOON - HOUR }, NO_LINK, NOON, ANY, true],
  [
    "stays away when a denied login comes back",
    login(NOON, HOUR, { ...DENIED, kind: "failing" }),
    NO_LINK,
    NOON,
    ANY,
    false,
  ],
  ["is for a login that follows a warning", soon(NOON, DAY, DENIED), NO_LINK, NOON, ANY, true],
  ["is not for failures", { kind: "failing" }, FAILING, NOON, ANY, false],
  ["is not for what is broken", { kind: "broken" }, BROKEN, NOON, ANY, false],
  ["is not for what is fine", {}, FINE, NOON, ANY, false],
  ["is for a warning in daytime", FRESH_SOON, SOON, NOON, ANY, true],
  ["is not for a warning in the evening", FRESH_SOON, SOON, EVENING, ANY, false],
  ["goes on for an hour after a warning, evening or not", soon(EVENING, HOUR - 1), NO_WARNING, EVENING, ANY, true],
  ["ends after that hour", soon(NOON, HOUR), NO_WARNING, NOON, ANY, false],
  ["ends when the early approval is denied", soon(NOON, MINUTE, DENIED), NO_WARNING, NOON, ANY, false],
  ["comes with the next warning", soon(NOON, 6 * DAY, DENIED), { ...SOON, threshold: DAY }, NOON, ANY, true],
  ["waits until what was wrong is called healed", login(NOON, MINUTE), SOON, NOON, ANY, false],
];
for (const [sentence, before, condition, now, policy, wanted] of WANTED) {
  Deno.test(`wantsLink() ${sentence}`, () => {
    const known = incident(before, now);
    const current = incidentNow("corp", known, condition, now, "new") ?? known;
    assert.equal(wantsLink(current, condition, now, policy), wanted);
  });
}

Deno.test("wantsLink() wants a living link for a post that is due, unless somebody denied", () => {
  const told = incident(HOUR_AGO, NOON);
  assert.equal(wantsLink(told, NO_LINK, NOON, ANY, true), true);
  assert.equal(wantsLink(denied(told), NO_LINK, NOON, ANY, true), false);
  assert.equal(wantsLink({ ...told, kind: "failing" }, FAILING, NOON, ANY, true), false);
});

Deno.test("denied() lasts while other things go wrong, and are said", () => {
  const told = denied(incident(login(NOON, MINUTE), NOON));
  const { incident: failing } = announce(incidentNow("corp", told, FAILING, NOON, "x"), FAILING, NOON, ANY);
  assert.deepEqual(failing?.said, { login: NOON - MINUTE, failing: NOON });
  const back = incidentNow("corp", failing, NO_LINK, NOON + MINUTE, "x")!;
  assert.equal(wantsLink(back, NO_LINK, NOON + MINUTE, ANY), false);
});

Deno.test("requested() brings links for an hour, to who denied as well", () => {
  const asked = requested(denied(incident(HOUR_AGO, NOON)), NOON);
  const wanted = [0, HOUR - 1, HOUR].map((later) => wantsLink(asked, NO_LINK, NOON + later, ANY));
  assert.deepEqual(wanted, [true, true, false]);
});

Deno.test("incidentNow() begins with nothing said", () => {
  const begun = incidentNow("corp", undefined, { ...LINK, downSince: NOON + HOUR }, NOON, "new");
  assert.deepEqual(begun, {
    ...{ id: "new", session: "corp", kind: "login", since: NOON, downSince: NOON + HOUR },
    ...{ said: {}, reminders: 0, linksFrom: NOON, warned: [], end: undefined },
  });
  assert.equal(incidentNow("corp", undefined, FINE, NOON, "new"), undefined);
});

Deno.test("incidentNow() keeps the identity and the beginning of the outage when the kind changes", () => {
  const known = incident({ kind: "failing", downSince: NOON - HOUR }, NOON - HOUR);
  const { id, kind, since, downSince, linksFrom } = incidentNow(
    "corp",
    known,
    { ...LINK, downSince: NOON },
    NOON,
    "x",
  )!;
  assert.deepEqual([id, kind, since, downSince, linksFrom], ["one", "login", NOON - HOUR, NOON - HOUR, NOON]);
});

Deno.test("incidentNow() warns anew of another end, under a new number", () => {
  const known = incident(soon(NOON, DAY), NOON);
  const wobbled = incidentNow("corp", known, { ...SOON, end: { ...END, at: END.at + MINUTE } }, NOON, "x")!;
  assert.deepEqual(wobbled.warned, [7 * DAY]);
  const other = incidentNow("corp", known, { ...SOON, end: OTHER_END }, NOON, "x")!;
  assert.deepEqual([other.warned, other.end], [[], OTHER_END]);
  assert.equal(announce(other, { ...SOON, end: OTHER_END }, NOON, ANY).say?.reminder, 1);
});

Deno.test("incidentNow() lets no moment lie ahead of a clock that was set back", () => {
  const ahead = NOON + 365 * DAY;
  const known = incident(login(ahead, 0, { downSince: ahead }), NOON);
  const { since, said, linksFrom, downSince } = incidentNow("corp", known, NO_LINK, NOON, "x")!;
  assert.deepEqual([since, said, linksFrom, downSince], [NOON, { login: NOON }, NOON, ahead]);
});
