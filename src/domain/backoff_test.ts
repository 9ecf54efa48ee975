// Proves the pauses between tries: their bounds, their growth, and how far a service that asks for more is believed.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ACROSS_RUNS, type Backoff, delayAfter, WITHIN_RUN } from "./backoff.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AN_EVENT: Backoff = { firstMs: 100, maxMs: 1000 };

type Row = [sentence: string, backoff: Backoff, failures: number, random: number, askedMs: number, expectedMs: number];

const ROWS: readonly Row[] = [
  ["waits half the first pause at least", AN_EVENT, 1, 0, 0, 50],
  ["waits nearly the whole first pause at most", AN_EVENT, 1, 0.999, 0, 100],
  ["doubles after the second failure", AN_EVENT, 2, 0, 0, 100],
  ["doubles after the third failure", AN_EVENT, 3, 0, 0, 200],
  ["stays at the maximum", AN_EVENT, 5, 0.999, 0, 1000],
  ["stays at half the maximum with bad luck", AN_EVENT, 1000, 0, 0, 500],
  ["takes no failure for one", AN_EVENT, 0, 0, 0, 50],
  ["takes a negative count for one", AN_EVENT, -7, 0, 0, 50],
  ["waits as long as the service asks", AN_EVENT, 1, 0, 5_000, 5_000],
  ["waits its own pause when the service asks for less", AN_EVENT, 1, 0, 10, 50],
  ["does not believe a service that asks for a year", AN_EVENT, 1, 0, 365 * 24 * HOUR, 6 * HOUR],
  ["believes six hours", AN_EVENT, 1, 0, 6 * HOUR, 6 * HOUR],
  ["ignores a negative wish", AN_EVENT, 1, 0, -1, 50],
  ["lets the next run of a timer try again after a first failure", ACROSS_RUNS, 1, 0.999, 0, 59_970],
  ["tries once in half an hour at least across runs", ACROSS_RUNS, 50, 0.999_999, 0, 30 * MINUTE - 1],
  ["stays below a second for the first try within a run", WITHIN_RUN, 1, 0.999, 0, 300],
];

for (const [sentence, backoff, failures, random, askedMs, expectedMs] of ROWS) {
  Deno.test(`delayAfter() ${sentence}`, () => {
    assert.equal(delayAfter(backoff, failures, random, askedMs), expectedMs);
  });
}

Deno.test("delayAfter() stays between half the first pause and the maximum when nothing is asked", () => {
  fc.assert(fc.property(
    fc.constantFrom(WITHIN_RUN, ACROSS_RUNS),
    fc.integer({ min: -5, max: 100_000 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (backoff, failures, random) => {
      const delayMs = delayAfter(backoff, failures, random);
      assert.ok(Number.isInteger(delayMs) && delayMs >= backoff.firstMs / 2 && delayMs <= backoff.maxMs);
    },
  ));
});

Deno.test("delayAfter() never shrinks with more failures and the same luck", () => {
  fc.assert(fc.property(fc.nat(60), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
    assert.ok(delayAfter(ACROSS_RUNS, failures + 1, random) >= delayAfter(ACROSS_RUNS, failures, random));
  }));
});
