// What a change of the credentials file would look like, without a single secret.
import { clean } from "./cells.ts";
import { maskedLines } from "./credentials_diff_mask.ts";

/** Lines `from` to before `to` of the old text give way to lines `newFrom` to before `newTo` of the new one. */
interface Difference {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

const CONTEXT_LINES = 3;

/**
 * The difference in the form of `diff -u`, with every value masked that is not known to be harmless, in all lines, also
 * those of others; empty when nothing differs. A masked value that changes is still shown as a line that goes and a line
 * that comes. Line endings, a byte order mark, and what could steer a terminal are left out.
 *
 * The time grows with the length of the texts. Lines are taken for the same by those that stand once in both texts, so
 * the difference is right for any two texts, and short for an edit, which moves nothing.
 *
 * @param before Undefined when there is no file yet.
 */
export function maskedDiff(before: string | undefined, after: string, path: string): string {
  const [old, next] = [linesOf(before ?? ""), linesOf(after)];
  const hunks = hunksOf(differencesOf(old, next));
  if (hunks.length === 0) return "";
  const name = clean(path);
  const out = [`--- ${before === undefined ? "/dev/null" : name}`, `+++ ${name}`];
  const [shown, newShown] = [maskedLines(old), maskedLines(next)];
  let [seen, section] = [0, ""];
  for (const hunk of hunks) {
    const [first, last] = [hunk[0], hunk[hunk.length - 1]];
    const start = Math.max(first.from - CONTEXT_LINES, 0);
    const end = Math.min(last.to + CONTEXT_LINES, old.length);
    const newStart = first.newFrom - (first.from - start);
    const newEnd = last.newTo + (end - last.to);
    for (; seen < start; seen++) if (isHeader(shown[seen])) section = shown[seen];
    const isNamed = section === "" || shown.slice(start, first.from).some(isHeader);
    out.push(`@@ -${range(start, end)} +${range(newStart, newEnd)} @@${isNamed ? "" : ` ${section.trim()}`}`);
    let at = start;
    for (const { from, to, newFrom, newTo } of hunk) {
      for (; at < from; at++) out.push(` ${shown[at]}`);
      for (; at < to; at++) out.push(`-${shown[at]}`);
      for (let added = newFrom; added < newTo; added++) out.push(`+${newShown[added]}`);
    }
    for (; at < end; at++) out.push(` ${shown[at]}`);
  }
  return out.map((line) => `${line}\n`).join("");
}

/** Without endings, of which the AWS clients know three, and without a byte order mark. */
function linesOf(text: string): string[] {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const lines = body.includes("\r") ? body.split(/\r\n|\n|\r/) : body.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function differencesOf(old: readonly string[], next: readonly string[]): Difference[] {
  const [places, newPlaces] = [placesOf(old), placesOf(next)];
  const found: Difference[] = [];
  let [from, newFrom] = [0, 0];
  const upTo = (to: number, newTo: number) => {
    const behind = [to + 1, newTo + 1] as const;
    while (from < to && newFrom < newTo && old[from] === next[newFrom]) from++, newFrom++;
    while (from < to && newFrom < newTo && old[to - 1] === next[newTo - 1]) to--, newTo--;
    if (from < to || newFrom < newTo) found.push({ from, to, newFrom, newTo });
    [from, newFrom] = behind;
  };
  for (const [newPlace, line] of next.entries()) {
    const place = places.get(line) ?? -1;
    if (place >= from && newPlaces.get(line) === newPlace) upTo(place, newPlace);
  }
  upTo(old.length, next.length);
  return found;
}

/** Where a line stands; -1 when it stands there more than once. */
function placesOf(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [at, line] of lines.entries()) places.set(line, places.has(line) ? -1 : at);
  return places;
}

/** Differences whose lines of context touch belong together. */
function hunksOf(differences: readonly Difference[]): Difference[][] {
  const hunks: Difference[][] = [];
  let end = -Infinity;
  for (const difference of differences) {
    if (difference.from - end > 2 * CONTEXT_LINES) hunks.push([]);
    hunks[hunks.length - 1].push(difference);
    end = difference.to;
  }
  return hunks;
}

/** As `diff -u` counts: from 1, and for no lines the one above. */
function range(start: number, end: number): string {
  return `${end > start ? start + 1 : start},${end - start}`;
}

function isHeader(line: string): boolean {
  return line.trimStart().startsWith("[");
}
