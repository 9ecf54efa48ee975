// The [sync …] sections in a check: after the sessions are healed, what they give is written where it is due.
import type { Problem } from "../domain/problem.ts";
import type { SyncReport } from "../domain/report.ts";
import { matchesGlob } from "../domain/glob.ts";
import type { Choice, Selected } from "../domain/select.ts";
import { configPaths } from "../store/paths.ts";
import type { System } from "../system/system.ts";
import type { Run } from "./context.ts";
import type { Healed } from "./heal_session.ts";
import { type View, wasUsed } from "./look.ts";
import type { Setup } from "./setup.ts";
import {
  fineReport,
  isOver,
  isUsable,
  jobsToAsk,
  type Lasting,
  lookAtJobs,
  namesOver,
  type SyncView,
} from "./sync_due.ts";
import { gapWarnings } from "./sync_due_gap.ts";
import { filesOf, planSync, reachedFor, rulesOf, type SyncJob, type SyncPlan } from "./sync_plan.ts";

/** Calls after somebody's approval are begun for so long. */
const APPROVED_MS = 5 * 60_000;

/** What a check syncs. */
export class CheckSync {
  readonly #system: System;
  readonly #plan: SyncPlan;
  readonly #lasting: Lasting;
  readonly #syncs: readonly SyncView[];
  readonly #leftOut: readonly string[];
  readonly #files: readonly string[];
  readonly #isSomeOver: boolean;

  /** Use {@link lookAtSyncs}. */
  constructor(
    system: System,
    plan: SyncPlan,
    lasting: Lasting,
    syncs: readonly SyncView[],
    leftOut: readonly string[],
    { files, isSomeOver }: { readonly files: readonly string[]; readonly isSomeOver: boolean },
  ) {
    this.#system = system;
    this.#plan = plan;
    this.#lasting = lasting;
    this.#syncs = syncs;
    this.#leftOut = leftOut;
    this.#files = files;
    this.#isSomeOver = isSomeOver;
  }

