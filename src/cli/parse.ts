// From the words after the command to the values of its declared options.
import type { Given, Option, Options } from "../commands/command.ts";
import { wrongUsage } from "../commands/options.ts";
import { parseDuration } from "../domain/duration.ts";
import type { UserError } from "../domain/problem.ts";
import { didYouMean } from "../domain/suggest.ts";
import { sessionOption } from "../domain/shell_word.ts";
import { filled, type Value } from "./given.ts";

/**
 * Reads `words` (without the command itself): `--name value`, `--name=value`, `-x`, several short flags in one word, and
 * `--`, after which everything is an operand. Of an option that can be given once the last one counts, so that an alias
 * can be overridden. A value that begins with `-` must be written `--name=-value`: else a forgotten value would swallow
 * the next option.
 *
 * Written by hand: every library was measured to cost more at start than a check that has nothing to do.
 *
 * @throws {UserError} with exit code 2 for the first word that is wrong. Not when help is asked for: then the other
 * options do not matter.
 */
export function parseOptions<T extends Options>(command: string, words: readonly string[], options: T): Given<T> {
  const values = new Map<string, Value>();
  if (asksForHelp(words, options)) values.set("help", true);
  else new Parser(command, options, values).read(words);
  return filled(options, values) as Given<T>;
}

function asksForHelp(words: readonly string[], options: Options): boolean {
  if (options.help === undefined) return false;
  const end = words.indexOf("--");
  return words.some((word, at) => (word === "--help" || word === "-h") && (end < 0 || at < end));
}

class Parser {
  constructor(readonly command: string, readonly options: Options, readonly values: Map<string, Value>) {}

  read(words: readonly string[]): void {
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (word === "--" && at === words.length - 1) return;
      if (word === "--") {
        for (const operand of words.slice(at + 1)) this.#operand(operand, true);
        return;
      }
      if (word.startsWith("--")) at += this.#long(word, words[at + 1]);
      else if (word.startsWith("-") && word.length > 1) at += this.#short(word, words[at + 1]);
      else this.#operand(word);
    }
  }

  /** Returns how many further words it took. */
  #long(word: string, next: string | undefined): number {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (!Object.hasOwn(this.options, name) || this.options[name].kind === "words") throw this.#unknown(`--${name}`);
    const attached = equals < 0 ? undefined : word.slice(equals + 1);
    return this.#take(name, `--${name}`, attached, next);
  }

  /** `-q`, `-vq`; the last letter may take a value: `-s NAME`, `-sNAME`. */
  #short(word: string, next: string | undefined): number {
    for (let at = 1; at < word.length; at++) {
      const letter = word[at];
      const name = Object.keys(this.options).find((long) => this.options[long].short === letter);
      if (name === undefined) throw this.#unknown(`-${letter}`);
      if (this.options[name].kind === "flag") this.values.set(name, true);
      else return this.#take(name, `-${letter}`, word.slice(at + 1) || undefined, next);
    }
    return 0;
  }

  #take(name: string, written: string, attached: string | undefined, next: string | undefined): number {
    const option = this.options[name];
    if (option.kind === "words") throw new TypeError(`${name} is no option`);
    if (option.kind === "flag") {
      if (attached !== undefined) throw this.#wrong(`Option "${written}" takes no value`);
      this.values.set(name, true);
      return 0;
    }
    const text = attached ?? (next?.startsWith("-") ? undefined : next);
    if (text === undefined || text === "") {
      throw this.#missing(written, option, attached === undefined ? next : undefined);
    }
    const before = this.values.get(name);
    this.values.set(name, this.#value(option, written, text, Array.isArray(before) ? before : []));
    return attached === undefined ? 1 : 0;
  }

  #value(
    option: Exclude<Option, { kind: "flag" | "words" }>,
    written: string,
    text: string,
    before: readonly string[],
  ): Value {
    if (option.kind === "list") return [...before, text];
    if (option.kind === "choice") {
      if (option.choices.includes(text)) return text;
      throw this.#wrong(`Option "${written}" is ${listed(option.choices)}, not "${text}"`, [
        ...suggestion(text, option.choices),
      ]);
    }
    const parsed = parseDuration(text);
    if ("error" in parsed) throw this.#wrong(`Option "${written}": "${text}" ${parsed.error}`);
    if (parsed.ms < (option.leastMs ?? 0)) {
      throw this.#wrong(`Option "${written}": "${text}" is too short (at least ${(option.leastMs ?? 0) / 1000}s)`);
    }
    return parsed.ms;
  }

  #missing(written: string, option: Exclude<Option, { kind: "flag" | "words" }>, next: string | undefined): UserError {
    const wanted = option.kind === "choice" ? listed(option.choices) : option.value;
    const hints = next !== undefined && next.length > 1 && next.startsWith("-")
      ? [`if "${next}" is the value, write ${written}${written.startsWith("--") ? "=" : ""}${next}`]
      : [];
    return this.#wrong(`Option "${written}" needs a value: ${wanted}`, hints);
  }

  #unknown(written: string): UserError {
    const nearest = didYouMean(written.replace(/^-+/, ""), Object.keys(this.options));
    const hints = nearest === undefined || !written.startsWith("--") ? [] : [`did you mean "--${nearest}"?`];
    return this.#wrong(`Unknown option "${written}" of "${this.command}"`, hints);
  }

  #operand(word: string, behindDashes = false): void {
    const row = this.options.words;
    if (row?.kind === "words") {
      if (row.behindDashes && !behindDashes) {
        throw this.#wrong(`Unexpected word "${word}" before "--"`, [
          `write: sso-heal ${this.command} [options] -- ${word} …`,
        ]);
      }
      this.values.set("words", [...this.values.get("words") as readonly string[] | undefined ?? [], word]);
      return;
    }
    const hints = Object.hasOwn(this.options, "session") ? [`to choose a session, write ${sessionOption(word)}`] : [];
    throw this.#wrong(`Unexpected word "${word}": "${this.command}" takes options only`, hints);
  }

  #wrong(message: string, hints: readonly string[] = []): UserError {
    return wrongUsage(message, [...hints, `see: sso-heal ${this.command} --help`]);
  }
}

/** A hint with the nearest candidate, when one is near. */
export function suggestion(word: string, candidates: Iterable<string>): string[] {
  const nearest = didYouMean(word, candidates);
  return nearest === undefined ? [] : [`did you mean "${nearest}"?`];
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
