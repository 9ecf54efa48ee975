// The lines of a credentials file with ours replaced, added or taken out: cutting and pasting, without judgement.
import { type LegacyKeys, OURS, WRITTEN, type Written } from "./credentials_keys.ts";
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
 * Takes the lines of `keys` out of the section, and its header when nothing else stands there.
 *
 * @returns whether that changed anything.
 */
export function takeKeys(
  { places, document: { hasBom } }: Draft,
  { header, line, entries, junkLines }: IniSection,
  keys: ReadonlySet<string>,
): boolean {
  const ours = entries.filter(({ key }) => keys.has(key));
  for (const { line } of ours) places[line - 1] = "";
  const rest = places.slice(line, ours.at(-1)?.line ?? line);
  const isOnlyOurs = ours.length === entries.length && junkLines.length === 0 &&
    rest.every((place) => place.trim() === "");
  if (ours.length > 0 && isOnlyOurs && places[line - 1].trim() === `[${header}]`) {
    places[line - 1] = line === 1 && hasBom ? BOM : "";
  }
  return ours.length > 0;
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
