// The grammar of config.ini, our own and strict: what cannot be read for certain is named, never guessed.

/** `[kind]` or `[kind name]` with its keys. Lines count from 1. */
export interface Section {
  readonly kind: string;
  readonly name?: string;
  readonly line: number;
  readonly entries: readonly Entry[];
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
  let entries: Entry[] | undefined;
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
      entries = [];
      if (header !== undefined) sections.push({ ...header, line, entries });
      else flaws.push({ line, message: "this section header is not complete", hint: "write [check] or [notify NAME]" });
      continue;
    }
    const entry = readEntry(at, line);
    if (!("key" in entry)) flaws.push(entry);
    else if (entries !== undefined) entries.push(entry);
    else if (!lost) flaws.push({ line, message: "this line belongs to no section", hint: "begin with [check]" });
  }
  return { sections, flaws };
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
    return { line, message: `the quotes around the value of "${key}" are not closed`, hint: 'end the value with "' };
  }
  if (value === "") {
    return { line, message: `"${key}" has no value`, hint: "give it one, or remove the line to get the default" };
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
