// Reads the small text files of AWS.

export type TextRead = { readonly kind: "text"; readonly text: string } | NoText;

type NoText = { readonly kind: "missing" } | ReadFailure;

/** `wordFailure()` finds the words for it. */
export interface ReadFailure {
  readonly kind: "failed";
  readonly code: "Unreadable" | "NotUtf8";
  /** What the system said, when it is unreadable. */
  readonly error?: unknown;
}

/** What the system says of a file. Follows links; a link to nothing counts as missing, as for every AWS client. */
export function lookUpFile(path: string): { readonly kind: "found"; readonly stat: Deno.FileInfo } | NoText {
  try {
    return { kind: "found", stat: Deno.statSync(path) };
  } catch (error) {
    return noTextFor(error);
  }
}

/**
 * The text of a file, its byte order mark included. Synchronous: these files are small, and a check that has nothing to
 * do spends its time on little else.
 */
export function readText(path: string): TextRead {
  const found = lookUpFile(path);
  if (found.kind !== "found") return found;
  // To open a pipe is to wait for whoever writes into it, perhaps for good.
  if (!found.stat.isFile && !found.stat.isDirectory) {
    return { kind: "failed", code: "Unreadable", error: new NoOrdinaryFile() };
  }
  try {
    // The system's own decoder is quick but lenient: it would put replacement characters into values that are used and
    // written back. Only text that has one is looked at closely.
    const text = Deno.readTextFileSync(path);
    if (!text.includes("\ufffd") || isUtf8(Deno.readFileSync(path))) return { kind: "text", text };
  } catch (error) {
    return noTextFor(error);
  }
  return { kind: "failed", code: "NotUtf8" };
}

/** A pipe, a socket or a device. */
export class NoOrdinaryFile extends Error {
  override readonly name = "NoOrdinaryFile";
}

function noTextFor(error: unknown): NoText {
  return error instanceof Deno.errors.NotFound ? { kind: "missing" } : { kind: "failed", code: "Unreadable", error };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
