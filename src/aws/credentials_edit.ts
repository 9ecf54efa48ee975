// Edits profiles in the text of the credentials file: every byte stays that is not in a line of ours.
import { namesIn, type ProfileNames } from "./credentials_names.ts";
import { endOfKeys, isOurs, type LegacyKeys, OURS } from "./credentials_keys.ts";
import { addSection, type Draft, putKeys, takeKeys } from "./credentials_lines.ts";
import { type Intent, isAsMeant } from "./credentials_meaning.ts";
import {
  ambiguityRefusal,
  fileRefusal,
  handMadeRefusal,
  headerRefusal,
  indentationRefusal,
  nameRefusal,
  nestRefusal,
  type Refusal,
  tangleRefusal,
  twiceRefusal,
  valueRefusal,
} from "./credentials_refusals.ts";
import { type IniSection, parseIni } from "./ini.ts";

/** One profile to write, or to take the secrets out of. */
export interface CredentialsChange {
  /** Name of the section. */
  readonly profile: string;
  /** Undefined takes ours out. */
  readonly keys: LegacyKeys | undefined;
  /** Take out only what is over at this moment (epoch milliseconds): somebody may have renewed it meanwhile. */
  readonly overAt?: number;
  /** Take over a section that was made by hand. */
  readonly force?: boolean;
}

/** What became of one change. */
export type Edited = Edit | Refusal;

export interface Edit {
  readonly kind: "edited";
  /** False when the profile already is as asked for. */
  readonly changed: boolean;
}

/** The new text, and what became of every change, in their order. Line numbers count from 1, in the text as given. */
export interface EditedFile {
  readonly text: string;
  readonly edits: readonly Edited[];
}

/**
 * Makes the changes: gives the section `[profile]` the `keys`, or takes our keys out of it when they are undefined. A
 * refusal of one leaves the others alone.
 *
 * A line of ours is replaced where it stands (its indentation, spacing and ending stay; what stands behind a value is
 * part of the value for the AWS CLI, a comment too, and goes with it), missing ones follow the last of ours, a second
 * line of the same key, any session token but the new one and the account of other keys go. A new section is put at the
 * end behind a blank line.
 * When our keys are taken out, the whole section goes if nothing else stands in it; else only the secrets go, and the
 * section stays ours. A section with keys but without `x_sso_heal_expiration`, or with a permanent key, is somebody's own
 * and touched only by `force`.
 *
 * Whatever AWS clients could read in two ways is refused. What is returned was read back: it holds the keys, and
 * everything else means what it meant before. Files that Python refuses as a whole are edited, and it still refuses them.
 *
 * The time grows with the size of the text and the number of changes, not with their product. Of several changes of one
 * profile each is made after all first ones; what such a later one is refused for is counted in the text it was given.
 */
export function editCredentials(text: string, changes: readonly CredentialsChange[]): EditedFile {
  const edits = new Array<Edited>(changes.length);
  for (const round of roundsOf(changes)) {
    const done = editDistinct(text, round.map((at) => changes[at]));
    text = done.text;
    for (const [index, at] of round.entries()) edits[at] = done.edits[index];
  }
  return { text, edits };
}

/** Positions of the changes, in rounds in which no profile stands twice. */
function roundsOf(changes: readonly CredentialsChange[]): number[][] {
  const rounds: number[][] = [];
  const seen = new Map<string, number>();
  for (const [at, { profile }] of changes.entries()) {
    const round = seen.get(profile) ?? 0;
    seen.set(profile, round + 1);
    (rounds[round] ??= []).push(at);
  }
  return rounds;
}

/** Reads once, edits all, reads back once. Only when that shows harm, by halves: which change does it? */
function editDistinct(text: string, changes: readonly CredentialsChange[]): EditedFile {
  const document = parseIni(text, "");
  const names = namesIn(document);
  const draft: Draft = { document, places: [...document.lines] };
  const intents = new Map<string, Intent>();
  const edits = changes.map((change) => editOne(draft, names, change, intents));
  if (intents.size === 0) return { text, edits };
  const after = draft.places.join("");
  if (isAsMeant(document, parseIni(after, ""), intents)) return { text: after, edits };

  const harmful = (at: number) =>
    indentationRefusal(changes[at].profile, names.named.get(changes[at].profile)?.[0].line);
  if (changes.length === 1) return { text, edits: [harmful(0)] };
  const middle = changes.length >> 1;
  const first = editDistinct(text, changes.slice(0, middle));
  const second = editDistinct(first.text, changes.slice(middle));
  const judged = first.edits.concat(second.edits);
  // The second half was judged in a text with other line numbers.
  const isNew = (at: number) => judged[at].kind === "refused" && edits[at].kind === "edited";
  return { text: second.text, edits: edits.map((edit, at) => isNew(at) ? harmful(at) : edit) };
}

/** Makes one change in the draft and notes what it was meant to do, unless it is refused or there is nothing to do. */
function editOne(
  draft: Draft,
  names: ProfileNames,
  { profile, keys, overAt, force = false }: CredentialsChange,
  intents: Map<string, Intent>,
): Edited {
  const unusable = nameRefusal(profile) ?? (keys && valueRefusal(keys));
  if (unusable) return unusable;
  const [section, second] = names.named.get(profile) ?? [];
  if (second) return twiceRefusal(profile, second.line);
  const unclear = fileRefusal(names) ?? (keys && ambiguityRefusal(names, profile));
  if (unclear) return unclear;

  if (section && !isOurs(section.entries) && !force && section.entries.length > 0) {
    return keys ? handMadeRefusal(profile, section) : { kind: "edited", changed: false };
  }
  // Without an end there is nothing of ours to take out.
  if (keys === undefined && overAt !== undefined && (endOfKeys(section?.entries ?? []) ?? Infinity) > overAt) {
    return { kind: "edited", changed: false };
  }
  const { document } = draft;
  const tangle = section &&
    (tangleRefusal(document, section, OURS) ?? headerRefusal(document, section) ?? nestRefusal(document, section));
  if (tangle) return tangle;
  const touched = change(draft, section, profile, keys);
  if (touched) intents.set(profile, { keys, ours: touched });
  return { kind: "edited", changed: touched !== undefined };
}

/** The keys that it could touch; undefined when it changed nothing. */
function change(
  draft: Draft,
  section: IniSection | undefined,
  profile: string,
  keys: LegacyKeys | undefined,
): ReadonlySet<string> | undefined {
  if (keys === undefined) return section && takeKeys(draft, section);
  if (section) return putKeys(draft, section, keys) ? OURS : undefined;
  addSection(draft, profile, keys);
  return OURS;
}
