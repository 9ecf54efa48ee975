// The last net below all failure texts: a service that repeats what it was sent shall not bring a secret into the log.
import { redact } from "../log/redact.ts";

/** What is never repeated, however short it is. */
const NAMED = /^(?:token|password|secret)$/;
/** Shorter ones stand in any text by chance: of a text with such a one nothing is repeated. */
const SHORTEST_NAMED = 4;
/** Shorter words of other settings stand in any text by chance ("message"), and are no secret. */
const SHORTEST = 8;

/** `text` with nothing in it of the strings anywhere in `settings`, of the parts of their URLs, and of their encoded forms. */
export function hideSecrets(text: string, settings: unknown): string {
  const secrets = new Set<string>();
  const tiny = new Set<string>();
  for (const { word, named } of wordsOf(settings)) {
    if (!named && word.length < SHORTEST) continue;
    for (const form of formsOf(word)) (form.length < SHORTEST_NAMED ? tiny : secrets).add(form);
  }
  if ([...tiny].some((word) => text.includes(word))) return "the service's words are not repeated: they hold a secret";
  // The longest first, so that none of its parts remains.
  const longestFirst = [...secrets].sort((one, other) => other.length - one.length);
  return redact(longestFirst.reduce((safe, secret) => safe.replaceAll(secret, "[redacted]"), text));
}

interface Word {
  readonly word: string;
  /** It is a secret for certain. */
  readonly named: boolean;
}

function* wordsOf(value: unknown, key = ""): Generator<Word> {
  if (typeof value === "string") {
    if (value !== "") yield { word: value, named: NAMED.test(key) };
    for (const part of value.split(/[/?&=#@:]/)) if (part !== "") yield { word: part, named: false };
    yield* loginOfUrl(value);
  } else if (typeof value === "object" && value !== null) {
    const fields: Readonly<Record<string, unknown>> = { ...value };
    if (typeof fields.user === "string" && typeof fields.password === "string") {
      yield* loginWords(fields.user, fields.password);
    }
    for (const [name, inner] of Object.entries(fields)) {
      if (key === "headers" && typeof inner === "string") yield* headerWords(inner);
      if (name !== "type") yield* wordsOf(inner, name);
    }
  }
}

function* loginOfUrl(text: string): Generator<Word> {
  const url = URL.parse(text);
  if (url === null || url.password === "") return;
  const [user, password] = [url.username, url.password].map((part) => decoded(decodeURIComponent, part));
  if (user !== undefined && password !== undefined) yield* loginWords(user, password);
}

/** `Bearer TOKEN`, `Basic BASE64`, or whatever the header of a webhook says: its last word is the secret one. */
function* headerWords(value: string): Generator<Word> {
  const [, scheme = "", credentials] = /^(?:(\S+)\s+)?(.*)$/s.exec(value) ?? [];
  if (credentials) yield { word: credentials, named: true };
  const login = scheme.toLowerCase() === "basic" ? decoded(atob, credentials ?? "") : undefined;
  const [, user, password] = /^([^:]*):(.+)$/s.exec(login ?? "") ?? [];
  if (password !== undefined) yield* loginWords(user, password);
}

/** A login as it travels: RFC 7617 (Basic), RFC 4616 (AUTH PLAIN). */
function* loginWords(user: string, password: string): Generator<Word> {
  yield { word: password, named: true };
  for (const pair of [`${user}:${password}`, `\0${user}\0${password}`]) yield { word: pair, named: true };
}

/** `word` as it stands, in a URL, in JSON and in base64. */
function formsOf(word: string): string[] {
  const base64 = btoa(Array.from(new TextEncoder().encode(word), (byte) => String.fromCharCode(byte)).join(""));
  const forms = [word, decoded(decodeURIComponent, word), decoded(encodeURIComponent, word), base64.replace(/=+$/, "")];
  forms.push(JSON.stringify(word).slice(1, -1));
  return forms.filter((form) => form !== undefined);
}

/** Undefined for what the code cannot be read of. */
function decoded(decode: (text: string) => string, text: string): string | undefined {
  try {
    return decode(text);
  } catch {
    return undefined;
  }
}
