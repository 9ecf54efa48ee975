// Proves that a service which repeats a secret does not bring it into the log.
import assert from "node:assert/strict";
import { hideSecrets } from "./hide_secrets.ts";

const SLACK = {
  type: "slack",
  webhook_url: "https://hooks.example/services/T0000000/B0000000/abcdefghijkl?k=qqqqqqqq",
};

Deno.test("hideSecrets() hides values, nested ones, and the parts of URLs", () => {
  const headers = { headers: { authorization: "Basic dXNlcjpwYXNz" } };
  assert.equal(hideSecrets(`no ${SLACK.webhook_url} here`, SLACK), "no [redacted] here");
  assert.equal(hideSecrets("path B0000000/abcdefghijkl", SLACK), "path [redacted]/[redacted]");
  assert.equal(hideSecrets("query qqqqqqqq", SLACK), "query [redacted]");
  assert.equal(hideSecrets("was Basic dXNlcjpwYXNz", headers), "was [redacted]");
  assert.equal(hideSecrets("was plain-secret", "plain-secret"), "was [redacted]");
});

Deno.test("hideSecrets() hides both halves of a bot's token", () => {
  assert.equal(
    hideSecrets("AAabcdefghij of 123456789", { token: "123456789:AAabcdefghij" }),
    "[redacted] of [redacted]",
  );
});

Deno.test("hideSecrets() leaves ordinary words, also where a setting has them", () => {
  const settings = { type: "telegram", url: "https://x.example/message", commands: true, chat_id: "5" };
  assert.equal(hideSecrets("telegram: the message of 5", settings), "telegram: the message of 5");
});
