// The mail as HTML: a button for the phone, a QR code for who reads it on a screen. Nothing in it is loaded from elsewhere.
import { lineText, type Words } from "./message.ts";

const BODY = "font:16px/1.5 system-ui,sans-serif;margin:0 auto;padding:16px;max-width:600px";
const BUTTON = "display:inline-block;padding:14px 28px;border-radius:8px;background:#0b57d0;color:#fff;" +
  "font-size:18px;text-decoration:none";

/** One document; `qrId` is the content id of the picture, where the words have a link. */
export function htmlOf({ title, link, lines }: Words, qrId: string): string {
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><title>${escaped(title)}</title></head>`,
    `<body style="${BODY}"><h1 style="font-size:20px">${escaped(title)}</h1>`,
    ...(link === undefined ? [] : linkBlock(escaped(link), qrId)),
    ...lines.map((line) => `<p style="margin:4px 0">${escaped(lineText(line))}</p>`),
    `</body></html>`,
  ].join("\n");
}

function linkBlock(link: string, qrId: string): string[] {
  return [
    `<p><a href="${link}" style="${BUTTON}">Sign in</a></p>`,
    // In full as well: who opens a link should see where it goes.
    `<p><a href="${link}">${link}</a></p>`,
    `<p><img src="cid:${qrId}" alt="The link as a QR code" style="width:240px;max-width:100%"></p>`,
  ];
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
