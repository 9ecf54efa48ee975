// Reads both configurations, ours and that of AWS, and selects what a run is about.
import { type Inventory, loadInventory } from "../aws/inventory.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { EXIT, type Problem, UserError } from "../domain/problem.ts";
import { type Choice, select, type Selected, unmatched } from "../domain/select.ts";
import { didYouMean } from "../domain/suggest.ts";
import type { System } from "../system/system.ts";

/** Official clients refresh at 15 minutes left; with runs 10 minutes apart and some delay they never need to. */
const REFRESH_AHEAD_MS = 28 * 60_000;

export interface Setup {
  readonly config: Config;
  readonly inventory: Inventory;
  readonly selected: readonly Selected[];
  /** {@link Config} with its default. */
  readonly refreshAheadMs: number;
  /** What stops nothing but makes the outcome `broken`. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** @throws {UserError} (exit 2) when a name on the command line matches nothing. */
export function loadSetup(system: System, choice: Choice): Setup {
  const { config, problems, warnings } = loadConfig(system.home);
  const inventory = loadInventory(system);
  const sessionNames = inventory.sessions.map(({ name }) => name);
  const profileNames = inventory.profiles.map(({ name }) => name);
  refuseUnmatched("session", choice.sessions, sessionNames);
  refuseUnmatched("profile", choice.profiles, profileNames);

  // A profile that belongs to no session would be seen nowhere else.
  const lost = inventory.profiles.flatMap(({ session, problem }) => session === "" && problem ? [problem] : []);
  return {
    config,
    inventory,
    selected: select(inventory.sessions, choice, config.check),
    refreshAheadMs: config.check.refreshAheadMs ?? REFRESH_AHEAD_MS,
    problems: [...problems, ...inventory.problems, ...lost],
    warnings: [
      ...warnings,
      ...unmatched(config.check.sessions.filter((pattern) => pattern !== "*"), sessionNames)
        .map((pattern) => missing("sessions", "session", pattern, sessionNames)),
      ...unmatched(config.check.profiles?.filter((pattern) => pattern !== "*") ?? [], profileNames)
        .map((pattern) => missing("profiles", "profile", pattern, profileNames)),
    ],
  };
}

function refuseUnmatched(kind: "session" | "profile", patterns: readonly string[], names: readonly string[]): void {
  const [pattern] = unmatched(patterns, names);
  if (pattern === undefined || pattern === "*") return;
  throw new UserError(`Cannot find ${kind} "${pattern}" in the AWS config`, [
    ...suggestion(pattern, names),
    names.length === 0 ? "the AWS config file has no SSO configuration yet" : `there is: ${listed(names)}`,
  ], EXIT.usage);
}

function missing(key: string, kind: string, pattern: string, names: readonly string[]): Problem {
  return {
    code: "NothingMatches",
    message: `"${pattern}" in [check] ${key} matches no ${kind} of the AWS config`,
    hint: suggestion(pattern, names)[0] ?? `correct ${key} in ~/.config/sso-heal/config.ini`,
  };
}

function suggestion(word: string, names: readonly string[]): string[] {
  const near = didYouMean(word, names);
  return near === undefined ? [] : [`did you mean "${near}"?`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
