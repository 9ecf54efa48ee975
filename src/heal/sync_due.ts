// Which legacy profiles need new keys: those whose keys end soon or are of another role, and what can be taken for them.
import type { AwsFile } from "../aws/config_file.ts";
import { readWritten, type WrittenProfile } from "../aws/credentials_written.ts";
import type { RoleCredentials } from "../aws/role_cache.ts";
import { refreshWindow } from "../domain/decide.ts";
import { UserError } from "../domain/problem.ts";
import type { Fault, SyncReport } from "../domain/report.ts";
import type { System } from "../system/system.ts";
import { CLOCK_TOLERANCE_MS, faultOf } from "./faults.ts";
import { canProve, type View, wantsRefresh } from "./look.ts";
import { LONGEST_LIFE_MS, readKeptRole } from "./role_credentials.ts";
import { isAsConfigured, UNKNOWN_KEYS } from "./sync_keys.ts";
import { bySession, type SyncJob, takenFault } from "./sync_plan.ts";

const MINUTE_MS = 60_000;

/** How long keys must last. */
export interface Lasting {
  /** Keys with no more than this left are due; half of their life, where that is known and shorter. */
  readonly aheadMs: number;
  /** But never less than this. */
  readonly leastMs: number;
  /** Milliseconds until somebody looks again; absent where nobody is known to. */
  readonly everyMs?: number;
}

/** A run that comes late by no more than this still finds keys that work. */
const LATE_MS = 2 * MINUTE_MS;

/**
 * Keys that live for `lifeMs` in all (undefined: not known) are due with no more than this left: those that would be over
 * before the next run, unless they are new.
 */
export function windowOf({ aheadMs, leastMs, everyMs = 0 }: Lasting, lifeMs: number | undefined): number {
  const untilNext = Math.min(everyMs + LATE_MS, (lifeMs ?? Infinity) - MINUTE_MS);
  return Math.max(leastMs, refreshWindow(aheadMs, lifeMs), untilNext);
}

/** Whether a session has a token that works, or that may be refreshed. */
export function isUsable(view: View): boolean {
  return wantsRefresh(view) || canProve(view);
}

/** One job and what stands in its file. */
export interface SyncView {
  readonly job: SyncJob;
  readonly written?: WrittenProfile;
  /** `nothing`: the keys that stand there last. A fault: nothing can be written there. */
  readonly need: "nothing" | "keys" | Fault;
  /** For `keys`: those that the AWS CLI has kept, if they last. */
  readonly kept?: RoleCredentials;
  /** How long such keys live in all, where that was looked up: it is not for keys that last. */
  readonly lifeMs?: number;
}

/** Looks at every job; reads each credentials file once. `known` is one that was read a moment ago. */
export async function lookAtJobs(
  system: System,
  jobs: readonly SyncJob[],
  lasting: Lasting,
  known?: AwsFile,
): Promise<readonly SyncView[]> {
  const files = new Map<string, ReadonlyMap<string, WrittenProfile> | Fault>();
  for (const { file } of jobs) {
    if (!files.has(file)) files.set(file, orFault(() => readWritten(file, known)));
  }
  const views: SyncView[] = [];
  for (const job of jobs) {
    const file = files.get(job.file)!;
    if (isFault(file)) views.push({ job, need: file });
    else views.push(await lookAtJob(system, job, file.get(job.to), lasting));
  }
  return await withRefusals(views);
}

