// Reads the small text files of AWS and words why one cannot be read.
import { quoted } from "./wording.ts";

export type TextRead =
  | { readonly kind: "missing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "failed"; readonly code: "Unreadable" | "NotUtf8"; readonly why: string; readonly hint: string };

/**
 * The text of a file, its byte order mark included. Synchronous: these files are small, and a check that has nothing to
 * do spends its time on little else. `why` ends a sentence such as `Cannot read …:`; it never holds file content.
 */
export function readText(path: string): TextRead {
  try {
    // The system's own decoder is quick but lenient: it would put replacement characters into values that are used and
    // written back. Only text that has one is looked at closely.
    const text = Deno.readTextFileSync(path);
    if (!text.includes("\ufffd") || isUtf8(Deno.readFileSync(path))) return { kind: "text", text };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    return { kind: "failed", code: "Unreadable", ...wordFailure(path, error) };
  }
  return { kind: "failed", code: "NotUtf8", why: "it is not UTF-8 text", hint: `save ${quoted(path)} as UTF-8` };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Why the system did not let us read a file, and the way out. */
export function wordFailure(path: string, error: unknown): { why: string; hint: string } {
  if (error instanceof Deno.errors.NotCapable) {
    return {
      why: "it lies outside the folders this program may touch",
      hint: `link its folder into ~/.aws (ln -s FOLDER ~/.aws/NAME) and use ~/.aws/NAME/…, or build sso-heal with ` +
        `read access to that folder`,
    };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return { why: "permission denied", hint: `let this user read it: chmod u+r ${quoted(path)}` };
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return { why: "it is a folder", hint: `move the folder ${quoted(path)} away` };
  }
  const name = error instanceof Error ? error.name : "unknown error";
  return { why: `the system says ${name}`, hint: `look at ${quoted(path)}: it must be a readable file` };
}
