// Holds the sections of config.ini against their declaration: values, problems, warnings.
import { didYouMean } from "../domain/suggest.ts";
import { type Entry, type Flaw, type Section, shownWord } from "./grammar.ts";
import { type Keys, type SectionKind, SECTIONS } from "./sections.ts";
import type { Kind } from "./values.ts";

/** Something wrong in one line; the caller knows the file. */
export interface Found extends Flaw {
  readonly code:
    | "ConfigSyntax"
    | "ConfigRepeated"
    | "ConfigValue"
    | "ConfigUnknown"
    | "ConfigChannel"
    | "ConfigExposed";
}

/** A file of another kind has nothing but unknown words: more than these are counted only. */
export const MOST_WARNINGS = 100;

/** Everything the sections say. Hand in each section once, then look at the fields. */
export class SectionReader {
  readonly problems: Found[] = [];
  readonly warnings: Found[] = [];
  /** The first secret that stands in the file itself, not as `env:` or `file:`. */
  firstSecret?: { readonly line: number; readonly where: string };
  readonly #values = new Map<string, Record<string, unknown>>();

  /** The values that could be read of `[kind]` or `[kind name]`, by key. */
  values(title: string): Readonly<Record<string, unknown>> {
    return this.#values.get(title) ?? {};
  }

  read(section: Section): void {
    const { kind, name, line } = section;
    const declared = Object.hasOwn(SECTIONS, kind) ? SECTIONS[kind] : undefined;
    if (declared === undefined) {
      const shown = shownWord(kind) === undefined ? "this" : `[${kind}]`;
      this.#unknown(line, `${shown} is no section of sso-heal`, kind, Object.keys(SECTIONS));
      return;
    }
    const misnamed = namingFlaw(declared, section);
    if (misnamed !== undefined) this.problems.push(misnamed);
    const title = name === undefined ? kind : `${kind} ${name}`;
    if (this.#values.has(title)) this.#repeated(line, `[${title}]`);
    const values: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const entry of section.entries) {
      const where = `${shownWord(entry.key) ?? "a key"} of [${title}]`;
      const keys = declared.keys;
      const valueKind = kindOf(keys, entry.key);
      if (valueKind === undefined) {
        this.#unknown(entry.line, `${where} is no key of sso-heal`, entry.key, Object.keys(keys));
      } else if (seen.has(entry.key)) this.#repeated(entry.line, where);
      else values[entry.key] = this.#value(entry, where, valueKind);
      seen.add(entry.key);
    }
    if (!this.#values.has(title)) this.#values.set(title, values);
  }

  #value(entry: Entry, where: string, kind: Kind<unknown>): unknown {
    const { value, line } = entry;
    if (kind.secret?.(value)) this.firstSecret ??= { line, where };
    const read = kind.read(value);
    if (!("error" in read)) return read.value;
    const shown = kind.secret === undefined ? `"${value}"` : "its value";
    this.problems.push({ code: "ConfigValue", line, message: `${where}: ${shown} ${read.error}`, hint: read.hint });
    return undefined;
  }

  #unknown(line: number, message: string, word: string, known: readonly string[]): void {
    const meant = this.warnings.length < MOST_WARNINGS ? didYouMean(word, known) : undefined;
    const hint = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean "${meant}"?`;
    this.warnings.push({ code: "ConfigUnknown", line, message, hint });
  }

  #repeated(line: number, what: string): void {
    const hint = "keep one of them; the first is used";
    this.problems.push({ code: "ConfigRepeated", line, message: `${what} is there twice`, hint });
  }
}

function namingFlaw(declared: SectionKind, { kind, name, line }: Section): Found | undefined {
  if (declared.named === (name !== undefined)) return undefined;
  return declared.named
    ? { code: "ConfigSyntax", line, message: `[${kind}] has no name`, hint: `write [${kind} NAME]` }
    : { code: "ConfigSyntax", line, message: `[${kind}] takes no name`, hint: `write [${kind}]` };
}

function kindOf(keys: Keys, key: string): Kind<unknown> | undefined {
  if (Object.hasOwn(keys, key)) return keys[key];
  const dot = key.indexOf(".") + 1;
  const family = `${key.slice(0, dot)}NAME`;
  return dot > 0 && dot < key.length && Object.hasOwn(keys, family) ? keys[family] : undefined;
}
