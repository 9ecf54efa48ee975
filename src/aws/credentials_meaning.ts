// Proves an edit of the credentials file by reading the result: it holds the keys and means what it meant before.
import { type LegacyKeys, STALE, WRITTEN } from "./credentials_keys.ts";
import type { IniDocument, IniEntry } from "./ini.ts";

/** What was to become of one profile. */
export interface Intent {
  /** Undefined: none of `ours` shall be left. */
  readonly keys: LegacyKeys | undefined;
  /** The keys that the edit was allowed to touch. */
  readonly ours: ReadonlySet<string>;
}

/** Whether `after` holds exactly what the intents (by profile) say, and everything else as it was `before`. */
export function isAsMeant(before: IniDocument, after: IniDocument, intents: ReadonlyMap<string, Intent>): boolean {
  const [was, is] = [readApart(before, intents), readApart(after, intents)];
  return was.others === is.others &&
    [...intents].every(([profile, { keys }]) => isRight(is.entries.get(profile) ?? [], keys));
}

interface Apart {
  /** Entries of ours by profile. */
  readonly entries: ReadonlyMap<string, readonly IniEntry[]>;
  /** What everything else is read as. */
  readonly others: string;
}

function readApart({ sections, strayLines }: IniDocument, intents: ReadonlyMap<string, Intent>): Apart {
  const entries = new Map<string, IniEntry[]>([...intents.keys()].map((profile) => [profile, []]));
  const others: unknown[] = [strayLines.length];
  for (const section of sections) {
    const { header = null, junkLines } = section;
    const ours = header === null ? undefined : intents.get(header)?.ours;
    const foreign = ours ? section.entries.filter(({ key }) => !ours.has(key)) : section.entries;
    if (header !== null && ours) {
      for (const entry of section.entries) if (ours.has(entry.key)) entries.get(header)?.push(entry);
      // Without anything of others it may come and go.
      if (foreign.length === 0 && junkLines.length === 0) continue;
    }
    others.push(header, junkLines.length, foreign.map(({ key, value }) => [key, value]));
  }
  return { entries, others: JSON.stringify(others) };
}

/** Whether the keys are there, once each and with their values, and nothing of ours besides. */
function isRight(entries: readonly IniEntry[], keys: LegacyKeys | undefined): boolean {
  if (keys === undefined) return entries.length === 0;
  return !entries.some(({ key }) => STALE.some((stale) => stale === key)) && WRITTEN.every((key) => {
    const values = entries.filter((entry) => entry.key === key).map(({ value }) => value);
    return keys[key] === undefined || values.length === 1 && values[0] === keys[key];
  });
}
