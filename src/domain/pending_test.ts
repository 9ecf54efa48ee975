// Proves until when the code of a pending login counts as open, whatever the clock does.
import assert from "node:assert/strict";
import { isOpen, type PendingLogin } from "./pending.ts";
import { Secret } from "./secret.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const MINUTE = 60_000;

/** Started at `NOW`, good for ten minutes. */
const PENDING: PendingLogin = {
  session: "corp",
  startUrl: "https://corp.awsapps.com/start",
  region: "us-east-1",
  clientId: "client",
  clientSecret: new Secret("client-secret"),
  registrationExpiresAt: NOW + 1000 * MINUTE,
  deviceCode: new Secret("device-code"),
  userCode: "ABCD-EFGH",
  verificationUri: "https://corp.awsapps.com/start/#/device",
  verificationUriComplete: "https://corp.awsapps.com/start/#/device?user_code=ABCD-EFGH",
  startedAt: NOW,
  expiresAt: NOW + 10 * MINUTE,
  intervalMs: 5000,
  nextPollAt: NOW + 5000,
};

type Row = [sentence: string, pending: PendingLogin | undefined, now: number, open: boolean];

const ROWS: readonly Row[] = [
  ["is false without a login", undefined, NOW, false],
  ["is true from its start", PENDING, NOW, true],
  ["is true to its last millisecond", PENDING, NOW + 10 * MINUTE - 1, true],
  ["is false at its end", PENDING, NOW + 10 * MINUTE, false],
  ["is false long after", PENDING, NOW + 1000 * MINUTE, false],
  ["forgives a clock that was set back by five minutes", PENDING, NOW - 5 * MINUTE, true],
  ["is false when the clock was set back by more: the code would live for ever", PENDING, NOW - 5 * MINUTE - 1, false],
  ["is false for a code that was over at once", { ...PENDING, expiresAt: NOW }, NOW, false],
];
for (const [sentence, pending, now, open] of ROWS) {
  Deno.test(`isOpen() ${sentence}`, () => assert.equal(isOpen(pending, now), open));
}

Deno.test("PendingLogin as text shows neither the device code nor the client secret", () => {
  const text = Deno.inspect(PENDING) + JSON.stringify(PENDING);
  assert.ok(!text.includes("device-code") && !text.includes("client-secret"));
});
