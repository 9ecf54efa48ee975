// Proves mail over SMTP against a server on this machine that behaves well and badly.
import assert from "node:assert/strict";
import { makeCertificates } from "../../tests/aws/certificates.ts";
import { type SmtpServer, type SmtpServerOptions, startSmtpServer } from "../../tests/support/smtp_server.ts";
import { sendEmail } from "./email.ts";
import type { SmtpOptions } from "./email_smtp.ts";
import type { Delivery, DeliveryResult, SettingsOf } from "./protocol.ts";
import { LOGIN_NEEDED } from "./samples_test.ts";

const DELIVERY: Delivery = { id: "d-1", message: LOGIN_NEEDED };
const LOGIN = { user: "ops@example.com", password: "pässwort-s3cret" };

const made = await makeCertificates();
const { cert, key } = made;
const caCerts = [await Deno.readTextFile(made.caFile)];
await made.remove();

interface Case {
  readonly server?: Partial<SmtpServerOptions>;
  readonly settings?: Partial<SettingsOf<"email">>;
  readonly host?: string;
  readonly options?: SmtpOptions;
}

async function send(
  { server: more, settings, host = "127.0.0.1", options }: Case,
): Promise<{ result: DeliveryResult; server: SmtpServer }> {
  const server = startSmtpServer({ tls: "starttls", cert, key, auth: ["PLAIN"], login: LOGIN, ...more });
  try {
    const protocol = more?.tls === "implicit" ? "smtps:" : "smtp:";
    const result = await sendEmail(
      {
        type: "email",
        server: { protocol, host, port: server.port },
        from: "sso-heal@example.com",
        to: ["ops@example.com"],
        ...settings,
      },
      DELIVERY,
      { caCerts, ...options },
    );
    assert.doesNotMatch(JSON.stringify(result), /s3cret|AUTH PLAIN \w{8}/);
    return { result, server };
  } finally {
    await server.stop();
  }
}

const GOOD: readonly (readonly [sentence: string, Case, commands: string])[] = [
  ["says everything over TLS once STARTTLS is done", {}, "EHLO STARTTLS +EHLO +MAIL +RCPT +DATA"],
  ["speaks TLS from the first byte", { server: { tls: "implicit" } }, "+EHLO +MAIL +RCPT +DATA"],
  ["knows a server by its name, too", { host: "localhost" }, "EHLO STARTTLS +EHLO +MAIL +RCPT +DATA"],
  ["does without TLS on this machine", { server: { tls: "none" } }, "EHLO MAIL RCPT DATA"],
  ["logs in after STARTTLS", { settings: LOGIN }, "EHLO STARTTLS +EHLO +AUTH +MAIL +RCPT +DATA"],
  [
    "logs in by AUTH LOGIN where there is no PLAIN",
    { server: { tls: "implicit", auth: ["XOAUTH2", "LOGIN"] }, settings: LOGIN },
    "+EHLO +AUTH +MAIL +RCPT +DATA",
  ],
  ["reads replies of many lines", { server: { instead: { RCPT: "250-fine\r\n250-and\r\n250" } } }, "+RCPT +DATA"],
  ["does not mind how the server parts", { server: { instead: { QUIT: "hang up" } } }, "+DATA"],
];

for (const [sentence, situation, commands] of GOOD) {
  Deno.test(`sendEmail() ${sentence}`, async () => {
    const { result, server } = await send(situation);
    assert.deepEqual(result, { ok: true });
    assert.ok(server.commands.filter((word) => !word.endsWith("QUIT")).join(" ").endsWith(commands));
    const [{ from, to, content }] = server.mails;
    assert.deepEqual([server.mails.length, from, to], [1, "sso-heal@example.com", ["ops@example.com"]]);
    assert.match(content, /^From: .*\r\n[^]*\r\n--=_alternative--\r\n$/);
  });
}

/** Without a reply to the end of the mail nobody knows whether it was taken. */
const UNSURE = ["amid the content", "the last reply"];

