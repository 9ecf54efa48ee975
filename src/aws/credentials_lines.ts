// The lines of a credentials file with ours replaced, added or taken out: cutting and pasting, without judgement.
import {
  isOwnRegion,
  type LegacyKeys,
  MARK,
  OURS,
  SECRETS,
  SOURCE,
  WRITTEN,
  type Written,
} from "./credentials_keys.ts";
import type { IniDocument, IniEntry, IniSection } from "./ini.ts";

/**
 * A file that is being edited. Where a line of the document was is its place for good, empty or with several lines: so
 * the line numbers of the document stay right through many edits.
 */
export interface Draft {
  readonly document: IniDocument;
  /** What stands in the place of every line, and new sections behind them: joined they are the new file. */
  readonly places: string[];
  /** How the file writes `=`, found when it is first asked for. */
  spacing?: string;
}

const BOM = "\ufeff";
const USUAL_SPACING = " = ";

/** Puts a new section at the end, in the style of the file. */
export function addSection(draft: Draft, profile: string, keys: LegacyKeys): void {
  const { places } = draft;
  const end = places.findLastIndex((place) => place !== "");
  const ending = endingAt(places, end);
  const last = places[end] ?? "";
  const isBegun = end > 0 || (end === 0 && last !== BOM);
  if (isBegun && endingOf(last) === "") places[end] += ending;
  const blank = last.trim() === "" ? "" : ending;
  const added = [`[${profile}]`, ...WRITTEN.flatMap((key) => lineOf(keys, key, fileSpacing(draft)))];
  places.push(blank + added.map((line) => line + ending).join(""));
}

/**
 * Puts the `keys` into the section: lines of ours are replaced where they stand, missing ones follow the last.
 *
 * @returns whether that changed anything.
 */
export function putKeys(draft: Draft, { line, entries }: IniSection, keys: LegacyKeys): boolean {
  const { places } = draft;
  const ours = entries.filter(({ key }) => OURS.has(key));
  const missing = new Set<Written>(WRITTEN.filter((key) => keys[key] !== undefined));
  const anchor = (ours.at(-1)?.line ?? line) - 1;
  const ownEnding = endingOf(places[anchor]);
  const spacing = lastSpacing(draft, [...entries, ...ours]) ?? fileSpacing(draft);
  let changed = false;
  for (const { key, line } of ours) {
    const name = WRITTEN.find((name) => name === key);
    const value = name && keys[name];
    if (name && value === undefined) continue;
    const own = places[line - 1];
    places[line - 1] = name && missing.delete(name)
      ? indentOf(own) + name + (spacingOf(own) ?? spacing) + value + endingOf(own)
      : "";
    changed ||= places[line - 1] !== own;
  }
  if (missing.size === 0) return changed;

  const ending = ownEnding || endingAt(places, anchor);
  const sample = ours.at(-1) ?? entries[0];
  const indent = sample ? indentOf(draft.document.lines[sample.line - 1]) : "";
  const above = places[anchor];
  const joint = above !== "" && endingOf(above) === "" ? ending : "";
  const added = [...missing].flatMap((key) => lineOf(keys, key, spacing)).map((line) => indent + line + ending);
  places[anchor] = above + joint + added.join("");
  return true;
}

/**
 * Takes the secrets out of the section. When nothing stands there besides but what we wrote, all of it goes, header
 * included; else the rest stays, and our mark with it: so the section stays ours.
 *
 * @returns the keys that were taken; undefined when there was no secret.
 */
export function takeKeys(draft: Draft, section: IniSection): ReadonlySet<string> | undefined {
  const { places, document: { hasBom } } = draft;
  const { line, entries } = section;
  const secrets = entries.filter(({ key }) => SECRETS.has(key));
  if (secrets.length === 0) return undefined;
  const isAll = isWrittenByUs(draft, section);
  for (const { line } of isAll ? entries : secrets) places[line - 1] = "";
  if (!isAll) return SECRETS;
  places[line - 1] = line === 1 && hasBom ? BOM : "";
  return OURS;
}

/** Whether nothing in a section can be of somebody else: no comment, no other key, no region but the one we wrote. */
function isWrittenByUs({ places }: Draft, { header, line, entries, junkLines }: IniSection): boolean {
  const source = entries.find(({ key }) => key === SOURCE)?.value;
  const own = entries.filter(({ key, value }) =>
    SECRETS.has(key) || key === MARK || key === SOURCE || (key === "region" && isOwnRegion(source, value))
  );
  if (own.length < entries.length || junkLines.length > 0 || places[line - 1].trim() !== `[${header}]`) return false;
  const lines = new Set(own.map(({ line }) => line));
  const last = own.at(-1)?.line ?? line;
  return places.slice(line, last).every((place, at) => lines.has(line + at + 1) || place.trim() === "");
}

function lineOf(keys: LegacyKeys, key: Written, spacing: string): string[] {
  return keys[key] === undefined ? [] : [`${key}${spacing}${keys[key]}`];
}

/** The `=` of a line with the spaces around it; undefined where it says nothing: a colon (not all clients read one). */
function spacingOf(line: string): string | undefined {
  return /^[^=:]*?([^\S\r\n]*=[^\S\r\n]*)\S/u.exec(line)?.[1];
}

function fileSpacing(draft: Draft): string {
  const { sections } = draft.document;
  for (let at = sections.length - 1; at >= 0 && draft.spacing === undefined; at--) {
    draft.spacing = lastSpacing(draft, sections[at].entries);
  }
  return draft.spacing ??= USUAL_SPACING;
}

/** As the last of the entries has it that says anything. */
function lastSpacing({ places }: Draft, entries: readonly IniEntry[]): string | undefined {
  for (let at = entries.length - 1; at >= 0; at--) {
    const spacing = spacingOf(places[entries[at].line - 1]);
    // More than one space puts the signs of that section in one column, and other keys are of other lengths.
    if (spacing !== undefined) return spacing.replace(/ {2,}/g, " ");
  }
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function endingOf(line: string): string {
  return ["\r\n", "\n", "\r"].find((ending) => line.endsWith(ending)) ?? "";
}

/** The ending of the nearest line that has one, from `index` upwards: in a file of mixed endings that of the neighbour. */
function endingAt(lines: readonly string[], index: number): string {
  for (let at = index; at >= 0; at--) {
    const ending = endingOf(lines[at]);
    if (ending !== "") return ending;
  }
  return "\n";
}
