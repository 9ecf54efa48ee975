// Edits one profile in the text of the credentials file: every byte stays that is not in a line of ours.
import { type LegacyKeys, MARK, OLD_TOKEN, OURS, SECRETS, WRITTEN } from "./credentials_keys.ts";
import { withKeys, withoutKeys, withSection } from "./credentials_lines.ts";
import {
  defaultRefusal,
  handMadeRefusal,
  hiddenRefusal,
  indentationRefusal,
  likenessRefusal,
  nameRefusal,
  type Refusal,
  tangleRefusal,
  twiceRefusal,
  valueRefusal,
} from "./credentials_refusals.ts";
import { type IniDocument, type IniEntry, type IniSection, parseIni } from "./ini.ts";

/** The new text, or why nothing was changed. Line numbers count from 1, in the text as given. */
export type Edited = Edit | Refusal;

export interface Edit {
  readonly kind: "edited";
  readonly text: string;
  /** False when `text` is the text as given. */
  readonly changed: boolean;
  /** Keys of the section that are not ours and stay; some, such as `role_arn`, outweigh ours. Absent: none. */
  readonly foreign?: readonly string[];
}

/**
 * Gives the section `[profile]` the `keys`, or takes our keys out of it when they are undefined.
 *
 * A line of ours is replaced where it stands (its indentation, spacing and ending stay; what stands behind a value is
 * part of the value for the AWS CLI, a comment too, and goes with it), missing ones follow the last of ours, a second
 * line of the same key and any session token but the new one go. A new section is put at the end behind a blank line.
 * When our keys are taken out the header goes with them if nothing else stands in the section; blank lines and comments
 * stay. A section with keys but without `x_sso_heal_expiration` is somebody's own and touched only by `force`.
 *
 * Whatever AWS clients could read in two ways is refused. What is returned was read back: it holds the keys, and
 * everything else means what it meant before. Files that Python refuses as a whole are edited, and it still refuses them.
 */
export function editCredentials(
  text: string,
  profile: string,
  keys: LegacyKeys | undefined,
  { force = false }: { readonly force?: boolean } = {},
): Edited {
  const unusable = nameRefusal(profile) ?? (keys && valueRefusal(keys));
  if (unusable) return unusable;
  const before = parseIni(text, "");
  const [section, second] = before.sections.filter(({ header }) => header === profile);
  if (second) return twiceRefusal(profile, second.line);
  const unclear = keys &&
    (likenessRefusal(before, profile) ?? hiddenRefusal(before, profile) ?? defaultRefusal(before));
  if (unclear) return unclear;

  const isOurs = section?.entries.some(({ key }) => key === MARK) ?? false;
  if (section && !isOurs && !force && section.entries.length > 0) {
    return keys ? handMadeRefusal(profile, section.line) : edited(text, text, section);
  }
  const tangle = section && tangleRefusal(before, section, OURS);
  if (tangle) return tangle;
  const ours = keys || isOurs ? OURS : SECRETS;
  const after = textAfter(before, section, profile, keys, ours);
  const [was, is] = [contentOf(before, profile, ours), contentOf(parseIni(after, ""), profile, ours)];
  if (was.foreign !== is.foreign || !isRight(is.entries, keys)) return indentationRefusal(profile, section?.line);
  return edited(text, after, section);
}

function textAfter(
  before: IniDocument,
  section: IniSection | undefined,
  profile: string,
  keys: LegacyKeys | undefined,
  ours: ReadonlySet<string>,
): string {
  if (!section) return keys ? withSection(before, profile, keys) : before.lines.join("");
  return keys ? withKeys(before, section, keys) : withoutKeys(before, section, ours);
}

function edited(before: string, text: string, section?: IniSection): Edit {
  const foreign = section?.entries.map(({ key }) => key).filter((key) => !OURS.has(key)) ?? [];
  return { kind: "edited", text, changed: text !== before, ...(foreign.length > 0 && { foreign }) };
}

interface Content {
  /** Entries of ours in all sections of the name. */
  readonly entries: readonly IniEntry[];
  /** What everything else is read as. */
  readonly foreign: string;
}

function contentOf({ sections, strayLines }: IniDocument, profile: string, ours: ReadonlySet<string>): Content {
  const isOurs = (section: IniSection, { key }: IniEntry) => section.header === profile && ours.has(key);
  const foreign = sections.map((section) => [
    section.header === profile ? [] : [section.header ?? null],
    section.entries.filter((entry) => !isOurs(section, entry)).map(({ key, value }) => [section.header, key, value]),
    section.junkLines.length,
  ]);
  return {
    entries: sections.flatMap((section) => section.entries.filter((entry) => isOurs(section, entry))),
    foreign: JSON.stringify([strayLines.length, foreign.filter((part) => JSON.stringify(part) !== "[[],[],0]")]),
  };
}

/** Whether the keys are there, once each and with their values, and nothing of ours besides. */
function isRight(entries: readonly IniEntry[], keys: LegacyKeys | undefined): boolean {
  if (keys === undefined) return entries.length === 0;
  return entries.every(({ key }) => key !== OLD_TOKEN) && WRITTEN.every((key) => {
    const values = entries.filter((entry) => entry.key === key).map(({ value }) => value);
    return keys[key] === undefined || values.length === 1 && values[0] === keys[key];
  });
}
