// Reads both configurations, ours and that of AWS, and selects what a run is about.
import { type AwsFiles, readAwsFiles } from "../aws/config_file.ts";
import { type Inventory, inventoryOf } from "../aws/inventory.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { matchesGlob } from "../domain/glob.ts";
import { DEFAULT_INTERVAL } from "../domain/interval.ts";
import type { Problem } from "../domain/problem.ts";
import { type Choice, select, type Selected, unmatched } from "../domain/select.ts";
import { readServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";

/**
 * Official clients refresh at 15 minutes left: when the window is so much wider than the time between two runs, with some
 * delay, they never need to.
 */
const REFRESH_MARGIN_MS = 18 * 60_000;

export interface Setup {
  readonly config: Config;
  /** What the inventory was made from; with keys: never print it. */
  readonly files: AwsFiles;
  readonly inventory: Inventory;
  readonly selected: readonly Selected[];
  /** The job that is installed. */
  readonly service?: ServiceRecord;
  /** Milliseconds between two of its runs, or what they usually are. */
  readonly everyMs: number;
  /** {@link Config} with its default. */
  readonly refreshAheadMs: number;
  /** What stops nothing but makes the outcome `broken`. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** @throws {UserError} (exit 2) when a name on the command line matches nothing. */
export async function loadSetup(system: System, choice: Choice): Promise<Setup> {
  const service = readServiceRecord(system.home);
  const everyMs = service?.everyMs ?? DEFAULT_INTERVAL * 60_000;
  const { config, problems, warnings } = await loadConfig(system.home);
  const files = await readAwsFiles(system);
  const inventory = await inventoryOf(files, system.home);
  let missing: Problem[] = [];
  const sessionNames = inventory.sessions.map(({ name }) => name);
  const profileNames = inventory.profiles.map(({ name }) => name);
  const unknown = {
    session: unmatched(choice.sessions, sessionNames),
    profile: unmatched(choice.profiles, profileNames),
    ofConfig: [
      ...unmatched(config.check.sessions, sessionNames).map((pattern) => ["session", pattern] as const),
      ...unmatched(config.check.profiles ?? [], profileNames).map((pattern) => ["profile", pattern] as const),
    ].filter(([, pattern]) => pattern !== "*"),
  };
  const names = { session: sessionNames, profile: profileNames };
  if (unknown.session.length + unknown.profile.length + unknown.ofConfig.length > 0) {
    const { missingInConfig, refuseUnknown } = await import("./unknown_names.ts");
    refuseUnknown("session", unknown.session, sessionNames);
    refuseUnknown("profile", unknown.profile, profileNames);
    missing = unknown.ofConfig.map(([kind, pattern]) => missingInConfig(kind, pattern, names[kind]));
  }

  const synced = config.syncs.map(({ from }) => from);
  const selected = select(inventory.sessions, choice, { ...config.check, synced });
  // A profile that belongs to no session, or cannot be used, would be seen nowhere else.
  const lost = inventory.profiles.flatMap(({ session, problem }) => session === "" && problem ? [problem] : []);
  const wanted = choice.profiles.length > 0 ? choice.profiles : config.check.profiles ?? ["*"];
  const unusable = selected.filter(({ session }) => session.problem === undefined)
    .flatMap(({ session }) => session.profiles.filter(({ name }) => wanted.some((glob) => matchesGlob(glob, name))))
    .flatMap(({ problem }) => problem ?? []);
  return {
    config,
    files,
    inventory,
    selected,
    service,
    everyMs,
    refreshAheadMs: config.check.refreshAheadMs ?? everyMs + REFRESH_MARGIN_MS,
    problems: [...problems, ...inventory.problems, ...lost, ...unusable],
    warnings: [...warnings, ...missing],
  };
}
