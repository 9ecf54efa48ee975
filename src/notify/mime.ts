// An alert as a mail: text, HTML and the QR code in one message (RFC 5322, 2045, 2046, 2387).
//
// Every body is base64 and every header ASCII, so that no server on the way can change anything, and no line of a body
// can look like a boundary.
import { type Mailbox, mailboxOf } from "../config/email_address.ts";
import type { AlertMessage } from "../domain/alert_message.ts";
import { htmlOf } from "./email_html.ts";
import { plainText, wordsOf } from "./message.ts";
import { qrPng } from "./png.ts";
import type { Delivery } from "./protocol.ts";

export interface Mail {
  /** Addresses for the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body, ASCII, lines ended by CRLF. */
  readonly content: string;
}

/** An address in the config is none. */
export class BadAddress extends Error {
  override readonly name = "BadAddress";
}

const QR_ID = "qr@sso-heal";
/** Bytes in one encoded word: its line, with the name of the header, may have 76 characters (RFC 2047 section 2). */
const WORD_BYTES = 39;

/** The mail for one delivery. @throws {BadAddress} with words for people. */
export async function mailOf(
  settings: { readonly from: string; readonly to: readonly string[] },
  { id, message }: Delivery,
): Promise<Mail> {
  const from = mailbox(settings.from);
  const to = settings.to.map(mailbox);
  if (to.length === 0) throw new BadAddress("the channel has nobody to send to");
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  const content = [
    `From: ${mailboxText({ name: "sso-heal", ...from })}`,
    `To: ${to.map(mailboxText).join(",\r\n ")}`,
    `Subject: ${encodedWords(wordsOf(message).title)}`,
    `Date: ${new Date(message.now).toUTCString().replace("GMT", "+0000")}`,
    // The same for a retry, so that a mail that came through after all can be recognised.
    `Message-ID: <${idText(id)}@${domain}>`,
    ...thread(message, domain),
    // RFC 3834: no answering machine answers.
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    await bodyOf(message),
  ].join("\r\n") + "\r\n";
  return { from: from.address, to: to.map(({ address }) => address), content };
}

function mailbox(text: string): Mailbox {
  const found = mailboxOf(text);
  if (found === undefined) throw new BadAddress("an address of the channel (from, to) is not a plain mail address");
  return found;
}

function mailboxText({ name, address }: Mailbox): string {
  return name === undefined ? address : `${encodedWords(name)}\r\n <${address}>`;
}

/** All mails of an incident answer one mail that was never sent: mail programs show them as one thread. */
function thread({ incident }: AlertMessage, domain: string): string[] {
  if (incident === undefined) return [];
  const root = `<incident.${idText(incident)}@${domain}>`;
  return [`In-Reply-To: ${root}`, `References: ${root}`];
}

/** Any text as the left side of a message id; different texts stay different. */
function idText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

async function bodyOf(message: AlertMessage): Promise<string> {
  const words = wordsOf(message);
  const text = part("text/plain; charset=utf-8", utf8(plainText(words)));
  const html = part("text/html; charset=utf-8", utf8(htmlOf(words, QR_ID)));
  if (words.link === undefined) return multipart("alternative", [text, html]);
  const qr = part("image/png", await qrPng(words.link), [
    `Content-ID: <${QR_ID}>`,
    `Content-Disposition: inline; filename="qr.png"`,
  ]);
  return multipart("alternative", [text, multipart("related", [html, qr], `; type="text/html"`)]);
}

function multipart(subtype: "alternative" | "related", parts: readonly string[], parameters = ""): string {
  // With "_" and "-", which base64 has not.
  const boundary = `=_${subtype}`;
  return [
    `Content-Type: multipart/${subtype}; boundary="${boundary}"${parameters}`,
    "",
    ...parts.flatMap((inner) => [`--${boundary}`, inner]),
    `--${boundary}--`,
  ].join("\r\n");
}

function part(type: string, bytes: Uint8Array, headers: readonly string[] = []): string {
  const lines = base64(bytes).match(/.{1,76}/g) ?? [];
  return [`Content-Type: ${type}`, "Content-Transfer-Encoding: base64", ...headers, "", ...lines].join("\r\n");
}

/** RFC 2047, also for ASCII: one rule, and no text can be mistaken for a header. A word is never cut in a character. */
function encodedWords(text: string): string {
  const words = [""];
  for (const char of text.toWellFormed()) {
    const last = words[words.length - 1];
    if (utf8(last + char).length > WORD_BYTES) words.push(char);
    else words[words.length - 1] = last + char;
  }
  return words.map((word) => `=?UTF-8?B?${base64(utf8(word))}?=`).join("\r\n ");
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `bytes` in base64, on one line. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
