// Reads the small text files of AWS.

export type TextRead =
  | { readonly kind: "missing" }
  | { readonly kind: "text"; readonly text: string }
  | ReadFailure;

/** `wordFailure()` finds the words for it. */
export interface ReadFailure {
  readonly kind: "failed";
  readonly code: "Unreadable" | "NotUtf8";
  /** What the system said, when it is unreadable. */
  readonly error?: unknown;
}

/**
 * The text of a file, its byte order mark included. Synchronous: these files are small, and a check that has nothing to
 * do spends its time on little else.
 */
export function readText(path: string): TextRead {
  try {
    // The system's own decoder is quick but lenient: it would put replacement characters into values that are used and
    // written back. Only text that has one is looked at closely.
    const text = Deno.readTextFileSync(path);
    if (!text.includes("\ufffd") || isUtf8(Deno.readFileSync(path))) return { kind: "text", text };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    return { kind: "failed", code: "Unreadable", error };
  }
  return { kind: "failed", code: "NotUtf8" };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
