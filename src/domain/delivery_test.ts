// Proves who gets a message, in which order channels are tried, and that no crash or failure sends one twice or loses it.
import assert from "node:assert/strict";
import type { AlertPolicy, Incident, IncidentKind } from "./alert.ts";
import {
  afterSending,
  type ChannelFilter,
  channelOf,
  ENDED,
  isDue,
  outdated,
  type Post,
  postsOf,
  prune,
  routesFor,
  sending,
  takeOver,
  toldRoutes,
} from "./delivery.ts";
import { parseQuietHours } from "./quiet_hours.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse("2026-11-20T12:00:00Z");
const NIGHT = Date.parse("2026-11-20T23:00:00Z");
const QUIET: AlertPolicy = {
  ...{ remindEveryMs: 4 * HOUR, timeZone: "UTC", holdFirst: false },
  quietHours: parseQuietHours("22:00-07:00"),
};
const HOLD: AlertPolicy = { ...QUIET, holdFirst: true };

function post(more: Partial<Post> = {}): Post {
  return {
    ...{ id: "one-login-needed-0-0", incident: "one", session: "corp", event: "login-needed", reminder: 0, at: NOON },
    ...{ route: ["ops"], turn: 0, state: "waiting", nextAt: NOON, rounds: 0, ...more },
  };
}
const SENT = { state: "sent" } as const;
const FAILED = { ok: false, error: "HTTP 503" } as const;

type RouteRow = [sentence: string, channels: readonly ChannelFilter[], fallback: string, routes: string];
const OPS: ChannelFilter = { name: "ops" };
const MAIL: ChannelFilter = { name: "mail" };
const CHAT: ChannelFilter = { name: "chat" };

/** Routes of `login-needed` for the session `corp-prod`: their channels with a comma, the routes with a bar. */
const ROUTES: readonly RouteRow[] = [
  ["is nothing without a channel", [], "", ""],
  ["is each channel by itself", [OPS, MAIL], "", "ops|mail"],
  ["is one way for those of fallback, in its order", [OPS, MAIL], "mail,ops", "mail,ops"],
  ["leaves the others by themselves", [OPS, MAIL, CHAT], "ops,mail", "ops,mail|chat"],
  ["is one channel when fallback names one", [OPS, MAIL], "ops", "ops|mail"],
  ["tries no channel twice", [OPS, MAIL], "ops,ops,mail", "ops,mail"],
  ["leaves out a name that is no channel", [OPS], "gone,ops", "ops"],
  ["leaves out who does not want the event", [{ ...OPS, events: ["healed"] }, MAIL], "ops,mail", "mail"],
  ["takes who wants it", [{ ...OPS, events: ["healed", "login-needed"] }], "", "ops"],
  ["takes none for no events", [{ ...OPS, events: [] }], "", ""],
  ["leaves out who does not want the session", [{ ...OPS, sessions: ["dev-*"] }, MAIL], "", "mail"],
  ["takes who wants it by a glob", [{ ...OPS, sessions: ["dev-*", "*-prod"] }], "", "ops"],
  ["asks for event and session both", [{ ...OPS, sessions: ["*"], events: ["broken"] }], "", ""],
];
for (const [sentence, channels, fallback, routes] of ROUTES) {
  Deno.test(`routesFor() ${sentence}`, () => {
    const found = routesFor("login-needed", "corp-prod", channels, fallback.split(",").filter(Boolean));
    assert.equal(found.map((route) => route.join(",")).join("|"), routes);
  });
}

Deno.test("postsOf() makes one post for each route, each with an id of its own", () => {
  const about = { id: "one-failing-2", incident: "one", session: "corp" };
  const posts = postsOf(
    { event: "failing", reminder: 2, notBefore: NOON + HOUR },
    about,
    [["ops", "mail"], ["chat"]],
    NOON,
  );
  const made = { event: "failing", reminder: 2, nextAt: NOON + HOUR } as const;
  assert.deepEqual(posts, [
    post({ ...made, id: "one-failing-2-0", route: ["ops", "mail"] }),
    post({ ...made, id: "one-failing-2-1", route: ["chat"] }),
  ]);
});

