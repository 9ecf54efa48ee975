// Gets the credentials of many profiles: a few at once, one refresh for all, none that stops another.
import { AwsError } from "../aws/client.ts";
import type { RoleCredentials } from "../aws/role_cache.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Session } from "../domain/session.ts";
import type { Token } from "../domain/token.ts";
import type { System } from "../system/system.ts";
import type { Run } from "./context.ts";
import { type Healed, healSession } from "./heal_session.ts";
import { isThrottled } from "./pace.ts";
import { isDeadToken, type Proved } from "./prove.ts";
import { readKeptRole } from "./role_credentials.ts";
import { askPortal, assumeAll } from "./role_credentials_fetch.ts";
import { noCredentials, roleRefused } from "./role_credentials_refusals.ts";
import { isUsable, type Lasting, windowOf } from "./sync_due.ts";
import type { SyncJob } from "./sync_plan.ts";

/** What was got for a job, or why there is nothing. Jobs that were not come to have neither. */
export type Fetched = Map<SyncJob, RoleCredentials | UserError>;

export interface FetchOptions {
  readonly lasting: Lasting;
  /** Told after each job. */
  onDone?(failed: boolean): void;
}

/** So many calls of one session are under way together. */
const AT_ONCE = 8;
/** So often a profile waits for its turn again because AWS asks for patience. */
const MOST_TURNS = 5;
/** So many profiles in a row that find no AWS at all stand for the others. */
const MOST_UNREACHABLE = 10;

/** Gets what the sessions give, side by side. The sessions keep their order; those without jobs stay as they are. */
export async function fetchSessions(
  run: Run,
  sessions: readonly Healed[],
  wanted: ReadonlyMap<string, readonly SyncJob[]>,
  options: FetchOptions,
): Promise<{ readonly fetched: Fetched; readonly healed: readonly Healed[] }> {
  const fetched: Fetched = new Map();
  const healed = await Promise.all(sessions.map(async (before) => {
    const jobs = wanted.get(before.view.session.name);
    if (jobs === undefined) return before;
    const { fetched: got, healed: after } = await fetchSession(run, before, jobs, options);
    for (const [job, result] of got) fetched.set(job, result);
    return after;
  }));
  return { fetched, healed };
}

/**
 * Credentials for `wanted`, all of one session, and what became of that since `before`. The token is refreshed when it
 * is due, and once more when the portal does not know it (401); what AWS gives is kept at once, so that a run that is
 * stopped loses nothing. Never throws for what AWS says, nor when the program is to stop: then the rest is left.
 */
async function fetchSession(
  run: Run,
  before: Healed,
  wanted: readonly SyncJob[],
  { lasting, onDone }: FetchOptions,
): Promise<{ readonly fetched: Fetched; readonly healed: Healed }> {
  const fetched: Fetched = new Map();
  const finish = (job: SyncJob, result: RoleCredentials | UserError) => {
    fetched.set(job, result);
    onDone?.(result instanceof UserError);
  };
  const use = async (session: Session, token: Token): Promise<Proved> => {
    const waiting = wanted.filter((job) => !fetched.has(job)).map((job) => ({ job, turns: 1 }));
    let tokenDead: AwsError | undefined;
    let isOver = false;
    let unreachable = 0;
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined && !isOver; next = waiting.shift()) {
        const { job, turns } = next;
        try {
          finish(job, await fetchOne(run, job, { session, token, lasting }));
          unreachable = 0;
        } catch (error) {
          if (isDeadToken(error)) tokenDead = error;
          isOver ||= tokenDead !== undefined || await stopReason(run.system) !== undefined;
          if (isOver) return;
          if (isThrottled(error) && turns < MOST_TURNS) {
            waiting.push({ job, turns: turns + 1 });
            continue;
          }
          finish(job, worded(error, job));
          if (!isUnreachable(error) || ++unreachable < MOST_UNREACHABLE) continue;
          // A thousand profiles do not each wait for a network that is gone.
          for (const { job } of waiting.splice(0)) finish(job, worded(error, job));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
    return { proofs: [], held: [], tokenDead };
  };
  const { view } = before;
  const { refreshAheadMs } = view;
  const refreshed = before.action === "refreshed";
  const after = isUsable(view)
    ? await healSession(run, view, { refreshAheadMs, force: false, probe: true, refreshed, use })
    : before;
  const isAsBefore = after.view === view && after.error === undefined;
  const healed = isAsBefore ? before : { ...after, proofs: before.proofs };
  const reason = await stopReason(run.system);
  for (const job of wanted) {
    if (fetched.has(job)) continue;
    if (reason === undefined) finish(job, noCredentials(healed.view, run.system, healed.error));
    // A check that is stopped says of each session that it is not done; so it does of these.
    else if (reason instanceof UserError) fetched.set(job, reason);
  }
  return { fetched, healed };
}

interface By {
  readonly session: Session;
  readonly token: Token;
  readonly lasting: Lasting;
}

async function fetchOne(run: Run, { chain }: SyncJob, { session, token, lasting }: By) {
  // Two profiles may share a role, and another process may have got it meanwhile.
  const kept = await readKeptRole(run.system, chain);
  const lasts = kept !== undefined && kept.credentials.expiresAt - run.system.now() > windowOf(lasting, kept.lifeMs);
  const renew = () => askPortal(run, chain, session, token);
  return lasts ? await assumeAll(run, chain, kept.credentials, renew) : await assumeAll(run, chain, await renew());
}

function isUnreachable(error: unknown): boolean {
  return error instanceof UserError
    ? error.exitCode === EXIT.temporary
    : error instanceof AwsError && error.failure.kind !== "service";
}

/** Why the program is to stop, if it is: every sleep fails of it then. */
export async function stopReason(system: Pick<System, "sleep">): Promise<unknown> {
  try {
    await system.sleep(0);
    return undefined;
  } catch (reason) {
    return reason;
  }
}

function worded(error: unknown, { chain }: SyncJob): UserError {
  const refusal = error instanceof AwsError ? roleRefused(error, chain) : error;
  if (refusal instanceof UserError) return refusal;
  throw refusal;
}
