// The last safety net of the log: what looks like an AWS secret does not get through, whoever put it there.
import { parseInstant } from "../domain/instant.ts";

const GONE = "[redacted]";

/** What the name of a secret ends with. */
const TELLING = "secret|access_?key|token|password|authorization|device_?code|verifier";

/** No secret of AWS is shorter than 16 characters; the password of a URL may be, and stands before an @. */
const SUSPECT = /\S{16}|@/;

/** A pattern and what to put in its place; `$1` is the part that may stay. */
const RULES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Access and refresh tokens of IAM Identity Center.
  [/ao[ar]AAAA[\w+/=:.~%-]*/g, GONE],
  // Access key ids: no secret by themselves, but they lead to the rest.
  [/(?:AKIA|ASIA)[A-Z0-9]{12,}/g, GONE],
  // JSON web tokens: the clientSecret of a registration is one.
  [/eyJ[\w-]{8,}(?:\.[\w-]+)*/g, GONE],
  [/\b(bearer\s+)[\w+/=.~%:-]{16,}/gi, `$1${GONE}`],
  // Who is named before the host of a URL.
  [/(\/\/)[^\s/?#"]*@/g, `$1${GONE}@`],
  // accessToken":"…, aws_secret_access_key = …, X-Amz-Security-Token=…, also where JSON stands in a string (\").
  [new RegExp(String.raw`((?:${TELLING})\\*["']?\s*[=:]\s*\\*["']?(?:basic\s+)?)[\w+/=.~%:-]{16,}`, "gi"), `$1${GONE}`],
];

/**
 * `text` without whatever looks like a token, key or password. Secrets that travel as `Secret` never come this far;
 * this is for the texts of others (an error that quotes a request). It knows shapes only: a short secret, or one
 * without a telling name in front of it, passes.
 */
export function redact(text: string): string {
  // Most texts have nothing of the kind, and compiling the rules costs more than the rest of a check's log line.
  if (!SUSPECT.test(text)) return text;
  let safe = text;
  for (const [pattern, replacement] of RULES) safe = safe.replace(pattern, replacement);
  return safe;
}

/** One line of JSON: every string went through {@link redact}, and every long one under a telling key is gone. */
export function redactedJson(value: unknown): string {
  return JSON.stringify(value, (key, inner) => {
    if (inner instanceof Error) return redact(`${inner.name}: ${inner.message}`);
    if (typeof inner === "bigint") return `${inner}`;
    if (typeof inner !== "string" || parseInstant(inner) !== undefined) return inner;
    return inner.length >= 16 && new RegExp(`(?:${TELLING})$`, "i").test(key) ? GONE : redact(inner);
  });
}
