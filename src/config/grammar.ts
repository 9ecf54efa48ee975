// The grammar of config.ini, our own and strict: what cannot be read for certain is named, never guessed.

/** `[kind]` or `[kind name]` with its keys. Lines count from 1. */
export interface Section {
  readonly kind: string;
  readonly name?: string;
  readonly line: number;
  readonly entries: readonly Entry[];
  /** The first of its lines that is no entry: nobody knows which key is missing because of it. */
  readonly unread?: number;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** A line that is not according to the grammar. The message never holds a value, which may be a secret. */
export interface Flaw {
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

/**
 * Reads the whole text and names every flaw in it.
 *
 * - a line that begins with `#` or `;` is a comment, and so is the rest of a line from a blank and `;` on;
 * - `key = value`: blanks around both are dropped, a value continues on no other line;
 * - a value in double quotes is taken as it stands, with `\"` and `\\` for a quote and a backslash;
 * - section names and keys are case-sensitive; BOM and CRLF are accepted.
 */
export function parseGrammar(text: string): { sections: Section[]; flaws: Flaw[] } {
  const sections: Section[] = [];
  const flaws: Flaw[] = [];
  let current: (Section & { entries: Entry[]; unread?: number }) | undefined;
  // Keys below a broken header belong to nobody knows whom: the header's flaw is enough.
  let lost = false;
  const lines = (text.startsWith("\uFEFF") ? text.slice(1) : text).split("\n");
  for (let index = 0; index < lines.length; index++) {
    const at = lines[index].trim();
    const line = index + 1;
    if (at === "" || at[0] === "#" || at[0] === ";") continue;
    if (at[0] === "[") {
      const header = readHeader(at);
      lost = header === undefined;
      current = header && { ...header, line, entries: [] };
      if (current !== undefined) sections.push(current);
      else flaws.push({ line, message: "this section header is not complete", hint: "write [check] or [notify NAME]" });
      continue;
    }
    const entry = readEntry(at, line);
    if (!("key" in entry)) {
      flaws.push(entry);
      if (current !== undefined) current.unread ??= line;
    } else if (current !== undefined) current.entries.push(entry);
    else if (!lost) flaws.push({ line, message: "this line belongs to no section", hint: "begin with [check]" });
  }
  return { sections, flaws };
}

/**
 * `word` in quotes, if it looks like a word of a config; undefined for anything else, which must not be repeated: a line
 * of a secret that was pasted over several lines can look like a key.
 */
export function shownWord(word: string): string | undefined {
  return word.length <= 40 && /^[A-Za-z][a-z_-]*(?:\.[\w-]*)?$/.test(word) ? `"${word}"` : undefined;
}

function readHeader(at: string): { kind: string; name?: string } | undefined {
  const header = withoutComment(at);
  if (!header.endsWith("]")) return undefined;
  const inside = header.slice(1, -1).trim();
  const blank = inside.search(/\s/);
  if (blank < 0) return inside === "" ? undefined : { kind: inside };
  const name = readValue(inside.slice(blank).trim());
  return name === undefined || name === "" ? undefined : { kind: inside.slice(0, blank), name };
}

function readEntry(at: string, line: number): Entry | Flaw {
  const equals = at.indexOf("=");
  if (equals < 0) {
    return { line, message: "this line has no =", hint: 'write "key = value", or begin a comment with ;' };
  }
  const key = at.slice(0, equals).trim();
  if (key === "") return { line, message: "there is no key before the =", hint: 'write "key = value"' };
  const value = readValue(at.slice(equals + 1));
  if (value === undefined) {
    const message = `the quotes around the value of ${shownWord(key) ?? "this key"} are not closed`;
    return { line, message, hint: 'end the value with "' };
  }
  if (value === "") {
    const message = `${shownWord(key) ?? "this key"} has no value`;
    return { line, message, hint: "give it one, or remove the line to get the default" };
  }
  return { key, value, line };
}

/** The value without its comment and quotes; undefined when the quotes are not closed or something follows them. */
function readValue(raw: string): string | undefined {
  const text = raw.trimStart();
  // `key = ; comment`: the blank before the ; went with the trimming.
  if (text[0] === ";" && text.length < raw.length) return "";
  if (text[0] !== '"') return withoutComment(text);
  let value = "";
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '"') return withoutComment(text.slice(at + 1) + " ") === "" ? value : undefined;
    if (text[at] === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) at++;
    value += text[at];
  }
  return undefined;
}

function withoutComment(text: string): string {
  for (let at = text.indexOf(";"); at >= 0; at = text.indexOf(";", at + 1)) {
    if (at > 0 && (text[at - 1] === " " || text[at - 1] === "\t")) return text.slice(0, at).trim();
  }
  return text.trim();
}
