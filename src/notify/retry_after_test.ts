// Proves how Retry-After is read.
import assert from "node:assert/strict";
import { retryAfterMs } from "./retry_after.ts";

const DATE = "Fri, 20 Nov 2026 10:00:00 GMT";
const ROWS: readonly (readonly [sentence: string, headers: Record<string, string>, ms: number | undefined])[] = [
  ["reads seconds", { "retry-after": "30" }, 30_000],
  ["reads a fraction, rounded up", { "retry-after": "0.3004" }, 301],
  ["reads a date by the service's clock", { "retry-after": "Fri, 20 Nov 2026 10:02:00 GMT", date: DATE }, 120_000],
  ["makes nothing of a date that is over", { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT", date: DATE }, 0],
  ["ignores a negative number", { "retry-after": "-5" }, undefined],
  ["ignores other words", { "retry-after": "soon" }, undefined],
  ["ignores an empty value", { "retry-after": " " }, undefined],
  ["is undefined without the header", {}, undefined],
];

for (const [sentence, headers, ms] of ROWS) {
  Deno.test(`retryAfterMs() ${sentence}`, () => assert.equal(retryAfterMs(headers), ms));
}