type DueRow = [sentence: string, more: Partial<Post>, now: number, kind: IncidentKind | undefined, due: boolean];
const DUE: readonly DueRow[] = [
  ["is true at its time", {}, NOON, "login", true],
  ["is false a millisecond before", { nextAt: NOON + 1 }, NOON, "login", false],
  ["is true long after", {}, NOON + 365 * DAY, "login", true],
  [
    "is true although its time is years ahead: the clock was set back",
    { nextAt: NOON + 365 * DAY },
    NOON,
    "login",
    true,
  ],
  ["is false while it is sent", { state: "sending" }, NOON, "login", false],
  ["is false when it was sent", SENT, NOON, "login", false],
  ["is false when it has failed for good", { state: "failed" }, NOON, "login", false],
  ["is false for a login while the renewal fails", {}, NOON, "failing", false],
  ["is false for a failure while a login is needed", { event: "failing" }, NOON, "login", false],
  ["is true for a failure while there is one", { event: "failing" }, NOON, "failing", true],
  ["is true for the end of an incident that is over", { event: "healed" }, NOON, undefined, true],
];
for (const [sentence, more, now, kind, due] of DUE) {
  Deno.test(`isDue() ${sentence}`, () => {
    const incident = { id: "one", session: "corp", since: NOON, said: {}, reminders: 0, warned: [] };
    const incidents: Incident[] = kind === undefined ? [] : [{ ...incident, kind }];
    assert.equal(isDue(post(more), now, { incidents, policy: QUIET }), due);
  });
}

type HeldRow = [sentence: string, more: Partial<Post>, at: number, policy: AlertPolicy, due: boolean];
const AGAIN = { rounds: 1 } as const;

const HELD: readonly HeldRow[] = [
  ["tries the alarm again at night", AGAIN, NIGHT, QUIET, true],
  ["tries a held alarm again in the morning", AGAIN, NIGHT, HOLD, false],
  ["tries a reminder again in the morning", { ...AGAIN, reminder: 1 }, NIGHT, QUIET, false],
  ["tries a warning again in the morning", { ...AGAIN, event: "login-soon" }, NIGHT, QUIET, false],
  ["tries the end again in the morning", { ...AGAIN, event: "healed" }, NIGHT, QUIET, false],
  ["tries what may have arrived again in the morning", { ...AGAIN, unsure: true }, NIGHT, QUIET, false],
  ["tries it by day", { ...AGAIN, event: "healed" }, NOON + DAY, HOLD, true],
  ["tries the next channel at night, too", { event: "healed", turn: 1 }, NIGHT, QUIET, true],
  ["gives an answer at night that was asked for at night", { reminder: 3 }, NIGHT, QUIET, true],
];
for (const [sentence, more, at, policy, due] of HELD) {
  Deno.test(`isDue() ${sentence}`, () => {
    assert.equal(isDue(post({ route: ["ops", "mail"], ...more }), at, { incidents: [], policy }), due);
  });
}

Deno.test("takeOver() counts as sent what a process was sending when it died, and nothing else", () => {
  const states = ["waiting", "sending", "sent", "failed"] as const;
  const taken = takeOver(states.map((state) => post({ state })));
  assert.deepEqual(taken.map(({ state }) => state), ["waiting", "sent", "sent", "failed"]);
});

Deno.test("afterSending() sends what may have arrived once more, and no oftener", () => {
  const unsure = { ...FAILED, unsure: true };
  const once = afterSending(sending(post()), unsure, NOON, 0);
  assert.deepEqual([once.state, once.unsure], ["waiting", true]);
  const failed = afterSending(sending(once), FAILED, NOON, 0);
  assert.deepEqual([failed.state, failed.unsure], ["waiting", true], "a plain failure between them changes nothing");
  assert.equal(afterSending(sending(failed), unsure, NOON, 0).state, "sent");
});

Deno.test("afterSending() keeps what is needed to change the message", () => {
  const sent = afterSending(sending(post({ error: "HTTP 503" })), { ok: true, ref: "42", shown: "ABCD-EFGH" }, NOON, 0);
  assert.deepEqual(sent, post({ ...SENT, ref: "42", shown: "ABCD-EFGH", error: undefined }));
});

