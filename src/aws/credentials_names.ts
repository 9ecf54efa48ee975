// Where a credentials file names its profiles, clearly or not, found once for any number of changes.
import { STALE } from "./credentials_keys.ts";
import type { IniDocument, IniSection } from "./ini.ts";

const BOM = "\ufeff";

/** Places by the name of a profile; lines count from 1, of several the first is kept. */
export interface ProfileNames {
  /** The sections with exactly this header, in file order. */
  readonly named: ReadonlyMap<string, readonly IniSection[]>;
  /** Lines of other headers that some clients take for it. */
  readonly alike: ReadonlyMap<string, number>;
  /** Lines that look like its header and are indented below a value: a section for some, for Python part of the value. */
  readonly hidden: ReadonlyMap<string, number>;
  /** What every section inherits from `[DEFAULT]` although it tells of other keys. */
  readonly inherited?: { readonly key: string; readonly line: number };
  /** The first line that ends with a carriage return alone. */
  readonly loneReturn?: number;
  /** The first line with a byte order mark that does not begin the file. */
  readonly strayMark?: number;
}

/** Reads the whole document once. Names are those of {@link nameRefusal}: without brackets, spaces and quotes around. */
export function namesIn(document: IniDocument): ProfileNames {
  const named = new Map<string, IniSection[]>();
  const alike = new Map<string, number>();
  const hidden = new Map<string, number>();
  const note = (lines: Map<string, number>, name: string, line: number) => {
    if (!lines.has(name)) lines.set(name, line);
  };
  for (const section of document.sections) {
    const { header, line } = section;
    if (header !== undefined) {
      const same = named.get(header);
      if (same) same.push(section);
      else named.set(header, [section]);
    }
    const name = header ?? document.lines[line - 1].trim().slice(1);
    // Python up to 3.9 ends the name at the first bracket, later ones at the last.
    for (const other of [bareName(name), upToBracket(name)]) {
      if (other !== undefined && other !== header) note(alike, other, line);
    }
    for (const [line, text] of continuations(document, section)) {
      const name = text.startsWith("[") ? upToBracket(text.slice(1)) : undefined;
      if (name !== undefined) note(hidden, name, line);
    }
  }
  const inherited = named.get("DEFAULT")?.flatMap(({ entries }) => entries)
    .find(({ key }) => STALE.some((stale) => stale === key));
  const { lines } = document;
  const loneReturn = lines.findIndex((line) => line.endsWith("\r")) + 1 || undefined;
  const strayMark = lines.findIndex((line, at) => line.includes(BOM, at === 0 ? 1 : 0)) + 1 || undefined;
  return { named, alike, hidden, inherited, loneReturn, strayMark };
}

/** `[ x ]` and `["x"]` name x for some. */
function bareName(header: string): string {
  const name = header.trim();
  return /^(["'])(.*)\1$/s.exec(name)?.[2].trim() ?? name;
}

function upToBracket(text: string): string | undefined {
  const end = text.indexOf("]");
  return end === -1 ? undefined : text.slice(0, end);
}

/** The continuation lines of a section: line number, trimmed text, key of the value they belong to. */
export function* continuations(
  { lines }: IniDocument,
  section: IniSection,
): Generator<[line: number, text: string, key: string]> {
  if (!section.hasContinuation) return;
  for (const { key, line, lastLine } of section.entries) {
    for (let below = line + 1; below <= lastLine; below++) {
      const text = lines[below - 1].trim();
      if (text !== "" && !/^[#;]/.test(text)) yield [below, text, key];
    }
  }
}
