// What keeps us from editing a credentials file: names and values it cannot hold, and text that clients read in two ways.
import { continuations, type ProfileNames } from "./credentials_names.ts";
import { hasMark, type LegacyKeys, MARK, OURS, SECRETS } from "./credentials_keys.ts";
import type { IniDocument, IniEntry, IniSection } from "./ini.ts";
import { quoted } from "./wording.ts";

/** Why nothing was changed. */
export interface Refusal {
  readonly kind: "refused";
  /** Stable PascalCase word, as in a Problem. */
  readonly code: string;
  /** Ends the sentence `Cannot … profile "x" …:`. Never holds a value of the file. */
  readonly why: string;
  /** The way out. */
  readonly hint: string;
  /** From 1, in the text as it was. */
  readonly line?: number;
}

/** Why `profile` cannot be the name of a section in the credentials file. */
export function nameRefusal(profile: string): Refusal | undefined {
  const refuse = (why: string, hint = "use a name of letters, digits, - and _"): Refusal => {
    return { kind: "refused", code: "ProfileNameInvalid", why, hint };
  };
  if (profile === "") return refuse("its name is empty");
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(profile)) {
    return refuse("its name holds a line break or an invisible character");
  }
  if (/[[\]]/.test(profile)) return refuse("its name holds a bracket");
  if (profile.trim() !== profile) return refuse("its name begins or ends with a space");
  if (/^["']|["']$/.test(profile)) return refuse("its name begins or ends with a quote");
  if (/(^|\s)[#;]/.test(profile)) return refuse("some AWS clients take a part of its name for a comment");
  // Python lets every section inherit from the first, the SDK for JavaScript refuses a file with the second.
  if (profile === "DEFAULT" || profile === "__proto__") {
    return refuse("to AWS clients this name means something else", "use another name");
  }
  const kind = /^(profile|sso-session|services)\s/.exec(profile)?.[1];
  if (kind === undefined) return undefined;
  return refuse(`in this file no ${quoted(kind)} stands before a name`, `leave ${quoted(kind)} out`);
}

/**
 * Which of the values could not be read back: clients cut quotes, spaces and comments in different ways, and no key,
 * region or time of AWS has any of them. The value is a secret and is not named.
 */
export function valueRefusal(keys: LegacyKeys): Refusal | undefined {
  const optional = { region: keys.region ?? "-", output: keys.output ?? "-" };
  for (const [key, value] of Object.entries({ ...keys, ...optional })) {
    if (/^(?![#;"'])[\x21-\x7e]+$/.test(value)) continue;
    return {
      kind: "refused",
      code: "ValueInvalid",
      why: `the new ${key} is empty or holds a character that the file cannot hold`,
      hint: key === "region" || key === "output"
        ? `give a ${key} without spaces and quotes`
        : "try again; if it happens again, please report it",
    };
  }
}

/** Signs that only some clients take for the end of a line, or for a blank. */
export function fileRefusal({ loneReturn, strayMark }: ProfileNames): Refusal | undefined {
  const refuse = (why: string, hint: string, line: number): Refusal => {
    return { kind: "refused", code: "FileAmbiguous", why, hint, line };
  };
  if (loneReturn !== undefined) {
    const why = "this line ends with a lone carriage return, and some AWS clients do not end it there";
    return refuse(why, "save the file with the line endings of Unix or Windows", loneReturn);
  }
  if (strayMark === undefined) return undefined;
  const why = "there is a byte order mark (U+FEFF) in this line, and only some AWS clients ignore it";
  return refuse(why, "remove it: write the line anew", strayMark);
}

/** What only some clients take for `[profile]`, and what would outweigh the new keys. */
export function ambiguityRefusal(
  { alike, hidden, inherited }: ProfileNames,
  profile: string,
): Refusal | undefined {
  const name = `[${profile}]`;
  const ambiguous = (line: number, because: string, hint: string): Refusal => {
    const why = `some AWS clients read this line as ${quoted(name)} and others do not${because}`;
    return { kind: "refused", code: "ProfileAmbiguous", why, hint, line };
  };
  const [other, below] = [alike.get(profile), hidden.get(profile)];
  if (other !== undefined) return ambiguous(other, "", `write it as ${name}, or rename it`);
  if (below !== undefined) {
    return ambiguous(below, ", because it is indented below a value", "remove its indentation");
  }
  if (inherited === undefined) return undefined;
  const { key, line } = inherited;
  return {
    kind: "refused",
    code: "TokenInherited",
    why: `every profile inherits ${key} from [DEFAULT], and AWS clients would take it for that of the new keys`,
    hint: `remove ${key} from [DEFAULT]`,
    line,
  };
}

/** Keys of ours in lines that belong to another value, and lines that belong to a value of ours. */
export function tangleRefusal(
  document: IniDocument,
  section: IniSection,
  ours: ReadonlySet<string>,
): Refusal | undefined {
  for (const [line, text, key] of continuations(document, section)) {
    const name = text.split(/[=:]/, 1)[0].trim().toLowerCase();
    if (!ours.has(key) && !ours.has(name)) continue;
    const why = `this line of ${quoted(`[${section.header}]`)} is indented, so it is part of the value above`;
    return { kind: "refused", code: "KeysTangled", why, hint: "remove its indentation", line };
  }
}

/** With nothing but spaces, tabs and a comment around: then every client sees it. */
const CLEAR_HEADER = /^[ \t]*\[[^\]]+\]([ \t]+[#;].*|[ \t]*)$/s;
const BRACKET = /^[\s\p{Cc}\p{Cf}]*\[/u;

/**
 * What makes some clients read our keys in another profile, or those of another in ours. The SDK for JavaScript sees no
 * header where text stands behind the bracket, and one wherever a line is in brackets.
 */
export function headerRefusal({ lines, hasBom }: IniDocument, section: IniSection): Refusal | undefined {
  const last = Math.max(section.line, ...section.entries.slice(-1).map(({ lastLine }) => lastLine));
  const refuse = (line: number, why: string, hint: string): Refusal => {
    return { kind: "refused", code: "ProfileAmbiguous", why, hint, line };
  };
  for (let line = section.line; line <= lines.length; line++) {
    const text = lines[line - 1].slice(line === 1 && hasBom ? 1 : 0).replace(/\r?\n$/, "");
    if (!BRACKET.test(text)) continue;
    if (line > section.line && line <= last) {
      return refuse(line, "some AWS clients read this line as a header", "let it begin with another sign than [");
    }
    if (!CLEAR_HEADER.test(text)) {
      const hint = "leave nothing but [NAME] there, or put a # before the rest";
      return refuse(line, "some AWS clients do not read this line as a header", hint);
    }
    if (line > last) return undefined;
  }
}

/** Keys of ours that are indented below an empty value: to the SDKs for JavaScript and Go these are a nested block. */
export function nestRefusal({ lines }: IniDocument, { header, entries }: IniSection): Refusal | undefined {
  const isEmpty = ({ key, value }: IniEntry) => /^($|[\n#;])/.test(value) && !SECRETS.has(key) && key !== MARK;
  const empty = entries.find(isEmpty);
  const below = empty &&
    entries.find(({ key, line }) => line >= empty.line && OURS.has(key) && /^\s/.test(lines[line - 1]));
  if (below === undefined) return undefined;
  const why = `this line of ${
    quoted(`[${header}]`)
  } has no value, and some AWS clients take the keys below for its own`;
  return { kind: "refused", code: "KeysTangled", why, hint: "give it a value, or remove it", line: empty?.line };
}

/** Two sections of the name: Python refuses the file, others merge them. */
export function twiceRefusal(profile: string, line: number): Refusal {
  const why = `${quoted(`[${profile}]`)} stands there twice, and the AWS CLI and boto3 refuse such a file`;
  return { kind: "refused", code: "ProfileTwice", why, hint: "make one section of the two", line };
}

/** A section that somebody wrote who is not us, or put other keys into. */
export function handMadeRefusal(profile: string, { line, entries }: IniSection): Refusal {
  const name = quoted(`[${profile}]`);
  const why = hasMark(entries)
    ? `somebody put keys of their own into ${name} (aws_access_key_id does not begin with ASIA)`
    : `${name} was not made by sso-heal (it has no x_sso_heal_expiration)`;
  return {
    kind: "refused",
    code: "ProfileHandMade",
    why,
    hint: "use another name, or take it over with --force",
    line,
  };
}

/** What was meant to be written would not be read back as meant. */
export function indentationRefusal(profile: string, line: number | undefined): Refusal {
  const name = quoted(`[${profile}]`);
  const why = `lines around ${name} are indented, and the change would give them another meaning`;
  const hint = "let every key and every header begin at the first column";
  return { kind: "refused", code: "KeysTangled", why, hint, line };
}
