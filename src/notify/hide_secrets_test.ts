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

const b64 = (text: string) => btoa(text);
const MAIL = { type: "email", user: "bob", password: "hunter2" };

const ECHOES: readonly (readonly [sentence: string, settings: unknown, echo: string])[] = [
  ["a password of seven characters", MAIL, "550 bad bob hunter2"],
  ["a short token", { token: "tk_1" }, "no token tk_1"],
  ["a short signing key", { secret: "k3yy" }, "signed with k3yy"],
  ["a short credential of a header", { headers: { authorization: "Bearer hunter2" } }, "what is hunter2?"],
  ["a header without a scheme", { headers: { "x-key": "hunter2" } }, "what is hunter2?"],
  ["base64 of a password", MAIL, `535 ${b64("hunter2")}`],
  ["the line of AUTH PLAIN", MAIL, `535 AUTH PLAIN ${b64("\0bob\0hunter2")}`],
  ["a login of Basic", MAIL, `no Basic ${b64("bob:hunter2")}`],
  ["the password inside Basic", { headers: { Authorization: `Basic ${b64("bob:hunter2")}` } }, "bob:hunter2"],
  ["the login of a URL", { url: "https://bob:hunter2@x.example/" }, `no ${b64("bob:hunter2")} for hunter2`],
  ["a password encoded for a URL", { password: "hun/ter 2" }, "pw=hun%2Fter%202"],
  ["a password decoded from a URL", { url: "https://bob:hun%2Fter2@x.example/" }, "was hun/ter2"],
  ["a password in JSON", { password: 'hun"ter2' }, '{\\"pw\\":\\"hun\\"ter2'.replaceAll("\\\\", "\\")],
  ["a password of three characters", { password: "pw1" }, "550 bad pw1"],
  ["base64 of a password of three characters", { password: "pw1" }, `550 bad ${b64("pw1")}`],
];

for (const [sentence, settings, echo] of ECHOES) {
  Deno.test(`hideSecrets() hides ${sentence}`, () => {
    const shown = hideSecrets(echo, settings);
    assert.doesNotMatch(shown, /hun|ter|tk_1|k3yy|pw1|aHVudGVyM|Ym9iOmh1|AGJvYgBo|cHcx/);
  });
}

Deno.test("hideSecrets() repeats nothing of a text with a secret that is too short to be cut out", () => {
  const words = "the service's words are not repeated: they hold a secret";
  assert.equal(hideSecrets("550 bad bob pw1", { password: "pw1" }), words);
  assert.equal(hideSecrets("no answer in time", { password: "pw1" }), "no answer in time");
});
