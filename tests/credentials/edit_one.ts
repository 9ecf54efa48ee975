// One change of a credentials file, for tests that are about one.
import { editCredentials } from "../../src/aws/credentials_edit.ts";
import type { LegacyKeys } from "../../src/aws/credentials_keys.ts";

/** What became of the change; the new text too, unless it was refused: then the text must have stayed. */
export function editOne(before: string, profile: string, keys: LegacyKeys | undefined, { force = false } = {}) {
  const { text, edits: [edit] } = editCredentials(before, [{ profile, keys, force }]);
  if (edit.kind === "edited") return { ...edit, text };
  if (text !== before) throw new Error("a refused change changed the text");
  return edit;
}
