// Proves the mail with a parser that is not ours: the one of Python.
import assert from "node:assert/strict";
import type { AlertMessage } from "../domain/alert_message.ts";
import { plainText, wordsOf } from "./message.ts";
import { BadAddress, mailOf } from "./mime.ts";
import { qrPng } from "./png.ts";
import { EVENTS, HOSTILE, LINK, LOGIN_NEEDED, NOW, TEST } from "./samples_test.ts";

const SETTINGS = { from: "sso-heal@example.com", to: ["ops@example.com", "Zoë <zoe@example.com>"] };

const READ = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def part(p):
    if p.is_multipart(): return [p.get_content_type(), [part(q) for q in p.iter_parts()]]
    body = p.get_content()
    return [p.get_content_type(), body if isinstance(body, str) else body.hex(), p["Content-ID"]]
defects = [str(d) for p in mail.walk() for d in p.defects] + [str(d) for v in mail.values() for d in v.defects]
headers = [[name, str(value)] for name, value in mail.items()]
print(json.dumps({"headers": headers, "defects": defects, "when": mail["Date"].datetime.timestamp(), "body": part(mail)}))
`;

interface Parsed {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly defects: readonly string[];
  readonly when: number;
  readonly body: Part;
}
type Part = readonly [type: string, content: string | readonly Part[], id?: string | null];

async function parsed(message: AlertMessage, id = "d-1"): Promise<Parsed> {
  const { content } = await mailOf(SETTINGS, { id, message });
  // Fit for every server: ASCII, CRLF, no line longer than RFC 5322 likes.
  assert.match(content, /^(?:[\x20-\x7e]{0,78}\r\n)+$/);
  const child = new Deno.Command("python3", { args: ["-c", READ], stdin: "piped", stdout: "piped" }).spawn();
  const [output] = await Promise.all([child.output(), new Blob([content]).stream().pipeTo(child.stdin)]);
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

for (const [name, message] of EVENTS) {
  Deno.test(`mailOf() makes a whole mail of ${name}`, async () => {
    const { headers, defects, when, body } = await parsed(message);
    const words = wordsOf(message);
    assert.deepEqual(defects, []);
    assert.equal(when, NOW / 1000);
    const root = "<incident.incident-1@example.com>";
    const thread = message.incident === undefined ? [] : [["In-Reply-To", root], ["References", root]];
    assert.deepEqual(headers.filter(([key]) => key !== "Date" && key !== "Content-Type"), [
      ["From", "sso-heal <sso-heal@example.com>"],
      ["To", "ops@example.com, Zoë <zoe@example.com>"],
      ["Subject", words.title],
      ["Message-ID", "<d-1@example.com>"],
      ...thread,
      ["Auto-Submitted", "auto-generated"],
      ["MIME-Version", "1.0"],
    ]);
    const [type, [text, rich]] = body as [string, Part[]];
    assert.deepEqual([type, text[0], (text[1] as string).trim()], [
      "multipart/alternative",
      "text/plain",
      plainText(words),
    ]);
    if (words.link === undefined) return assert.equal(rich[0], "text/html");
    const [html, qr] = rich[1] as Part[];
    const png = Array.from(await qrPng(words.link), (byte) => byte.toString(16).padStart(2, "0")).join("");
    assert.deepEqual([rich[0], html[0]], ["multipart/related", "text/html"]);
    assert.deepEqual(qr, ["image/png", png, "<qr@sso-heal>"]);
  });
}

async function htmlOf(message: AlertMessage): Promise<string> {
  const [, rich] = (await parsed(message)).body[1] as Part[];
  return (rich[0] === "text/html" ? rich[1] : (rich[1] as Part[])[0][1]) as string;
}

Deno.test("mailOf() shows the link as a button, in full, and as a picture inside the mail", async () => {
  const html = await htmlOf(LOGIN_NEEDED);
  assert.deepEqual([...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url), [
    LINK,
    LINK,
    "cid:qr@sso-heal",
  ]);
  assert.match(html, />Sign in<\/a>/);
  assert.doesNotMatch(await htmlOf(TEST), /href|src|<img/);
});

Deno.test("mailOf() lets no foreign word become mark-up", async () => {
  const html = await htmlOf(HOSTILE);
  const tags = new Set([...html.matchAll(/<\/?([^\s>]*)/g)].map(([, tag]) => tag));
  assert.deepEqual([...tags].sort(), ["!doctype", "a", "body", "h1", "head", "html", "img", "meta", "p", "title"]);
  assert.match(html, /&#60;b&#62;x&#60;\/b&#62;/);
  const link = { ...LOGIN_NEEDED.link!, verificationUriComplete: "https://example.com/?a='b'&c=d" };
  assert.match(await htmlOf({ ...LOGIN_NEEDED, link }), /href="https:\/\/example.com\/\?a=&#39;b&#39;&#38;c=d"/);
});

Deno.test("mailOf() makes an id of any text, and another one of another", async () => {
  const ids = ["a b@c>\r\nBcc: x", "a.b", "a%2eb", "é", "\ud800"].map(async (id) => {
    const { headers, defects } = await parsed(TEST, id);
    assert.deepEqual(defects, []);
    return new Map(headers).get("Message-ID");
  });
  assert.equal(new Set(await Promise.all(ids)).size, 5);
});

Deno.test("mailOf() takes nobody and no bad address", async () => {
  const delivery = { id: "d-1", message: TEST };
  await assert.rejects(mailOf({ ...SETTINGS, to: [] }, delivery), BadAddress);
  await assert.rejects(mailOf({ ...SETTINGS, from: "a@b\r\nBcc: c@d" }, delivery), BadAddress);
});
