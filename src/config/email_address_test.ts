// Proves which addresses are taken, and that nothing else gets into a mail or a command.
import assert from "node:assert/strict";
import { mailboxOf } from "./email_address.ts";

const GOOD: readonly (readonly [text: string, name: string | undefined, address: string])[] = [
  ["ops@example.com", undefined, "ops@example.com"],
  [" ops+sso@buildhost ", undefined, "ops+sso@buildhost"],
  ["Ops <ops@example.com>", "Ops", "ops@example.com"],
  ['"Ops, Zürich" <ops@example.com>', "Ops, Zürich", "ops@example.com"],
  ["<ops@example.com>", undefined, "ops@example.com"],
];
for (const [text, name, address] of GOOD) {
  Deno.test(`mailboxOf() reads ${text}`, () => {
    const found = mailboxOf(text);
    assert.deepEqual([found?.name, found?.address], [name, address]);
  });
}

const BAD = [
  "",
  "ops",
  "@example.com",
  "ops@",
  "ops@example.com, b@example.com",
  "a b@example.com",
  "a@b@example.com",
  '"a b"@example.com',
  "Ops <ops@example.com> x",
  "a@b.example\r\nBcc: c@d.example",
  "A\nBcc: c@d.example <a@b.example>",
  "ops@exämple.com",
  "<a@b.example> SIZE=1",
  `${"x".repeat(250)}@example.com`,
];
for (const text of BAD) {
  Deno.test(`mailboxOf() refuses ${JSON.stringify(text).slice(0, 60)}`, () => {
    assert.equal(mailboxOf(text), undefined);
  });
}
