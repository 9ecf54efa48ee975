// Proves what holds of a message on its way, whatever its channels do and wherever the process dies.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { AlertPolicy } from "./alert.ts";
import { ALERT_EVENTS } from "./alert_message.ts";
import { afterSending, channelOf, isDue, type Post, postsOf, sending, takeOver } from "./delivery.ts";
import { isQuiet } from "./quiet_hours.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.parse("2026-11-20T00:00:00Z");
const ROUTE = ["ops", "mail", "chat"];

/** What a channel answers, or that the process dies: before the message arrives, or after. */
const fate = fc.oneof(
  { weight: 40, arbitrary: fc.constant("fails") },
  { weight: 1, arbitrary: fc.constantFrom("takes it", "dies before", "dies after") },
);
const journey = fc.record({
  fates: fc.array(fate, { size: "max", maxLength: 60 }),
  event: fc.constantFrom(...ALERT_EVENTS),
  reminder: fc.nat(2),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  retryAfterMs: fc.option(fc.nat(10 * HOUR), { nil: undefined }),
  everyMs: fc.integer({ min: MINUTE, max: HOUR }),
});
type Journey = typeof journey extends fc.Arbitrary<infer T> ? T : never;

interface Try {
  readonly at: number;
  readonly channel: string;
  readonly fate: string;
}

const POLICY: AlertPolicy = {
  ...{ remindEveryMs: 4 * HOUR, timeZone: "UTC", holdFirst: false },
  quietHours: { fromMinute: 22 * 60, toMinute: 7 * 60 },
};

/** Sends one post at every run until it is sent or given up; each run takes over what the one before wrote down. */
function send({ fates, event, reminder, random, retryAfterMs, everyMs }: Journey): { tries: Try[]; post: Post } {
  const about = { id: "x", incident: "one", session: "corp" };
  let [post] = postsOf({ event, reminder, notBefore: BEGIN }, about, [ROUTE.slice(0, 1 + reminder)], BEGIN);
  const tries: Try[] = [];
  let left = [...fates];
  for (let now = BEGIN; now < BEGIN + 30 * 24 * HOUR && left.length > 0; now += everyMs) {
    [post] = takeOver(JSON.parse(JSON.stringify([post])));
    while (isDue(post, now, { incidents: [], policy: POLICY }) && left.length > 0) {
      const [fate, ...others] = left;
      left = others;
      tries.push({ at: now, channel: channelOf(post), fate });
      post = sending(post);
      if (fate.startsWith("dies")) break;
      const sent = fate === "fails" ? { ok: false, error: fate, retryAfterMs } as const : { ok: true } as const;
      post = afterSending(post, sent, now, random);
    }
    if (post.state === "sent" || post.state === "failed") break;
  }
  return { tries, post };
}

function always(prove: (tries: readonly Try[], post: Post, journey: Journey) => void): void {
  fc.assert(fc.property(journey, (journey) => {
    const { tries, post } = send(journey);
    prove(tries, post, journey);
  }));
}

Deno.test("afterSending() and takeOver() never send again what may have arrived", () => {
  always((tries) => {
    const first = tries.findIndex(({ fate }) => fate !== "fails");
    assert.ok(first === -1 || first === tries.length - 1);
  });
});

Deno.test("afterSending() keeps the order of the route, and tries the next channel in the same run", () => {
  always((tries, { route }) => {
    tries.forEach(({ channel, at }, index) => {
      assert.equal(channel, route[index % route.length]);
      if (index % route.length > 0) assert.equal(at, tries[index - 1].at);
      else if (index > 0) assert.ok(at > tries[index - 1].at);
    });
  });
});

Deno.test("afterSending() goes on for two days before it gives up, but for one more try", () => {
  always((tries, { state }) => {
    const last = tries.at(-1);
    if (state === "failed") assert.ok(last !== undefined && last.at - BEGIN >= 48 * HOUR);
    if (last !== undefined) assert.ok(last.at - BEGIN <= 48 * HOUR + 16 * HOUR);
  });
});

Deno.test("afterSending() begins no further round in quiet hours, but for the first alarm", () => {
  always((tries, { event, reminder }) => {
    if (reminder === 0 && event !== "healed" && event !== "login-soon") return;
    for (const { at } of tries.filter(({ at }) => at > BEGIN)) {
      assert.equal(isQuiet(at, POLICY.quietHours, POLICY.timeZone), false);
    }
  });
});
