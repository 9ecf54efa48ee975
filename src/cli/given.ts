// The usual command line, a command and a few flags, read without loading the whole parser.
import type { Given, Option, Options } from "../commands/command.ts";
import { parseDuration } from "../domain/duration.ts";

/** Any value that an option can have. */
export type Value = boolean | string | number | readonly string[] | undefined;

/**
 * What `words` (without the command itself) give, if they are nothing but flags by their long name. Undefined for all
 * else, a wrong word and a question for help too: that is for `parseOptions()`, which gives the same for these.
 */
export function givenFlags<T extends Options>(words: readonly string[], options: T): Given<T> | undefined {
  const values = new Map<string, Value>();
  for (const word of words) {
    const name = word.slice(2);
    if (word !== `--${name}` || name === "help" || !Object.hasOwn(options, name)) return undefined;
    if (options[name].kind !== "flag") return undefined;
    values.set(name, true);
  }
  return filled(options, values) as Given<T>;
}

/** A value for every option: what was not given has the value that says so. */
export function filled(options: Options, values: ReadonlyMap<string, Value>): Record<string, Value> {
  const given: Record<string, Value> = {};
  for (const [name, option] of Object.entries(options)) given[name] = values.get(name) ?? absent(option);
  return given;
}

function absent(option: Option): Value {
  if (option.kind === "flag") return false;
  if (option.kind === "list" || option.kind === "words") return [];
  if (option.kind === "choice" || option.fallback === undefined) return undefined;
  const parsed = parseDuration(option.fallback);
  return "ms" in parsed ? parsed.ms : 0;
}
