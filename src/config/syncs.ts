// The [sync NAME] sections: which profiles are written for clients that know no SSO, and under which names.
import type { Flaw, Section } from "./grammar.ts";
import type { SYNC, Values } from "./sections.ts";

/** One `[sync NAME]` section. */
export interface SyncConfig {
  /** Name or glob of profiles of the AWS config. */
  readonly from: string;
  /** Name of the legacy profile; `*` stands for that of the profile. Absent: `*-legacy-sso`. */
  readonly to?: string;
  /** Absolute path of the credentials file; absent: the usual one. */
  readonly file?: string;
  readonly region?: string;
  readonly output?: string;
}

/**
 * Every section that can be used, in file order, and what is wrong with the others besides values that could not be
 * read. Of a section that cannot be read whole nothing is used: it would write to another place than was meant.
 */
export function readSyncs(
  sections: readonly Section[],
  valuesOf: (title: string) => Values<typeof SYNC>,
  home: string,
): { readonly syncs: readonly SyncConfig[]; readonly flaws: readonly Flaw[] } {
  const syncs: SyncConfig[] = [];
  const flaws: Flaw[] = [];
  /** Who writes a profile of this name into this file. */
  const writers = new Map<string, string>();
  const seen = new Set<string>();
  for (const { kind, name: from, line, entries, unread } of sections) {
    // Of a section that is there twice the first is used.
    if (kind !== "sync" || from === undefined || seen.has(from)) continue;
    seen.add(from);
    const values = valuesOf(`sync ${from}`);
    const { to, file: written, region, output } = values;
    const isBroken = unread !== undefined ||
      entries.some(({ key }) => Object.hasOwn(values, key) && values[key as keyof typeof values] === undefined);
    const toLine = entries.find(({ key }) => key === "to")?.line ?? line;
    if (/[*?]/.test(from) && to !== undefined && !to.includes("*")) {
      const message = `"to" of [sync ${from}]: "${to}" would be the name of every profile`;
      flaws.push({ line: toLine, message, hint: `write a * for the name of the profile: to = *-${to}` });
      continue;
    }
    if (isBroken) continue;
    const file = written?.startsWith("~/") ? home + written.slice(1) : written;
    const target = JSON.stringify([to?.replaceAll("*", from) ?? `${from}-legacy-sso`, file]);
    const other = writers.get(target);
    if (other !== undefined) {
      const message = `"to" of [sync ${from}]: [sync ${other}] writes the same profile`;
      flaws.push({ line: toLine, message, hint: "give each a name of its own" });
      continue;
    }
    writers.set(target, from);
    syncs.push({ from, to, file, region, output });
  }
  return { syncs, flaws };
}
