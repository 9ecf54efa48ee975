// The INI dialect of the AWS files, kept line by line, so that an edit can leave every byte alone that is not its own.
//
// Values are read as Python's RawConfigParser reads them (botocore configloader.py), because that is what the AWS CLI
// does: comments only on lines of their own, `=` or `:`, deeper indented lines continue the value above. Where Python
// refuses the whole file, the parser skips the line, remembers it and goes on.

/** A file of AWS. Line numbers count from 1. */
export interface IniDocument {
  /** Every line with its own ending, the byte order mark included: joined they are the file again. */
  readonly lines: readonly string[];
  readonly hasBom: boolean;
  /** In file order; sections of the same name are not merged. */
  readonly sections: readonly IniSection[];
  /** Lines with text before the first section. */
  readonly strayLines: readonly number[];
}

/** One header and the lines below it. */
export interface IniSection {
  /** The text between the brackets as written, spaces included; undefined for a header without `]` or name. */
  readonly header: string | undefined;
  readonly line: number;
  readonly entries: readonly IniEntry[];
  /** Whether any value goes on in the line below. */
  readonly hasContinuation: boolean;
  /** Lines that are no key, comment or continuation. */
  readonly junkLines: readonly number[];
}

/** One key with its value. */
export interface IniEntry {
  /** Lower case, as Python reads it; the spelling of the file is in its line. */
  readonly key: string;
  /** Continuation lines are joined with `\n`; the value of a nested block begins with `\n`. */
  readonly value: string;
  /** As given to {@link parseIni}. */
  readonly file: string;
  readonly line: number;
  /** The last line that belongs to the value. */
  readonly lastLine: number;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

const BOM = "\ufeff";
const HASH = 0x23, SEMICOLON = 0x3b, OPEN_BRACKET = 0x5b, SPACE = 0x20, DELETE = 0x7f;
const TAB = 0x09, RETURN = 0x0d, FILE_SEPARATOR = 0x1c, NEXT_LINE = 0x85, BOM_CODE = 0xfeff;

/**
 * Reads the text of a file; `file` is only noted in every entry. Never throws: what cannot be understood is in
 * `strayLines` and `junkLines`.
 */
export function parseIni(text: string, file: string): IniDocument {
  const lines = splitLines(text);
  const hasBom = text.startsWith(BOM);
  const sections: Growing<IniSection>[] = [];
  const strayLines: number[] = [];
  let section: Growing<IniSection> | undefined;
  let entry: Growing<IniEntry> | undefined;
  let blanks = 0;
  let depth = 0;

  for (let index = 0; index < lines.length; index++) {
    const raw = index === 0 && hasBom ? lines[0].slice(1) : lines[index];
    const content = strip(raw);
    if (content === "") {
      blanks++;
      continue;
    }
    const first = content.charCodeAt(0);
    if (first === HASH || first === SEMICOLON) continue;

    const line = index + 1;
    const indent = indentOf(raw);
    if (section !== undefined && entry !== undefined && indent > depth) {
      section.hasContinuation = true;
      entry.value += "\n".repeat(blanks + 1) + content;
      entry.lastLine = line;
      blanks = 0;
      continue;
    }
    blanks = 0;
    depth = indent;
    const close = first === OPEN_BRACKET ? content.lastIndexOf("]") : -1;
    if (close > 1) {
      section = { header: content.slice(1, close), line, entries: [], hasContinuation: false, junkLines: [] };
      sections.push(section);
      entry = undefined;
      continue;
    }
    const delimiter = delimiterOf(content);
    if (delimiter > 0 && section !== undefined) {
      const key = strip(content.slice(0, delimiter)).toLowerCase();
      entry = { key, value: strip(content.slice(delimiter + 1)), file, line, lastLine: line };
      section.entries.push(entry);
    } else if (delimiter === -1 && first === OPEN_BRACKET) {
      // Python refuses such a file; without a section of its own the keys below would land in the section above.
      section = { header: undefined, line, entries: [], hasContinuation: false, junkLines: [] };
      sections.push(section);
      entry = undefined;
    } else if (section === undefined) {
      strayLines.push(line);
    } else {
      section.junkLines.push(line);
      if (delimiter === 0) entry = undefined;
    }
  }
  return { lines, hasBom, sections, strayLines };
}

/**
 * The keys of a nested block (`sso_oidc =` with indented lines below), one level deep. Their case is kept and a line
 * without `=` is skipped; for that line Python refuses the whole file (botocore configloader.py `_parse_nested`).
 */
export function nestedValues(value: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!value.startsWith("\n")) return found;
  for (const line of value.split("\n")) {
    const equals = line.indexOf("=");
    if (equals !== -1) found.set(strip(line.slice(0, equals)), strip(line.slice(equals + 1)));
  }
  return found;
}

/** Without the blanks around: those of Python's `str.strip()`, which are not those of `trim()`. */
function strip(text: string): string {
  const start = startOf(text);
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Where the first character stands that is no blank. */
function startOf(text: string): number {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  return start;
}

/** As Python's `str.isspace()`: it knows U+001C to U+001F and U+0085, and does not take a byte order mark for a blank. */
function isBlank(code: number): boolean {
  if (code <= SPACE) return code >= FILE_SEPARATOR || code >= TAB && code <= RETURN;
  return code >= DELETE && code !== BOM_CODE && (code === NEXT_LINE || /\s/.test(String.fromCharCode(code)));
}

/** Cuts behind `\n`, `\r\n` and a lone `\r`, as Python's text files do. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  // Where one of them is not to be found, that is not asked again for every line.
  let carriage = text.indexOf("\r");
  let newline = text.indexOf("\n");
  for (let start = 0, end = 0; start < text.length; start = end) {
    if (carriage !== -1 && carriage < start) carriage = text.indexOf("\r", start);
    if (newline !== -1 && newline < start) newline = text.indexOf("\n", start);
    const aloneFirst = carriage !== -1 && carriage + 1 !== newline && (newline === -1 || carriage < newline);
    end = aloneFirst ? carriage + 1 : newline === -1 ? text.length : newline + 1;
    lines.push(text.slice(start, end));
  }
  return lines;
}

function indentOf(raw: string): number {
  const first = raw.charCodeAt(0);
  return first > SPACE && first < DELETE ? 0 : startOf(raw);
}

/** Position of the first `=` or `:`, or -1. */
function delimiterOf(content: string): number {
  const equals = content.indexOf("=");
  const colon = content.indexOf(":");
  return equals === -1 || (colon !== -1 && colon < equals) ? colon : equals;
}