/** What becomes of a post at 12:00: its turn, and in how many minutes it is tried again. */
type FailRow = [sentence: string, more: Partial<Post>, retryAfterMs: number | undefined, answer: string];
const PAIR = { route: ["ops", "mail"] } as const;

const FAILURES: readonly FailRow[] = [
  ["passes the turn at once", PAIR, undefined, "mail in 0"],
  ["passes it at once although the first wants a pause", PAIR, HOUR, "mail in 0"],
  ["begins the round again after a minute", { ...PAIR, turn: 1 }, undefined, "ops in 1"],
  ["does so for a channel alone", {}, undefined, "ops in 1"],
  ["waits twice as long after the second round", { rounds: 1 }, undefined, "ops in 2"],
  ["waits 4 hours at most", { rounds: 30 }, undefined, "ops in 240"],
  ["waits as long as it is asked to", {}, 90 * MINUTE, "ops in 90"],
  ["does not believe in a year", {}, 365 * DAY, "ops in 360"],
  ["goes on for two days", { at: NOON - 2 * DAY + 1 }, undefined, "ops in 1"],
  ["gives up then", { at: NOON - 2 * DAY }, undefined, "failed"],
  ["gives up after the last channel only", { ...PAIR, at: NOON - 9 * DAY }, undefined, "mail in 0"],
];
for (const [sentence, more, retryAfterMs, answer] of FAILURES) {
  Deno.test(`afterSending() ${sentence}`, () => {
    const after = afterSending(sending(post(more)), { ...FAILED, retryAfterMs }, NOON, 1);
    const found = after.state === "waiting" ? `${channelOf(after)} in ${(after.nextAt - NOON) / MINUTE}` : after.state;
    assert.equal(found, answer);
    assert.equal(after.error, "HTTP 503");
    assert.equal(after.id, post().id);
  });
}

type ToldRow = [sentence: string, posts: readonly Partial<Post>[], routes: string, channels?: readonly ChannelFilter[]];
const VIA_MAIL = { ...PAIR, ...SENT, turn: 1 } as const;
const VIA_OPS = { ...PAIR, ...SENT } as const;

const TOLD: readonly ToldRow[] = [
  ["is nobody when nothing was sent", [post(), post({ state: "failed" })], ""],
  ["is who was told", [SENT], "ops"],
  ["is not who was told of another incident", [{ ...SENT, incident: "two" }], ""],
  ["has the channel first that has the alarm", [VIA_MAIL], "mail,ops"],
  ["has the channel first that had the reminder", [VIA_OPS, { ...VIA_MAIL, reminder: 1 }], "mail,ops"],
  ["is once for the same route", [SENT, { ...SENT, reminder: 1 }, { ...SENT, event: "failing" }], "ops"],
  ["is every route", [VIA_OPS, { ...SENT, route: ["chat"] }], "ops,mail|chat"],
  ["is once for a channel of two routes", [VIA_MAIL, { ...SENT, event: "failing", route: ["mail"] }], "mail"],
  ["is no way around for who is told anyway", [VIA_OPS, { ...SENT, event: "failing", route: ["mail"] }], "ops|mail"],
  ["leaves out who does not want to know", [SENT], "", [{ ...OPS, events: ["login-needed"] }]],
  ["takes the next of the route who does", [VIA_OPS], "mail", [{ ...OPS, events: ["login-needed"] }, MAIL]],
  ["keeps who is not in the config any more", [SENT], "ops", []],
];
for (const [sentence, posts, routes, channels] of TOLD) {
  Deno.test(`toldRoutes() ${sentence}`, () => {
    const found = toldRoutes(posts.map(post), "one", channels);
    assert.equal(found.map((route) => route.join(",")).join("|"), routes);
  });
}

/** `kept`: places of those that are left. The incident `one` is open, `two` is over. */
type PruneRow = [sentence: string, posts: readonly Partial<Post>[], kept: readonly number[]];
const OVER = { incident: "two" } as const;
const REF = { ...SENT, ref: "42" } as const;
const HEALED = { ...OVER, event: "healed" } as const;

