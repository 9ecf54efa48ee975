// Words for why a file of AWS cannot be read; loaded only when one cannot.
import { NoOrdinaryFile, type ReadFailure } from "./read_file.ts";
import { quoted } from "./wording.ts";

/** Why the file could not be read, and the way out. `why` ends a sentence such as `Cannot read …:`, without content. */
export function wordFailure(path: string, { code, error }: ReadFailure): { why: string; hint: string } {
  if (code === "NotUtf8") return { why: "it is not UTF-8 text", hint: `save ${quoted(path)} as UTF-8` };
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
  if (error instanceof NoOrdinaryFile) {
    return { why: "it is no ordinary file", hint: `put a file in the place of ${quoted(path)}, or name another` };
  }
  const name = error instanceof Error ? error.name : "unknown error";
  return { why: `the system says ${name}`, hint: `look at ${quoted(path)}: it must be a readable file` };
}