  /** Globs that match nothing, or nothing that is checked: most likely not what was meant. */
  get warnings(): readonly Problem[] {
    const { file } = configPaths(this.#system.home);
    const unmatched = this.#plan.unmatched.map((pattern) => ({
      code: "NothingMatches",
      message: `[sync ${pattern}] matches no profile of the AWS config that has credentials of SSO`,
      hint: "list them: sso-heal profiles",
      file,
    }));
    const leftOut = this.#leftOut.map((pattern) => ({
      code: "SessionLeftOut",
      message: `[sync ${pattern}] matches only profiles of sessions that checks leave out`,
      hint: ADD_SESSION,
      file,
    }));
    return [...unmatched, ...leftOut, ...gapWarnings(this.#syncs, this.#lasting.everyMs ?? 0)];
  }

  /** Whether there is anything to write or to take out, as the sessions look now. */
  isDue(views: readonly View[]): boolean {
    const usable = new Set(views.filter(isUsable).map(({ session }) => session.name));
    const now = this.#system.now();
    return this.#syncs.some(({ job, need, kept, written }) =>
      need !== "nothing" && (
        (need === "keys" && (kept !== undefined || usable.has(job.chain.session.name))) ||
        isOver(written, now)
      )
    );
  }

  /** What must be reachable, also for what becomes due in this very run. */
  reached(): Selected[] {
    return reachedFor(this.#plan.jobs);
  }

  /** Writes what is due, looking again: another check may have done it, and proofs leave credentials behind. */
  async afterHealing(run: Run, healed: readonly Healed[]): Promise<Synced> {
    return await this.#sync(run, healed, this.#plan.jobs, this.#plan.refused);
  }

  /** The same for sessions that are healed later, although others wait; `before` is what was said of all. */
  async afterApproval(
    run: Run,
    healed: readonly Healed[],
    before: readonly SyncReport[],
  ): Promise<readonly SyncReport[]> {
    const deadline = this.#system.now() + APPROVED_MS;
    const names = new Set(healed.map(({ view }) => view.session.name));
    const jobs = this.#plan.jobs.filter(({ chain }) => names.has(chain.session.name));
    const { reports } = await this.#sync({ ...run, deadline }, healed, jobs, []);
    const isAbout = (report: SyncReport) => jobs.some(({ to, file }) => report.to === to && report.file === file);
    return [...before.filter((report) => !isAbout(report)), ...reports];
  }

  /** What is to be said when AWS is not asked. */
  async withoutAws(views: readonly View[]): Promise<readonly SyncReport[]> {
    const { refused } = this.#plan;
    if (this.#isDone(this.#syncs)) return [...refused, ...this.#syncs.map(fineReport)];
    const { noCredentials } = await import("./role_credentials_refusals.ts");
    const { writeSynced } = await import("./sync_write.ts");
    const failed = this.#syncs.flatMap(({ job, need, kept }) => {
      const view = views.find(({ session }) => session.name === job.chain.session.name);
      if (need !== "keys" || kept !== undefined || view === undefined || isUsable(view)) return [];
      return [[job, noCredentials(view, this.#system)] as const];
    });
    return [...refused, ...await writeSynced(this.#system, this.#syncs, new Map(failed), this.#files)];
  }

  /** Nothing is to be written, and nothing to be taken out, whoever wanted it. */
  #isDone(syncs: readonly SyncView[]): boolean {
    return !this.#isSomeOver && syncs.every(({ need }) => need === "nothing");
  }

  async #sync(
    run: Run,
    healed: readonly Healed[],
    jobs: readonly SyncJob[],
    refused: readonly SyncReport[],
  ): Promise<Synced> {
    const syncs = await lookAtJobs(this.#system, jobs, this.#lasting);
    if (this.#isDone(syncs)) {
      return { healed, reports: [...refused, ...syncs.map(fineReport)] };
    }
    const { fetchSessions } = await import("./sync_fetch.ts");
    const { paced } = await import("./pace.ts");
    const { writeSynced } = await import("./sync_write.ts");
    const options = { lasting: this.#lasting };
    const { healed: after, fetched } = await fetchSessions(paced(run), healed, jobsToAsk(syncs), options);
    const reports = [...refused, ...await writeSynced(this.#system, syncs, fetched, this.#files)];
    const changed = reports.filter((report) => report.changed).length;
    if (changed > 0) run.log.info("legacy profiles written", { changed, of: reports.length });
    return { healed: after, reports };
  }
}

/** What a sync has done, and how the sessions are after it. */
export interface Synced {
  readonly healed: readonly Healed[];
  readonly reports: readonly SyncReport[];
}

/**
 * Looks at what the sections want of the sessions of this check. As with the sessions themselves, one that was never
 * used here counts only when somebody named it, or one of its profiles.
 */
export async function lookAtSyncs(
  system: System,
  setup: Setup,
  views: readonly View[],
  choice: Choice,
): Promise<CheckSync> {
  const { config, files, refreshAheadMs, everyMs } = setup;
  const rules = rulesOf(config.syncs, system);
  const plan = planSync(rules, setup, system.home);
  const isWhole = choice.sessions.length + choice.profiles.length === 0;
  const someUsed = views.some(wasUsed);
  const byName = new Map(views.map((view) => [view.session.name, view]));
  const leftOut: SyncReport[] = [];
  const jobs = plan.jobs.filter((job) => {
    const view = byName.get(job.chain.session.name);
    if (view === undefined) {
      if (isWhole && job.isNamed) leftOut.push(leftOutReport(job));
      return false;
    }
    if (!isWhole && !isChosen(job, choice)) return false;
    return view.chosen || wasUsed(view) || !someUsed;
  });
  const unchecked = plan.jobs.filter(({ chain }) => !byName.has(chain.session.name));
  const globsLeftOut = config.syncs.map(({ from }) => from).filter((from) => {
    const isAbout = (job: SyncJob) => !job.isNamed && matchesGlob(from, job.from);
    return unchecked.some(isAbout) && plan.jobs.filter(isAbout).every((job) => unchecked.includes(job));
  });
  const lasting: Lasting = { aheadMs: refreshAheadMs, leastMs: 0, everyMs };
  const known = {
    jobs,
    refused: isWhole ? [...plan.refused, ...leftOut] : [],
    unmatched: isWhole ? plan.unmatched : [],
  };
  const syncs = await lookAtJobs(system, jobs, lasting, files.credentials);
  const all = filesOf(rules);
  const isSomeOver = all.some((file) => namesOver(file, system.now(), files.credentials).length > 0);
  return new CheckSync(system, known, lasting, syncs, isWhole ? globsLeftOut : [], { files: all, isSomeOver });
}

const ADD_SESSION = "add it to sessions of [check] in ~/.config/sso-heal/config.ini";

function isChosen({ from, chain }: SyncJob, { sessions, profiles }: Choice): boolean {
  return sessions.some((glob) => matchesGlob(glob, chain.session.name)) ||
    profiles.some((glob) => matchesGlob(glob, from));
}

function leftOutReport({ from, to, file, chain: { session } }: SyncJob): SyncReport {
  const error = {
    code: "SessionLeftOut",
    message: `Cannot keep profile "${to}" up to date: checks leave session "${session.name}" out`,
    hint: ADD_SESSION,
  };
  return { from, to, file, changed: false, error, outcome: "broken" };
}
