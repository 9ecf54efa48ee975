// Proves what holds of the alert policy whatever happens to a session: played in steps, the memory carried along as JSON.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AlertPolicy,
  announce,
  type Announcement,
  type Condition,
  denied,
  type Incident,
  incidentNow,
  requested,
  SILENT_RENEWAL_MS,
  wantsLink,
} from "./alert.ts";
import { isQuiet } from "./quiet_hours.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGIN = Date.parse("2026-11-20T00:00:00Z");
const LINK_LIFE = 10 * MINUTE;

type Kind = Condition["kind"];

/** What happens at one check. */
interface Scene {
  /** Since the check before; negative when the clock was set back. */
  readonly afterMs: number;
  readonly kind: Kind;
  readonly threshold?: number;
  readonly attended: boolean;
  readonly signedIn: boolean;
  /** AWS gives a link when asked. */
  readonly online: boolean;
  /** The open link is denied. */
  readonly denies: boolean;
  readonly asks: boolean;
}

/** What one check led to. */
interface Seen {
  readonly now: number;
  readonly scene: Scene;
  /** As it was before anything was said. */
  readonly incident?: Incident;
  readonly ended?: Incident;
  readonly say?: Announcement;
  /** Only where no link was open. */
  readonly wanted?: boolean;
  /** What would be said with a link and nobody around. */
  readonly due: boolean;
}

function play(scenes: readonly Scene[], policy: AlertPolicy): Seen[] {
  const seen: Seen[] = [];
  let now = BEGIN;
  let linkUntil = 0;
  let memory: string | undefined;
  scenes.forEach((scene, at) => {
    now += scene.afterMs;
    const { kind, threshold, attended } = scene;
    const before: Incident | undefined = memory && JSON.parse(memory);
    if (before === undefined || kind === "fine") linkUntil = 0;
    let condition: Condition = kind === "fine"
      ? { kind, signedInAt: scene.signedIn ? now : undefined }
      : { kind, threshold: before?.warned.includes(threshold ?? 0) ? undefined : threshold, attended };
    let incident = kind === "fine" ? before : incidentNow("corp", before, condition, now, `incident-${at}`);
    if (incident && scene.asks) incident = requested(incident, now);
    let wanted: boolean | undefined;
    if (incident && scene.denies && now < linkUntil) {
      incident = denied(incident);
      linkUntil = 0;
    } else if (incident && now >= linkUntil) {
      wanted = wantsLink(incident, condition, now, policy);
      if (wanted && scene.online) linkUntil = now + LINK_LIFE;
    }
    const free: Condition = condition.kind === "fine" ? condition : { ...condition, hasLink: true, attended: false };
    if (condition.kind !== "fine") condition = { ...condition, hasLink: now < linkUntil };
    const due = announce(incident, free, now, policy).say !== undefined;
    const step = announce(incident, condition, now, policy);
    seen.push({ now, scene, incident, wanted, due, say: step.say, ended: step.ended });
    memory = step.incident && JSON.stringify(step.incident);
  });
  return seen;
}

const kind = fc.constantFrom<Kind>("login", "login", "login", "soon", "failing", "broken", "fine");
const rarely = fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0);
const often = fc.integer({ min: 0, max: 9 }).map((chance) => chance > 1);
const scene = fc.record({
  afterMs: fc.oneof(fc.constant(10 * MINUTE), fc.integer({ min: 1, max: 6 * HOUR })),
  kind,
  threshold: fc.constantFrom(undefined, DAY, 7 * DAY),
  attended: rarely,
  signedIn: often,
  online: often,
  denies: rarely,
  asks: rarely,
});
/** Kinds last for some checks. */
const scenes = fc.array(fc.tuple(kind, fc.array(scene, { minLength: 1, maxLength: 8 })), { maxLength: 12 })
  .map((acts) => acts.flatMap(([kind, scenes]) => scenes.map((scene): Scene => ({ ...scene, kind }))));
const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
const policy: fc.Arbitrary<AlertPolicy> = fc.record({
  remindEveryMs: fc.integer({ min: 10 * MINUTE, max: 2 * DAY }),
  quietHours: fc.option(fc.record({ fromMinute: minute, toMinute: minute }), { nil: undefined }),
  timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
  holdFirst: fc.boolean(),
});

/** Plays anything and hands over what was seen, with the incident that each thing said is about. */
function always(prove: (seen: readonly Seen[], policy: AlertPolicy) => void): void {
  fc.assert(fc.property(scenes, policy, (scenes, policy) => prove(play(scenes, policy), policy)), { numRuns: 200 });
}

function isAlarm({ event, reminder }: Announcement): boolean {
  return reminder === 0 && (event === "login-needed" || event === "failing" || event === "broken");
}

Deno.test("announce() says nothing of an incident twice: not its alarm, no reminder, not its end", () => {
  always((seen) => {
    const said = seen.flatMap(({ say, incident }) => say ? [`${incident?.id} ${say.event} ${say.reminder}`] : []);
    assert.deepEqual(said, [...new Set(said)]);
  });
});

