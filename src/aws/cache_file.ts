// Reads a JSON cache file that other programs write while we look: the AWS CLI v2 and the JavaScript SDK truncate the
// file first and fill it then, so a half-written file is normal for a moment.
import type { System } from "../system/system.ts";
import { readText } from "./read_file.ts";
import { parseTime } from "./time.ts";
import { quoted } from "./wording.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Pauses between the looks at a file that makes no sense: 350 ms in all. */
const PAUSES_MS = [50, 100, 200] as const;

/** A file that cannot be used: `why` ends the sentence `Cannot read …:` and holds nothing of the file's content. */
export class Damage extends Error {
  override readonly name = "Damage";

  constructor(
    readonly code: "Unreadable" | "NotUtf8" | "NotJson" | "Incomplete" | "WrongType" | "BadTime",
    readonly why: string,
    /** The fix, where it is another than writing the file anew. */
    readonly hint?: string,
  ) {
    super(why);
  }
}

/**
 * Reads a file and understands it by `read`, which throws {@link Damage} for content that makes no sense. Undefined
 * when there is no file. Content that makes no sense is read again for at least 300 ms before it is called damaged;
 * the file is never changed.
 */
export async function readCacheFile<T>(
  path: string,
  read: (object: JsonObject, text: string) => T,
  system: Pick<System, "sleep">,
): Promise<T | Damage | undefined> {
  for (let attempt = 0;; attempt++) {
    try {
      return await readOnce(path, read);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      if (error.code === "Unreadable" || attempt === PAUSES_MS.length) return error;
    }
    await system.sleep(PAUSES_MS[attempt]);
  }
}

async function readOnce<T>(path: string, read: (object: JsonObject, text: string) => T): Promise<T | undefined> {
  const file = readText(path);
  if (file.kind === "missing") return undefined;
  if (file.kind === "failed") {
    const { wordFailure } = await import("./read_failure.ts");
    const { why, hint } = wordFailure(path, file);
    // Unreadable needs a person at the file; the rest is mended by writing it anew.
    throw new Damage(file.code, why, file.code === "NotUtf8" ? undefined : hint);
  }
  return read(parseObject(file.text), file.text);
}

/** The JSON object in a file; a byte order mark is skipped. Throws {@link Damage}. */
export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch {
    // The parser's own message quotes the content, which may be a token.
    throw new Damage("NotJson", text.trim() === "" ? "it is empty" : "it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Damage("NotJson", "it holds no JSON object");
  }
  return value as JsonObject;
}

/** A text that may be absent; `null` and "" count as absent. Throws {@link Damage} for another type. */
export function optionalText(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new Damage("WrongType", `${quoted(key)} in it is not a text`);
  return value;
}

/** A text that must be there. Throws {@link Damage}. */
export function requiredText(object: JsonObject, key: string): string {
  const value = optionalText(object, key);
  if (value === undefined) throw new Damage("Incomplete", `it has no ${quoted(key)}`);
  return value;
}

/** A time that may be absent, in epoch milliseconds. Throws {@link Damage} for one that cannot be read. */
export function optionalTime(object: JsonObject, key: string): number | undefined {
  const text = optionalText(object, key);
  if (text === undefined) return undefined;
  const at = parseTime(text);
  if (at === undefined) throw new Damage("BadTime", `${quoted(key)} in it is not a time with a zone`);
  return at;
}

/** A time that must be there, in epoch milliseconds. Throws {@link Damage}. */
export function requiredTime(object: JsonObject, key: string): number {
  const at = optionalTime(object, key);
  if (at === undefined) throw new Damage("Incomplete", `it has no ${quoted(key)}`);
  return at;
}