async function lookAtJob(
  system: System,
  job: SyncJob,
  found: WrittenProfile | undefined,
  lasting: Lasting,
): Promise<SyncView> {
  const { chain, to, file } = job;
  const now = system.now();
  const written = believed(found, now);
  if (written?.provider !== undefined) return { job, written, need: takenFault(to, written.provider, { file }) };
  const isRight = written?.isOurs && isAsConfigured({ job, written });
  const leftMs = isRight && written.expiresAt !== undefined ? written.expiresAt - now : -Infinity;
  // Nobody opens the files of a thousand roles as long as one file says that all is well.
  if (leftMs > windowOf(lasting, undefined)) return { job, written, need: "nothing" };
  if (chain.steps.length > 0) {
    const lifeMs = (chain.steps.at(-1)?.durationSeconds ?? ASSUMED_FOR_S) * 1000;
    return { job, written, lifeMs, need: leftMs > windowOf(lasting, lifeMs) ? "nothing" : "keys" };
  }
  const kept = await readKeptRole(system, chain);
  if (kept === undefined) return { job, written, need: "keys" };
  const { credentials, lifeMs } = kept;
  if (credentials.expiresAt === written?.expiresAt && leftMs > windowOf(lasting, lifeMs)) {
    return { job, written, lifeMs, need: "nothing" };
  }
  const lasts = credentials.expiresAt - now > windowOf(lasting, lifeMs);
  return { job, written, lifeMs, need: "keys", kept: lasts ? credentials : undefined };
}

/** No keys live so long: the end was noted by a clock that ran ahead, or by somebody else. */
function believed(written: WrittenProfile | undefined, now: number): WrittenProfile | undefined {
  const isFar = written?.expiresAt !== undefined && written.expiresAt - now > LONGEST_LIFE_MS + CLOCK_TOLERANCE_MS;
  return isFar ? { ...written, expiresAt: undefined } : written;
}

/** What STS gives unless asked for another time. */
const ASSUMED_FOR_S = 3600;

/** Whether keys of ours stand there that are over. */
export function isOver(written: WrittenProfile | undefined, now: number): boolean {
  return written?.overAt !== undefined && written.overAt <= now;
}

/**
 * The profiles in a credentials file whose keys are ours and over, whoever wanted them; none when it cannot be read: its
 * jobs say so. `known` is one that was read a moment ago.
 */
export function namesOver(file: string, now: number, known?: AwsFile): string[] {
  const written = orFault(() => readWritten(file, known));
  return isFault(written) ? [] : [...written].flatMap(([name, profile]) => isOver(profile, now) ? [name] : []);
}

/** Jobs that AWS must be asked for, by the name of their session. */
export function jobsToAsk(views: readonly SyncView[]): Map<string, SyncJob[]> {
  return bySession(views.filter(({ need, kept }) => need === "keys" && kept === undefined).map(({ job }) => job));
}

/** What is said of a job whose keys last. */
export function fineReport({ job: { from, to, file }, written }: SyncView): SyncReport {
  return { from, to, file, changed: false, expiresAt: written?.expiresAt, outcome: "healthy" };
}

/** Nobody is asked for keys that would not be written: profiles that somebody made by hand are found out now. */
async function withRefusals(views: readonly SyncView[]): Promise<readonly SyncView[]> {
  const doubtful = views.filter(({ need, written, job }) =>
    need === "keys" && written !== undefined && !written.isOurs && !job.force
  );
  if (doubtful.length === 0) return views;
  const { planCredentials } = await import("../aws/credentials_file.ts");
  const faults = new Map<SyncJob, Fault>();
  for (const file of new Set(doubtful.map(({ job }) => job.file))) {
    const group = doubtful.filter(({ job }) => job.file === file);
    const plan = orFault(() =>
      planCredentials(file, group.map(({ job: { to } }) => ({ profile: to, keys: UNKNOWN_KEYS })))
    );
    for (const [at, { job }] of group.entries()) {
      const fault = isFault(plan) ? plan : plan.outcomes[at].problem;
      if (fault !== undefined) faults.set(job, fault);
    }
  }
  return views.map((view) => ({ ...view, need: faults.get(view.job) ?? view.need }));
}

function orFault<T>(read: () => T): T | Fault {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { temporary: _, ...fault } = faultOf(error);
    return fault;
  }
}

function isFault(value: object): value is Fault {
  return "hint" in value && "code" in value;
}
