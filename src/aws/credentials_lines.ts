// The lines of a credentials file with ours replaced, added or taken out: cutting and pasting, without judgement.
import { type LegacyKeys, OURS, WRITTEN, type Written } from "./credentials_keys.ts";
import type { IniDocument, IniEntry, IniSection } from "./ini.ts";

const BOM = "\ufeff";
const USUAL_SPACING = " = ";

/** The text with a new section at its end, in the style of the file. */
export function withSection({ lines, sections }: IniDocument, profile: string, keys: LegacyKeys): string {
  const ending = endingAt(lines, lines.length - 1);
  const last = lines.at(-1);
  const spacing = spacingIn(lines, sections.toReversed().flatMap(({ entries }) => entries.toReversed()));
  const start = last === undefined || last === BOM || endingOf(last) !== "" ? "" : ending;
  const blank = last === undefined || last.trim() === "" ? "" : ending;
  const added = [`[${profile}]`, ...WRITTEN.flatMap((key) => lineOf(keys, key, spacing))];
  return lines.join("") + start + blank + added.map((line) => line + ending).join("");
}

/** The text with the `keys` in the section: lines of ours are replaced where they stand, missing ones follow the last. */
export function withKeys({ lines }: IniDocument, { line, entries }: IniSection, keys: LegacyKeys): string {
  const ours = entries.filter(({ key }) => OURS.has(key));
  const anchor = ours.at(-1)?.line ?? line;
  const next = [...lines];
  const missing = new Set<Written>(WRITTEN);
  for (const { key, line } of ours) {
    const name = WRITTEN.find((name) => name === key);
    const value = name && keys[name];
    if (name && value === undefined) continue;
    const own = lines[line - 1];
    const spacing = spacingOf(own) ?? spacingIn(lines, entries);
    next[line - 1] = name && missing.delete(name) ? `${indentOf(own)}${name}${spacing}${value}${endingOf(own)}` : "";
  }
  const ending = endingAt(lines, anchor - 1);
  const sample = ours.at(-1) ?? entries[0];
  const indent = sample ? indentOf(lines[sample.line - 1]) : "";
  const spacing = spacingIn(lines, [...ours.toReversed(), ...entries]);
  const added = [...missing].flatMap((key) => lineOf(keys, key, spacing)).map((line) => indent + line + ending);
  const above = next[anchor - 1];
  const joint = added.length > 0 && above !== "" && endingOf(above) === "" ? ending : "";
  next[anchor - 1] = above + joint + added.join("");
  return next.join("");
}

/** The text without the lines of `keys` in the section, and without its header when nothing else stands there. */
export function withoutKeys(
  { lines, hasBom }: IniDocument,
  { header, line, entries, junkLines }: IniSection,
  keys: ReadonlySet<string>,
): string {
  const next = [...lines];
  const ours = entries.filter(({ key }) => keys.has(key));
  for (const { line } of ours) next[line - 1] = "";
  const rest = next.slice(line, ours.at(-1)?.line ?? line);
  const isOnlyOurs = ours.length === entries.length && junkLines.length === 0 &&
    rest.every((text) => text.trim() === "");
  if (ours.length > 0 && isOnlyOurs && lines[line - 1].trim() === `[${header}]`) {
    next[line - 1] = line === 1 && hasBom ? BOM : "";
  }
  return next.join("");
}

function lineOf(keys: LegacyKeys, key: Written, spacing: string): string[] {
  return keys[key] === undefined ? [] : [`${key}${spacing}${keys[key]}`];
}

/** The `=` of a line with the spaces around it; undefined where it says nothing: a colon (not all clients read one). */
function spacingOf(line: string): string | undefined {
  return /^[^=:]*?([^\S\r\n]*=[^\S\r\n]*)\S/u.exec(line)?.[1];
}

function spacingIn(lines: readonly string[], entries: readonly IniEntry[]): string {
  for (const { line } of entries) {
    const spacing = spacingOf(lines[line - 1]);
    // More than one space puts the signs of that section in one column, and other keys are of other lengths.
    if (spacing !== undefined) return spacing.replace(/ {2,}/g, " ");
  }
  return USUAL_SPACING;
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function endingOf(line: string): string {
  return ["\r\n", "\n", "\r"].find((ending) => line.endsWith(ending)) ?? "";
}

/** The ending of the nearest line that has one, from `index` upwards: in a file of mixed endings that of the neighbour. */
function endingAt(lines: readonly string[], index: number): string {
  const above = lines.slice(0, index + 1).findLast((line) => endingOf(line) !== "");
  return above === undefined ? "\n" : endingOf(above);
}