Deno.test("announce() says nothing in quiet hours but first alarms, and not even these when they are held", () => {
  always((seen, policy) => {
    for (const { say } of seen) {
      if (say === undefined || (isAlarm(say) && !policy.holdFirst)) continue;
      assert.equal(isQuiet(say.notBefore, policy.quietHours, policy.timeZone), false);
    }
  });
});

Deno.test("announce() never reminds sooner than it is allowed to", () => {
  always((seen, policy) => {
    const last = new Map<string, number>();
    for (const { say, incident, now } of seen) {
      if (say === undefined || say.event === "login-soon") continue;
      const key = `${incident?.id} ${say.event}`;
      const leastMs = say.event === "login-needed" ? policy.remindEveryMs : Math.max(DAY, policy.remindEveryMs);
      assert.ok(now - (last.get(key) ?? -Infinity) >= leastMs);
      last.set(key, now);
    }
  });
});

Deno.test("announce() says that an incident is healed if and only if something was said of it", () => {
  always((seen) => {
    const known = new Set<string>();
    for (const { say, ended, incident, scene } of seen) {
      const isMend = ended?.kind !== "soon" || scene.signedIn;
      if (ended) assert.equal(say?.event === "healed", known.has(ended.id) && isMend);
      else if (say) known.add(incident!.id);
      if (!ended) assert.notEqual(say?.event, "healed");
    }
  });
});

Deno.test("wantsLink() wants no link longer than an hour after anything was said or asked, but for what is due now", () => {
  always((seen) => {
    let word = -Infinity;
    let wasLogin = false;
    for (const { say, incident, ended, scene, wanted, due, now } of seen) {
      // A login that nobody was told of yet begins like one that was asked for.
      if (scene.asks || (incident?.kind === "login" && incident.said.login === undefined && !wasLogin)) word = now;
      wasLogin = incident?.kind === "login" && ended === undefined;
      assert.ok(!wanted || due || now - word < SILENT_RENEWAL_MS);
      if (say) word = now;
    }
  });
});

Deno.test("wantsLink() wants no link after a denial until something is due or asked", () => {
  always((seen) => {
    for (const { incident, wanted, due } of seen) {
      if (incident?.linksFrom === undefined && wanted) assert.ok(due);
    }
    seen.forEach(({ incident, scene, say }, at) => {
      const next = seen[at + 1];
      const isDenied = incident?.kind === "login" && incident.linksFrom === undefined && incident.said.login && !say;
      const isAlone = scene.kind === "login" && next?.scene.kind === "login" && !next.scene.asks;
      if (isDenied && isAlone && !next.due) assert.notEqual(next.wanted, true);
    });
  });
});

Deno.test("wantsLink() wants a link for all that is due, but for the alarm of what was denied before it", () => {
  always((seen) => {
    for (const { incident, wanted, due, scene } of seen) {
      if (!due || wanted === undefined || incident?.kind !== scene.kind) continue;
      if (incident.kind === "failing" || incident.kind === "broken") assert.equal(wanted, false);
      else if (incident.linksFrom !== undefined || incident.said.login !== undefined || incident.kind === "soon") {
        assert.equal(wanted, true);
      }
    }
  });
});

/** A login that nobody approves, checked every 10 minutes for some days. */
const neglected = fc.tuple(
  fc.nat(DAY),
  fc.array(fc.record({ online: often, denies: rarely }), { size: "max", minLength: 400, maxLength: 600 }),
)
  .map(([firstMs, checks]) =>
    checks.map((check, at): Scene => ({
      ...{ kind: "login", attended: false, signedIn: false, asks: false },
      ...{ ...check, afterMs: at === 0 ? firstMs : 10 * MINUTE },
    }))
  );

Deno.test("announce() forgets no one: alarm and reminders come in time for as long as nobody approves", () => {
  const calm = policy.map((policy) => ({ ...policy, quietHours: { fromMinute: 22 * 60, toMinute: 7 * 60 } }));
  fc.assert(
    fc.property(neglected, calm, (scenes, policy) => {
      const seen = play(scenes, policy);
      const mostMs = policy.remindEveryMs + HOUR + 9 * HOUR;
      let last = seen[0].now - policy.remindEveryMs;
      for (const { say, now } of seen) {
        assert.ok(now - last <= mostMs);
        if (say) last = now;
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("announce() goes on reminding when the clock is set back by any time", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 * DAY }), fc.integer({ min: 1, max: DAY }), (backMs, everyMs) => {
      const policy: AlertPolicy = { remindEveryMs: everyMs, timeZone: "UTC", holdFirst: false };
      const check = {
        kind: "login",
        attended: false,
        signedIn: false,
        online: true,
        denies: false,
        asks: false,
      } as const;
      const seen = play([0, -backMs, everyMs].map((afterMs) => ({ ...check, afterMs })), policy);
      assert.deepEqual(seen.map(({ say }) => say?.reminder), [0, undefined, 1]);
    }),
  );
});
