// Writes credentials of SSO profiles into legacy profiles of the credentials file, because somebody asked for it now.
import { credentialsPath, expandPath } from "../aws/config_file.ts";
import { type Outcome, worst } from "../domain/outcome.ts";
import { EXIT, type Problem, UserError } from "../domain/problem.ts";
import type { SyncReport } from "../domain/report.ts";
import { awsPaths, configPaths } from "../store/paths.ts";
import { listTemporary } from "../store/temporary.ts";
import type { System } from "../system/system.ts";
import type { Context } from "./context.ts";
import type { Healed } from "./heal_session.ts";
import { look } from "./look.ts";
import { paced } from "./pace.ts";
import { LEAST_LEFT_MS } from "./role_credentials.ts";
import { loadSetup, type Setup } from "./setup.ts";
import { isUsable, jobsToAsk, lookAtJobs, type SyncView } from "./sync_due.ts";
import { type Fetched, fetchSessions, stopReason } from "./sync_fetch.ts";
import { filesOf, planSync, reachedFor, rulesOf, type SyncPlan, type SyncRule, WRITTEN_TWICE } from "./sync_plan.ts";
import { writeSynced } from "./sync_write.ts";
import { caCertsOf, hostsOf } from "./targets.ts";
import { refuseUnknown } from "./unknown_names.ts";

/** What the command line says; what is absent or empty was not given. */
export interface SyncOptions {
  /** Names and globs. */
  readonly profiles: readonly string[];
  readonly to?: string;
  readonly file?: string;
  readonly force: boolean;
  /** Told after each profile for which AWS was asked. */
  onProgress?(progress: SyncProgress): void;
}

export interface SyncProgress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

export interface SyncResult {
  readonly outcome: Outcome;
  readonly sync: readonly SyncReport[];
  /** What is wrong with the [sync] sections, where these were asked for. */
  readonly problems: readonly Problem[];
  /** Why it ended before its time; what was got until then is written. */
  readonly stopped?: unknown;
}

/** What is to be done, before anybody is asked. */
export interface Prepared {
  readonly setup: Setup;
  readonly plan: SyncPlan;
  readonly syncs: readonly SyncView[];
  /** Absolute paths of the credentials files that this is about. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

const FIRST_MS = 5 * 60_000;
/** Twice what the pace needs. */
const MS_PER_JOB = 110;

/**
 * Syncs what was named, else what the [sync] sections say, else the profile of `AWS_PROFILE` or `default`.
 *
 * @throws {UserError} exit code 2, before anything is done, for names that match nothing and for two profiles that would
 * be written into one.
 */
export async function sync(context: Context, options: SyncOptions): Promise<SyncResult> {
  const { system } = context;
  const { setup, plan, syncs, files, problems } = await prepareSync(system, options);
  const fetched = await ask(context, setup, syncs, options);
  const reports = [...plan.refused, ...await writeSynced(system, syncs, fetched, files)];
  const outcome = problems.length > 0 ? "broken" : worst(reports.map(({ outcome }) => outcome));
  return { outcome, sync: reports, problems, stopped: await stopReason(system) };
}

/** The part that asks nobody and changes nothing. @throws as {@link sync} does. */
export async function prepareSync(system: System, options: SyncOptions): Promise<Prepared> {
  const setup = await loadSetup(system, { sessions: [], profiles: [] });
  const { config, files, inventory, refreshAheadMs } = setup;
  const isGiven = options.profiles.length > 0 || options.to !== undefined || options.file !== undefined;
  const byConfig = !isGiven && config.syncs.length > 0;
  const rules = byConfig ? rulesOf(config.syncs, system) : rulesBy(options, system);
  const plan = planSync(
    byConfig ? rules.map((rule) => ({ ...rule, force: options.force })) : rules,
    setup,
    system.home,
  );
  if (!byConfig) {
    refuseUnknown("profile", plan.unmatched, inventory.profiles.map(({ name }) => name));
    const clash = plan.refused.find(({ error }) => error?.code === WRITTEN_TWICE)?.error;
    if (clash !== undefined) throw new UserError(clash.message, [clash.hint], EXIT.usage);
  }
  const lasting = { aheadMs: refreshAheadMs, leastMs: LEAST_LEFT_MS };
  const syncs = await lookAtJobs(system, plan.jobs, lasting, files.credentials);
  const own = configPaths(system.home).file;
  const ownProblems = byConfig ? setup.problems.filter(({ file }) => file === own) : [];
  return { setup, plan, syncs, files: filesOf(rules), problems: ownProblems };
}

/** @throws {UserError} (exit 2) for several profiles with one name for all of them. */
function rulesBy({ profiles, to, file, force }: SyncOptions, system: System): SyncRule[] {
  const names = profiles.length > 0 ? [...new Set(profiles)] : [system.env.AWS_PROFILE || "default"];
  const isMany = names.length > 1 || names.some((name) => /[*?]/.test(name));
  if (isMany && to !== undefined && !to.includes("*")) {
    throw new UserError(`Cannot write several profiles into one, "${to}"`, [
      `write a * for the name of the profile, such as --output '*-${to}'`,
    ], EXIT.usage);
  }
  const path = file === undefined ? credentialsPath(system) : expandPath(file, system);
  return names.map((from) => ({ from, to, file: path, force }));
}

async function ask(
  context: Context,
  { config, inventory, refreshAheadMs }: Setup,
  syncs: readonly SyncView[],
  { onProgress }: SyncOptions,
): Promise<Fetched> {
  const { system } = context;
  const wanted = jobsToAsk(syncs);
  const total = [...wanted.values()].reduce((sum, jobs) => sum + jobs.length, 0);
  if (total === 0) return new Map();
  const leftovers = listTemporary(awsPaths(system.home).ssoCache);
  if (leftovers.length > 0) {
    const { recoverTokens } = await import("./recover.ts");
    await recoverTokens(context, inventory.sessions, leftovers, config.check.expectedUser);
  }
  const sessions = await Promise.all([...wanted.values()].map(async ([{ chain }]): Promise<Healed> => {
    const view = await look(system, { session: chain.session, chosen: true, profiles: [] }, { refreshAheadMs });
    return { view, action: "none", proofs: [] };
  }));
  const reached = reachedFor(
    sessions.flatMap(({ view }) => isUsable(view) ? wanted.get(view.session.name) ?? [] : []),
  );
  const connection = await context.connect(hostsOf(reached, system.env), caCertsOf(reached, system));
  const deadline = system.now() + FIRST_MS + total * MS_PER_JOB;
  let done = 0;
  let failed = 0;
  const onDone = (isFailed: boolean) => {
    done++;
    if (isFailed) failed++;
    onProgress?.({ done, failed, total });
  };
  try {
    const run = paced({ ...context, aws: connection, deadline });
    const lasting = { aheadMs: refreshAheadMs, leastMs: LEAST_LEFT_MS };
    onProgress?.({ done, failed, total });
    return (await fetchSessions(run, sessions, wanted, { lasting, onDone })).fetched;
  } finally {
    connection.close();
  }
}
