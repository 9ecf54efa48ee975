// Text measured in terminal cells: made safe, cut, padded and wrapped.

/**
 * Removes from foreign words whatever could steer a terminal or turn the reading direction: control characters, line
 * breaks (a space instead), and bidirectional overrides.
 */
export function clean(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** Columns that `text` takes in a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function width(text: string): number {
  if (isPlain(text)) return text.length;
  let cells = 0;
  for (const char of text) cells += charWidth(char);
  return cells;
}

/** Printable ASCII only; nearly all text is, and no regular expression is that fast without JIT. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Our own signs, so that a usual line needs no Unicode tables: they take half a millisecond without JIT. */
const OWN_SIGNS = "✓✗→…";

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (OWN_SIGNS.includes(char)) return 1;
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad ? 0 : 1;
  if (/^[\p{M}\p{Cf}]$/u.test(char)) return 0;
  return isWide(code) || /^\p{Emoji_Presentation}$/u.test(char) ? 2 : 1;
}

/** The blocks that Unicode (EastAsianWidth.txt) calls wide or full-width, without the emoji. */
function isWide(code: number): boolean {
  return code >= 0x1100 && (
    code <= 0x115f || (code >= 0x2e80 && code <= 0x303e) || (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xa960 && code <= 0xa97c) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff01 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x16fe0 && code <= 0x1b2ff) || (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** At most `cells` columns; what was cut is marked with "…". */
export function clip(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  let kept = "";
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > cells - 1) break;
    kept += char;
  }
  return cells < 1 ? "" : `${kept}…`;
}

/** Filled with spaces to `cells` columns; longer text stays as it is. */
export function pad(text: string, cells: number): string {
  return text + " ".repeat(Math.max(cells - width(text), 0));
}

/**
 * Breaks `text` at spaces into lines of at most `cells` columns. A longer word (a URL, a path) stays whole, so that it
 * can be copied.
 */
export function wrap(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > cells) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Fewer columns are no place for text. */
const LEAST_CELLS = 20;

/**
 * Wrapped with `first` before the first line and as many spaces before the others. Where that leaves no room for text,
 * all of it goes below `first`, a little to the right.
 */
export function hanging(first: string, text: string, columns: number): string[] {
  const indent = width(first);
  if (columns - indent >= LEAST_CELLS || indent + width(text) <= columns) {
    return wrap(text, columns - indent).map((line, at) => (at === 0 ? first : " ".repeat(indent)) + line);
  }
  const below = " ".repeat(Math.min(indent, 4));
  return [first, ...wrap(text, columns - below.length).map((line) => below + line)];
}
