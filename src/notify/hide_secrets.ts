// The last net below all failure texts: a service that repeats what it was sent shall not bring a secret into the log.
import { redact } from "../log/redact.ts";

/** Shorter words stand in any text by chance ("message"), and are no secret that a service would repeat. */
const SHORTEST = 8;

/** `text` with nothing in it of the strings anywhere in `settings`, or of the parts of their URLs. */
export function hideSecrets(text: string, settings: unknown): string {
  // The longest first, so that none of its parts remains.
  const secrets = [...secretsOf(settings)].sort((one, other) => other.length - one.length);
  return redact(secrets.reduce((safe, secret) => safe.replaceAll(secret, "[redacted]"), text));
}

function* secretsOf(value: unknown): Generator<string> {
  if (typeof value === "string") {
    for (const part of [value, ...value.split(/[/?&=#@:]/)]) if (part.length >= SHORTEST) yield part;
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) if (key !== "type") yield* secretsOf(inner);
  }
}
