// Proves what holds of the core decision for anything that may be seen.
import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, type Decision, type Policy, type Snapshot } from "./decide.ts";
import type { Problem } from "./problem.ts";
import { Secret } from "./secret.ts";
import type { Token } from "./token.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const DAY = 24 * 3_600_000;
const PROBLEM: Problem = { code: "TokenNotJson", message: "Cannot read the token", hint: "log in" };
const REFUSED = { code: "InvalidGrantException" };

type Seen = Omit<Snapshot, "now">;

const time = fc.integer({ min: NOW - 10 * DAY, max: NOW + 10 * DAY });
const token: fc.Arbitrary<Token> = fc.record({
  startUrl: fc.constant("https://corp.awsapps.com/start"),
  region: fc.constant("us-east-1"),
  accessToken: fc.constant(new Secret("access")),
  expiresAt: time,
  refreshToken: fc.option(fc.constant(new Secret("refresh")), { nil: undefined }),
  clientId: fc.option(fc.constant("client"), { nil: undefined }),
  clientSecret: fc.option(fc.constant(new Secret("client-secret")), { nil: undefined }),
  registrationExpiresAt: fc.option(time, { nil: undefined }),
});
const seen: fc.Arbitrary<Seen> = fc.record({
  token: fc.option(token, { nil: undefined }),
  refused: fc.option(fc.constant(REFUSED), { nil: undefined }),
  retryAt: fc.option(time, { nil: undefined }),
  problem: fc.option(fc.constant(PROBLEM), { nil: undefined, freq: 1 }),
});
const policy = fc.record({ refreshAheadMs: fc.integer({ min: 0, max: DAY }), force: fc.boolean() });

/** Every pair of state and action there is, and what must be true of what was seen. */
const MEANINGS: Readonly<Record<string, (seen: Snapshot, policy: Policy, decision: Decision) => boolean>> = {
  "broken report": ({ problem }) => problem !== undefined,
  "healthy wait": ({ token, now }, _, decision) =>
    token !== undefined && token.expiresAt > now && "until" in decision && decision.until > now,
  "refresh-due refresh": ({ token, refused }) => token?.refreshToken !== undefined && refused === undefined,
  "refresh-due wait": ({ now }, { force }, decision) => !force && "until" in decision && decision.until > now,
  "needs-login start-login": ({ problem }) => problem === undefined,
};

Deno.test("decide() gives one of five answers for anything, and never throws", () => {
  fc.assert(fc.property(seen, policy, time, (things, policy, now) => {
    const snapshot = { now, ...things };
    const decision = decide(snapshot, policy);
    assert.ok(MEANINGS[`${decision.state} ${decision.action}`](snapshot, policy, decision));
  }));
});

Deno.test("decide() changes its answer not before the moment until which it waits", () => {
  fc.assert(fc.property(seen, fc.integer({ min: 0, max: DAY }), time, (things, refreshAheadMs, now) => {
    const decision = decide({ now, ...things }, { refreshAheadMs });
    if (decision.action !== "wait" || decision.state !== "healthy") return;
    assert.deepEqual(decide({ now: decision.until - 1, ...things }, { refreshAheadMs }), decision);
    assert.notEqual(decide({ now: decision.until, ...things }, { refreshAheadMs }).state, "healthy");
  }));
});

Deno.test("decide() never finds a session better just because time passes", () => {
  const rank = { healthy: 0, "refresh-due": 1, "waiting-for-approval": 2, "needs-login": 2, broken: 3 };
  fc.assert(
    fc.property(
      seen,
      fc.integer({ min: 0, max: DAY }),
      time,
      fc.nat(20 * DAY),
      (things, refreshAheadMs, now, later) => {
        const before = decide({ now, ...things }, { refreshAheadMs });
        const after = decide({ now: now + later, ...things }, { refreshAheadMs });
        assert.ok(rank[after.state] >= rank[before.state], `${before.state} became ${after.state}`);
      },
    ),
  );
});
