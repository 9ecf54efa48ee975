// What keeps us from editing a credentials file: names and values it cannot hold, and text that clients read in two ways.
import type { LegacyKeys } from "./credentials_keys.ts";
import type { IniDocument, IniSection } from "./ini.ts";
import { quoted } from "./wording.ts";

/** Why nothing was changed. */
export interface Refusal {
  readonly kind: "refused";
  /** Stable PascalCase word, as in a Problem. */
  readonly code: string;
  /** Ends the sentence `Cannot …:`. Never holds a value of the file. */
  readonly why: string;
  /** The way out. */
  readonly hint: string;
  /** From 1, in the text as it was. */
  readonly line?: number;
}

/** Why `profile` cannot be the name of a section in the credentials file. */
export function nameRefusal(profile: string): Refusal | undefined {
  const refuse = (why: string, hint = "use a name of letters, digits, - and _"): Refusal => ({
    kind: "refused",
    code: "ProfileNameInvalid",
    why: `${quoted(profile)} cannot be a profile there: ${why}`,
    hint,
  });
  if (profile === "") return refuse("it is empty");
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(profile)) {
    return refuse("it holds a line break or an invisible character");
  }
  if (/[[\]]/.test(profile)) return refuse("it holds a bracket");
  if (profile.trim() !== profile) return refuse("it begins or ends with a space");
  if (/^["']|["']$/.test(profile)) return refuse("it begins or ends with a quote");
  if (/(^|\s)[#;]/.test(profile)) return refuse("some clients take the rest for a comment");
  // Python lets every section inherit from the first, the SDK for JavaScript refuses a file with the second.
  if (profile === "DEFAULT" || profile === "__proto__") return refuse("the name has a meaning of its own");
  const kind = /^(profile|sso-session|services)\s/.exec(profile)?.[1];
  if (kind === undefined) return undefined;
  return refuse(`in this file a name has no ${quoted(kind)} before it`, `leave ${quoted(kind)} out`);
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
      hint: key === "region" || key === "output" ? `correct ${key}` : "try again; if it stays, report it",
    };
  }
}

/** Headers that only some clients take for `[profile]`. */
export function likenessRefusal({ sections, lines }: IniDocument, profile: string): Refusal | undefined {
  for (const { header, line } of sections) {
    if (header === profile) continue;
    const name = header ?? lines[line - 1].trim().slice(1);
    // Python up to 3.9 ends the name at the first bracket, later ones at the last.
    if (bareName(name) !== profile && !name.startsWith(`${profile}]`)) continue;
    return ambiguous(
      profile,
      line,
      "some take another header for it",
      `write that header as [${profile}] or rename it`,
    );
  }
}

/** `[ x ]` and `["x"]` name x for some. */
function bareName(header: string): string {
  const name = header.trim();
  return /^(["'])(.*)\1$/s.exec(name)?.[2].trim() ?? name;
}

/** An indented `[profile]` below a value: a section for some, for Python a part of that value. */
export function hiddenRefusal(document: IniDocument, profile: string): Refusal | undefined {
  for (const section of document.sections) {
    for (const [line, text] of continuations(document, section)) {
      if (!text.startsWith(`[${profile}]`)) continue;
      const why = "its header is indented, and so a part of the value above";
      return ambiguous(profile, line, why, "remove the indentation");
    }
  }
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
    const why = `a line of ${quoted(`[${section.header}]`)} is indented, and so a part of the value above`;
    return { kind: "refused", code: "KeysTangled", why, hint: "remove the indentation of this line", line };
  }
}

/** Every section inherits from `[DEFAULT]`, and botocore prefers the old name of the session token to the new one. */
export function defaultRefusal({ sections }: IniDocument): Refusal | undefined {
  const inherited = sections.filter(({ header }) => header === "DEFAULT").flatMap(({ entries }) => entries);
  const line = inherited.find(({ key }) => key === "aws_security_token")?.line;
  if (line === undefined) return undefined;
  const why = "every profile inherits aws_security_token from [DEFAULT], and it outweighs the new token";
  return { kind: "refused", code: "TokenInherited", why, hint: "remove that line", line };
}

/** The continuation lines of a section: line number, trimmed text, key of the value they belong to. */
function* continuations({ lines }: IniDocument, section: IniSection): Generator<[number, string, string]> {
  if (!section.hasContinuation) return;
  for (const { key, line, lastLine } of section.entries) {
    for (let below = line + 1; below <= lastLine; below++) {
      const text = lines[below - 1].trim();
      if (text !== "" && !/^[#;]/.test(text)) yield [below, text, key];
    }
  }
}

function ambiguous(profile: string, line: number, why: string, hint: string): Refusal {
  const told = `clients disagree on what ${quoted(`[${profile}]`)} is: ${why}`;
  return { kind: "refused", code: "ProfileAmbiguous", why: told, hint, line };
}

/** Two sections of the name: Python refuses the file, others merge them. */
export function twiceRefusal(profile: string, line: number): Refusal {
  const why = `${quoted(`[${profile}]`)} stands there twice, and AWS CLI and boto3 refuse such a file`;
  return { kind: "refused", code: "ProfileTwice", why, hint: "put both sections together", line };
}

/** A section that somebody wrote who is not us. */
export function handMadeRefusal(profile: string, line: number): Refusal {
  const why = `${quoted(`[${profile}]`)} was not made by sso-heal (it has no x_sso_heal_expiration)`;
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
  const why = `the lines around ${name} are indented so that a change would give others another meaning`;
  return { kind: "refused", code: "KeysTangled", why, hint: "begin every key and header at the first column", line };
}
