// The end of a sync: one write for each credentials file, and what became of each profile.
import type { CredentialsChange } from "../aws/credentials_edit.ts";
import { type ChangeOutcome, writeCredentials } from "../aws/credentials_file.ts";
import type { RoleCredentials } from "../aws/role_cache.ts";
import { type Outcome, outcomeOfFailure } from "../domain/outcome.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Fault, SyncReport } from "../domain/report.ts";
import { sleep } from "../system/deno_system.ts";
import type { System } from "../system/system.ts";
import { faultOf } from "./faults.ts";
import { fineReport, isOver, namesOver, type SyncView } from "./sync_due.ts";
import type { Fetched } from "./sync_fetch.ts";
import { keysFor } from "./sync_keys.ts";

/** How one job stands before its file is written. */
type Result =
  /** What stands there lasts, or nobody came to it. */
  | { readonly kind: "fine" | "left" }
  | { readonly kind: "got"; readonly credentials: RoleCredentials }
  | { readonly kind: "failed"; readonly error: Fault; readonly outcome: Outcome };

/**
 * Writes what was got. Keys of ours that nobody renewed are taken out of these files, and of `files` (absolute paths),
 * when they are over, so that no client sends them: also those that nobody wants any more. Keys that still work stay. A
 * profile that nobody came to is not in the answer. Comes to its end also when the program is to stop.
 */
export async function writeSynced(
  system: System,
  views: readonly SyncView[],
  fetched: Fetched,
  files: readonly string[] = [],
): Promise<SyncReport[]> {
  const results = views.map((view) => resultOf(view, fetched));
  const outcomes = new Map<number, ChangeOutcome | UserError>();
  for (const file of new Set([...views.map(({ job }) => job.file), ...files])) {
    const changes: CredentialsChange[] = [];
    const places: number[] = [];
    for (const [at, view] of views.entries()) {
      const change = view.job.file === file ? changeFor(view, results[at], system.now()) : undefined;
      if (change === undefined) continue;
      changes.push(change);
      places.push(at);
    }
    const known = new Set(changes.map(({ profile }) => profile));
    const others = namesOver(file, system.now()).filter((profile) => !known.has(profile));
    changes.push(...others.map((profile) => takeOut(profile, system.now())));
    if (changes.length === 0) continue;
    const written = await tryToWrite(system, file, changes);
    for (const [index, at] of places.entries()) {
      outcomes.set(at, written instanceof UserError ? written : written[index]);
    }
  }
  const now = system.now();
  return views.flatMap((view, at) => reportOf(view, results[at], outcomes.get(at), now) ?? []);
}

function resultOf({ need, kept, job }: SyncView, fetched: Fetched): Result {
  if (need === "nothing") return { kind: "fine" };
  if (need !== "keys") return { kind: "failed", error: need, outcome: "broken" };
  const got = kept ?? fetched.get(job);
  if (got === undefined) return { kind: "left" };
  return got instanceof UserError ? failed(got) : { kind: "got", credentials: got };
}

function failed(error: UserError): Result & { readonly kind: "failed" } {
  const { temporary: _, ...fault } = faultOf(error);
  const code = error.exitCode === EXIT.login ? "LoginNeeded" : fault.code;
  return { kind: "failed", error: { ...fault, code }, outcome: outcomeOfFailure(error.exitCode) };
}

function changeFor(view: SyncView, result: Result, now: number): CredentialsChange | undefined {
  const { job: { to: profile, force }, written } = view;
  if (result.kind === "got") return { profile, keys: keysFor(view, result.credentials), force };
  return result.kind === "failed" && isOver(written, now) ? takeOut(profile, now) : undefined;
}

/** Without force: what is not ours is not ours to take out. */
function takeOut(profile: string, overAt: number): CredentialsChange {
  return { profile, keys: undefined, overAt };
}

async function tryToWrite(
  system: System,
  file: string,
  changes: readonly CredentialsChange[],
): Promise<readonly ChangeOutcome[] | UserError> {
  // What was got shall not be lost because the rest was called off: this takes a moment only.
  const patient = (ms: number) => system.sleep(ms).catch(() => sleep(ms, []));
  try {
    const { outcomes } = await writeCredentials(file, changes, { home: system.home, now: system.now, sleep: patient });
    return outcomes;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function reportOf(
  view: SyncView,
  result: Result,
  outcome: ChangeOutcome | UserError | undefined,
  now: number,
): SyncReport | undefined {
  if (result.kind === "left") return undefined;
  const { job: { from, to, file }, written } = view;
  const place = { from, to, file };
  const lasts = written?.isOurs && (written.expiresAt ?? 0) > now ? { expiresAt: written.expiresAt } : {};
  if (outcome instanceof UserError) {
    const { error, outcome: grade } = failed(outcome);
    return { ...place, ...lasts, changed: false, error, outcome: grade };
  }
  const changed = outcome?.changed ?? false;
  if (outcome?.problem !== undefined) {
    return { ...place, ...lasts, changed: false, error: outcome.problem, outcome: "broken" };
  }
  switch (result.kind) {
    case "got":
      return { ...place, changed, expiresAt: result.credentials.expiresAt, outcome: "healthy" };
    case "fine":
      return fineReport(view);
    case "failed":
      return { ...place, ...lasts, changed, error: result.error, outcome: result.outcome };
  }
}