const BAD: readonly (readonly [sentence: string, Case, code: string, message?: RegExp])[] = [
  [
    "repeats the server's words for a refused recipient",
    { settings: { to: ["nobody@example.com"] } },
    "SMTP 550",
    /no such user/,
  ],
  [
    "names the greylisting of a recipient",
    { server: { instead: { RCPT: "450 4.2.0 greylisted" } } },
    "SMTP 450",
    /grey/,
  ],
  ["names a refused sender", { server: { instead: { MAIL: "553 5.1.8 not you" } } }, "SMTP 553", /not you/],
  ["names a refused mail", { server: { instead: { content: "554 5.7.1 spam" } } }, "SMTP 554", /spam/],
  ["names a busy server", { server: { instead: { greeting: "421 4.3.2 too busy" } } }, "SMTP 421", /too busy/],
  ["ends at a 421 in between", { server: { instead: { RCPT: "421 4.3.2 bye" } } }, "SMTP 421"],
  [
    "does not repeat a refused login",
    { settings: { ...LOGIN, password: "other-s3cret" } },
    "SMTP 535",
    /user or the pass/,
  ],
  [
    "tells a login that cannot be checked now",
    { settings: LOGIN, server: { instead: { AUTH: "454 4.7.0 s3cret later" } } },
    "SMTP 454",
    /cannot check/,
  ],
  ["asks for a login that it knows", { settings: LOGIN, server: { auth: ["XOAUTH2"] } }, "NoLogin"],
  ["asks for the password of a user", { settings: { user: "ops" } }, "NoPassword"],
  ["trusts no unknown certificate", { options: { caCerts: [] } }, "TlsFailure"],
  ["trusts no unknown certificate of smtps:", { server: { tls: "implicit" }, options: { caCerts: [] } }, "TlsFailure"],
  [
    "takes no words from before the encryption",
    { server: { instead: { STARTTLS: "220 ready\r\n250 forged" } } },
    "TlsFailure",
  ],
  [
    "reports a connection that ends amid the content",
    { server: { instead: { content: "hang up" } } },
    "ConnectionReset",
  ],
  ["reports a connection that ends at once", { server: { instead: { greeting: "hang up" } } }, "ConnectionReset"],
  ["does not wait for a greeting for ever", {
    server: { instead: { greeting: "silence" } },
    options: { stepMs: 50 },
  }, "Timeout"],
  ["does not wait for the last reply for ever", {
    server: { tls: "none", instead: { content: "silence" } },
    options: { stepMs: 50 },
  }, "Timeout"],
  ["does not wait longer for all replies together than it may", {
    server: { tls: "none", instead: { RCPT: "silence" } },
    options: { wholeMs: 50 },
  }, "Timeout"],
  ["knows what is no mail server", { server: { instead: { greeting: "HTTP/1.1 400 Bad" } } }, "UnreadableAnswer"],
  ["takes no line without an end", { server: { instead: { greeting: "x".repeat(99_999) } } }, "UnreadableAnswer"],
  [
    "takes no reply without an end",
    { server: { instead: { greeting: "220-\r\n".repeat(2_000) } } },
    "UnreadableAnswer",
  ],
  ["uses no address that is none", { settings: { to: ["a@b.example\r\nRCPT TO:<c@d.example>"] } }, "BadAddress"],
];

for (const [sentence, situation, code, message = /^[a-z]/] of BAD) {
  Deno.test(`sendEmail() ${sentence}`, async () => {
    const { result } = await send(situation);
    assert.ok(!result.ok);
    assert.equal(result.code, code);
    assert.equal(result.unsure, UNSURE.some((words) => sentence.includes(words)) || undefined);
    assert.match(result.message, message);
  });
}

Deno.test("sendEmail() keeps the mail of the others when one recipient is refused", async () => {
  const { result, server } = await send({ settings: { to: ["nobody@example.com", "b@example.com"] } });
  assert.deepEqual([result.ok, server.mails[0].to], [true, ["b@example.com"]]);
});

Deno.test("sendEmail() reports that nothing listens there", async () => {
  // Nobody listens on port 1.
  const settings = { protocol: "smtp:", host: "127.0.0.1", port: 1 } as const;
  const result = await sendEmail(
    { type: "email", server: settings, from: "a@b.example", to: ["a@b.example"] },
    DELIVERY,
  );
  assert.deepEqual(result, { ok: false, code: "ConnectionRefused", message: "connection refused" });
});

Deno.test("sendEmail() says nothing without encryption to another machine", async () => {
  // An address that leads to this machine, and that nobody takes for it.
  const { result, server } = await send({ server: { tls: "none" }, host: "0.0.0.0", settings: LOGIN });
  assert.deepEqual(result, { ok: false, code: "NoStartTls", message: "the mail server offers no encryption" });
  assert.deepEqual(server.commands, ["EHLO"]);
});
