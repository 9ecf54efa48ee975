// Which sessions a run is about, and which of their profiles it proves.
import { matchesGlob } from "./glob.ts";
import type { Profile, Session } from "./session.ts";

/** Which sessions and profiles the user asked for on the command line; globs; empty means no choice was made. */
export interface Choice {
  readonly sessions: readonly string[];
  readonly profiles: readonly string[];
}

/** What `[check]` of our own config says. */
export interface Standing {
  /** Globs; `*` is "whatever is there". */
  readonly sessions: readonly string[];
  /** Globs; undefined proves one profile per session. */
  readonly profiles?: readonly string[];
  /** Names and globs of the `[sync …]` sections. */
  readonly synced?: readonly string[];
}

/** One session of a run. */
export interface Selected {
  readonly session: Session;
  /** Somebody named it, on the command line or in the config: it counts also if it was never used here. */
  readonly chosen: boolean;
  /** Profiles to prove, in file order. */
  readonly profiles: readonly Profile[];
}

/** Selects in file order. A profile pattern selects the sessions of the profiles it matches. */
export function select(sessions: readonly Session[], choice: Choice, standing: Standing): Selected[] {
  const selected: Selected[] = [];
  const byHand = choice.sessions.length > 0 || choice.profiles.length > 0;
  for (const session of sessions) {
    const named = session.profiles.filter((profile) => matchesAny(profile.name, choice.profiles));
    if (byHand) {
      if (!matchesAny(session.name, choice.sessions) && named.length === 0) continue;
    } else if (!matchesAny(session.name, standing.sessions)) continue;
    const isNamed = isAmong(session.name, standing.sessions) ||
      session.profiles.some(({ name }) => isAmong(name, standing.synced ?? []));
    selected.push({
      session,
      chosen: byHand || isNamed,
      profiles: named.length > 0 ? named.filter(hasRole) : toProve(session, standing),
    });
  }
  return selected;
}

/** Patterns that match no session, or no profile: most likely a typing error. */
export function unmatched(patterns: readonly string[], names: readonly string[]): string[] {
  return patterns.filter((pattern) => !names.some((name) => matchesGlob(pattern, name)));
}

function toProve(session: Session, { profiles }: Standing): Profile[] {
  const usable = session.profiles.filter(hasRole);
  return profiles === undefined ? usable.slice(0, 1) : usable.filter(({ name }) => matchesAny(name, profiles));
}

function hasRole(profile: Profile): profile is Profile & { accountId: string; roleName: string } {
  return profile.problem === undefined && profile.accountId !== undefined && profile.roleName !== undefined;
}

function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, name));
}

/** Named as it is: a glob chooses nothing. */
function isAmong(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === name && !/[*?]/.test(pattern));
}
