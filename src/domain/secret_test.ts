// Proves that no ordinary way of printing shows a secret, alone or anywhere inside what the program handles.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { redactedJson } from "../log/redact.ts";
import { Secret } from "./secret.ts";
import type { Token } from "./token.ts";

const TEXT = "aoaAAAAAGxSomethingVerySecret";
const SECRET = new Secret(TEXT);

const TOKEN: Token = {
  startUrl: "https://corp.awsapps.com/start",
  region: "us-east-1",
  accessToken: SECRET,
  expiresAt: 0,
  refreshToken: SECRET,
  clientId: "client",
  clientSecret: SECRET,
};

/** The shapes in which secrets travel through the program. */
const HOLDERS: Readonly<Record<string, unknown>> = {
  "a secret": SECRET,
  "a token": TOKEN,
  "a token file as read": { kind: "token", token: TOKEN, raw: SECRET },
  "a registration": { clientId: "client", clientSecret: SECRET, expiresAt: 0, scopes: ["sso:account:access"] },
  "role credentials": { accessKeyId: "ASIA", secretAccessKey: SECRET, sessionToken: SECRET, expiresAt: 0 },
  "a decision": { state: "refresh-due", action: "refresh", token: TOKEN },
  "a pending login": { registration: { clientSecret: SECRET }, deviceCode: SECRET },
  "a list": [SECRET, [SECRET]],
  "a map and a set": { map: new Map([["token", SECRET]]), set: new Set([SECRET]) },
  "an error with a cause": new Error("failed", { cause: SECRET }),
};

const PRINTERS: Readonly<Record<string, (value: unknown) => string>> = {
  "JSON.stringify": (value) => JSON.stringify(value) ?? "",
  "JSON.stringify with spaces": (value) => JSON.stringify({ value }, undefined, 2),
  "a template string": (value) => `${value}`,
  "string concatenation": (value) => "" + value,
  "Deno.inspect": (value) => Deno.inspect(value, { depth: 20, showHidden: true }),
  "inspect of node:util": (value) => inspect(value, { depth: 20, showHidden: true }),
  "inspect with getters": (value) => inspect(value, { depth: 20, getters: true }),
  "the log": (value) => redactedJson({ value }),
  "its entries": (value) => JSON.stringify(Object.entries(value as object)),
  "a spread": (value) => JSON.stringify({ ...value as object }),
  "a structured clone": (value) => Deno.inspect(cloned(value), { depth: 20 }),
};

/** A clone where one is possible. */
function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}

for (const [holder, value] of Object.entries(HOLDERS)) {
  Deno.test(`Secret is shown by no printer inside ${holder}`, () => {
    for (const [printer, print] of Object.entries(PRINTERS)) {
      const printed = print(value);
      assert.ok(!printed.includes(TEXT) && !printed.includes("VerySecret"), `${printer} shows it: ${printed}`);
    }
  });
}

Deno.test("Secret is not shown by console.log, console.error and console.table", () => {
  const printed: string[] = [];
  const kept = { log: console.log, error: console.error };
  const original = Deno.stdout.writeSync;
  try {
    console.log = (...words: unknown[]) => void printed.push(words.map((word) => Deno.inspect(word)).join(" "));
    console.error = console.log;
    console.log(SECRET, TOKEN, "%s %o", SECRET);
    console.error(new Error("x", { cause: TOKEN }));
  } finally {
    Object.assign(console, kept);
    Deno.stdout.writeSync = original;
  }
  assert.equal(printed.length, 2);
  assert.ok(!printed.join().includes(TEXT));
});

Deno.test("Secret says [redacted] wherever text is wanted", () => {
  assert.equal(`${SECRET}`, "[redacted]");
  assert.equal(JSON.stringify({ token: SECRET }), '{"token":"[redacted]"}');
  assert.equal(Deno.inspect(SECRET), "[redacted]");
  assert.equal(inspect(SECRET), "[redacted]");
});

Deno.test("Secret.reveal() gives the text, and nothing else does", () => {
  assert.equal(SECRET.reveal(), TEXT);
  assert.deepEqual(Object.keys(SECRET), []);
  assert.deepEqual(Object.getOwnPropertyNames(SECRET), []);
});

Deno.test("Secret.equals() compares the texts", () => {
  assert.equal(SECRET.equals(new Secret(TEXT)), true);
  assert.equal(SECRET.equals(new Secret(TEXT.toLowerCase())), false);
  assert.equal(SECRET.equals(undefined), false);
});
