// Proves the contract of the webhook: body, headers, signature.
import assert from "node:assert/strict";
import type { AlertMessage } from "../domain/alert_message.ts";
import { jsonBody } from "./json_body.ts";
import { plainText, wordsOf } from "./message.ts";
import type { SettingsOf } from "./protocol.ts";
import { answer, EVENTS, HEALED, HOSTILE, LINK, LOGIN_NEEDED, NOW, sent, TEST } from "./samples_test.ts";
import { webhook } from "./webhook.ts";

const SETTINGS: SettingsOf<"webhook"> = {
  type: "webhook",
  url: "https://example.com/hook",
  headers: {},
  secret: "key",
};

Deno.test("webhook.request() sends the fields of the contract", async () => {
  const request = await webhook.request(SETTINGS, { id: "d-1", message: LOGIN_NEEDED });
  assert.deepEqual([request.method, request.url], ["POST", "https://example.com/hook"]);
  assert.deepEqual(sent(request), {
    version: 1,
    event: "login-needed",
    host: "buildhost",
    user: "ci",
    session: "my-sso",
    startUrl: "https://example.awsapps.com/start",
    reason: "AWS has ended the session",
    incident: "incident-1",
    text: plainText(wordsOf(LOGIN_NEEDED)),
    verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
    verificationUriComplete: LINK,
    userCode: "ABCD-EFGH",
    expiresAt: "2026-11-20T10:10:00Z",
    profiles: [{ name: "my-profile", accountId: "012345678901", roleName: "ReadOnly" }],
  });
});

Deno.test("webhook.request() signs the seconds and the body", async () => {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode("key"), algorithm, false, ["verify"]);
  for (const [name, message] of EVENTS) {
    const { headers = {}, body } = await webhook.request(SETTINGS, { id: "d-1", message });
    const { "x-sso-heal-signature": signature, ...others } = headers;
    assert.deepEqual(others, {
      "content-type": "application/json",
      "x-sso-heal-timestamp": `${NOW / 1000}`,
      "x-sso-heal-delivery": "d-1",
    });
    assert.match(signature, /^sha256=[0-9a-f]{64}$/);
    const mac = Uint8Array.from(signature.slice(7).match(/../g) ?? [], (byte) => parseInt(byte, 16));
    assert.ok(await crypto.subtle.verify("HMAC", key, mac, encoder.encode(`${NOW / 1000}.${body}`)), name);
  }
});

Deno.test("webhook.request() adds the user's headers, but none in place of ours", async () => {
  const headers = { Authorization: "Basic x", "X-SSO-Heal-Delivery": "forged", "Content-Type": "text/plain" };
  const request = await webhook.request({ ...SETTINGS, headers, secret: undefined }, { id: "d-1", message: TEST });
  assert.deepEqual(request.headers, {
    authorization: "Basic x",
    "content-type": "application/json",
    "x-sso-heal-timestamp": `${NOW / 1000}`,
    "x-sso-heal-delivery": "d-1",
  });
});

Deno.test("webhook.result() takes every 2xx and repeats nothing of a refusal", () => {
  const delivery = { id: "d-1", message: TEST };
  assert.deepEqual(webhook.result(answer(204), delivery), { ok: true });
  assert.deepEqual(webhook.result(answer(503, "no key", { "retry-after": "5" }), delivery), {
    ok: false,
    code: "HTTP 503",
    message: "the service has a fault",
    retryAfterMs: 5_000,
  });
  assert.equal(webhook.edits(SETTINGS), false);
});

Deno.test("jsonBody() says the downtime in whole seconds and which profiles work", () => {
  const { downtimeSeconds, profiles, userCode } = JSON.parse(jsonBody({ ...HEALED, downtimeMs: 61_999 }));
  assert.deepEqual([downtimeSeconds, profiles, userCode], [61, HEALED.profiles, undefined]);
});

Deno.test("jsonBody() names a hundred profiles and no more", () => {
  const profiles = Array.from({ length: 5_000 }, (_, at) => ({ name: `p${at}` }));
  assert.deepEqual(JSON.parse(jsonBody({ ...TEST, profiles })).profiles, profiles.slice(0, 100));
});

Deno.test("jsonBody() keeps foreign words as they are, and cleans them in the text only", () => {
  const { host, session, text } = JSON.parse(jsonBody(HOSTILE));
  assert.deepEqual([host, session], [HOSTILE.host, HOSTILE.session]);
  assert.equal(text, plainText(wordsOf(HOSTILE)));
});

Deno.test("jsonBody() has no null and leaves out a link that must not be opened", () => {
  const link = { ...LOGIN_NEEDED.link!, verificationUriComplete: "http://evil.example/" };
  const body = jsonBody({ ...LOGIN_NEEDED, link } satisfies AlertMessage);
  assert.doesNotMatch(body, /null|evil|verificationUri|userCode|expiresAt/);
});