const PRUNED: readonly PruneRow[] = [
  ["keeps what waits", [{}], [0]],
  ["keeps what is being sent", [{ state: "sending" }], [0]],
  ["keeps what was sent: its channel is told of the end", [SENT], [0]],
  ["drops what has failed", [{ state: "failed" }], []],
  ["drops what waits when all is over", [OVER], []],
  ["drops a message of then that cannot be changed", [{ ...OVER, ...SENT }], []],
  ["keeps one that can be changed", [{ ...OVER, ...REF }], [0]],
  ["drops it when it says so", [{ ...OVER, ...REF, shown: ENDED }], []],
  ["drops it when nobody could change it for two days", [{ ...OVER, ...REF, at: NOON - 2 * DAY }], []],
  ["keeps a notice of the end that waits", [HEALED], [0]],
  ["drops it when it was sent", [{ ...HEALED, ...SENT }], []],
  ["drops it when it has failed", [{ ...HEALED, state: "failed" }], []],
  ["drops it when the session is wrong again", [HEALED, {}], [1]],
  ["keeps it when another session is wrong", [HEALED, { session: "other" }], [0, 1]],
  ["keeps it before a warning", [HEALED, { event: "login-soon" }], [0, 1]],
  ["drops a reminder while the alarm still waits", [{}, { reminder: 1 }], [0]],
  ["keeps a reminder after the alarm was sent", [SENT, { reminder: 1 }], [0, 1]],
  ["keeps what else waits", [{}, { event: "failing" }, { route: ["mail"] }], [0, 1, 2]],
  ["drops the alarm when its reminder was sent", [SENT, { ...SENT, reminder: 1 }], [1]],
  ["keeps it for two days where it can be changed", [REF, { ...SENT, reminder: 1 }], [0, 1]],
  ["drops it then", [{ ...REF, at: NOON - 2 * DAY }, { ...SENT, reminder: 1 }], [1]],
  ["keeps who was told on another channel of the route", [VIA_OPS, VIA_MAIL], [0, 1]],
];
for (const [sentence, rows, kept] of PRUNED) {
  Deno.test(`prune() ${sentence}`, () => {
    const posts = rows.map((more, at) => post({ ...more, id: `${at}` }));
    assert.deepEqual(prune(posts, new Set(["one"]), NOON).map(({ id }) => Number(id)), kept);
  });
}

Deno.test("prune() tries what waits as soon as it is said again", () => {
  const posts = [post({ nextAt: NOON + HOUR }), post({ id: "again", reminder: 1 })];
  assert.deepEqual(prune(posts, new Set(["one"]), NOON), [post({ nextAt: NOON })]);
});

type OutdatedRow = [sentence: string, posts: readonly Partial<Post>[], shown: string, ids: readonly number[]];
const OLD = { ...REF, shown: "OLD" } as const;

const OUTDATED: readonly OutdatedRow[] = [
  ["is a message with an older code", [OLD], "NEW", [0]],
  ["is none with the same code", [OLD], "OLD", []],
  ["is none that cannot be changed", [{ ...OLD, ref: undefined }], "NEW", []],
  ["is none that was not sent", [{ ...OLD, state: "waiting" }], "NEW", []],
  ["is none of another incident", [{ ...OLD, ...OVER }], "NEW", []],
  ["is the newest of each channel", [OLD, OLD, { ...OLD, route: ["mail"] }], "NEW", [1, 2]],
  ["is the login, not the failure after it", [OLD, { ...REF, event: "failing" }], "NEW", [0]],
  ["is every message when all is over", [OLD, OLD, { ...REF, event: "failing" }], ENDED, [0, 1, 2]],
  ["is no notice of the end", [{ ...OLD, event: "healed" }], ENDED, []],
];
for (const [sentence, rows, shown, ids] of OUTDATED) {
  Deno.test(`outdated() ${sentence}`, () => {
    const posts = rows.map((more, at) => post({ ...more, id: `${at}` }));
    assert.deepEqual(outdated(posts, "one", shown).map(({ id }) => Number(id)), ids);
  });
}
