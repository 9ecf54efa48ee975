// Any other service: the message as JSON, signed where the receiver shares a key. The contract is in the README.
import { refusal } from "./failure.ts";
import { jsonBody } from "./json_body.ts";
import type { DeliveryResult, HttpChannel } from "./protocol.ts";

export const webhook: HttpChannel<"webhook"> = {
  edits: () => false,

  async request({ url, headers, secret }, { id, message }) {
    const body = jsonBody(message);
    const seconds = `${Math.floor(message.now / 1000)}`;
    const ours = {
      "content-type": "application/json",
      "x-sso-heal-timestamp": seconds,
      "x-sso-heal-delivery": id,
      ...(secret === undefined
        ? {}
        : { "x-sso-heal-signature": `sha256=${await hmacHex(secret, `${seconds}.${body}`)}` }),
    };
    // In lower case, so that none of ours can come twice.
    const theirs = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return { method: "POST", url, headers: { ...theirs, ...ours }, body };
  },

  result(response): DeliveryResult {
    return response.status < 300 ? { ok: true } : refusal(response);
  },
};

/** HMAC-SHA-256 (RFC 2104) of `text` in lower-case hexadecimal. */
async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
