// One check: look at every session, heal what needs it, leave word of it.
import { type Outcome, worst } from "../domain/outcome.ts";
import type { CheckReport } from "../domain/report.ts";
import type { Choice } from "../domain/select.ts";
import { awsPaths } from "../store/paths.ts";
import { listTemporary } from "../store/temporary.ts";
import type { Context } from "./context.ts";
import type { Worked } from "./heal_due.ts";
import type { Healed, HealOptions } from "./heal_session.ts";
import { leaveWord } from "./leave_word.ts";
import { look, needsAws, type View, wasUsed } from "./look.ts";
import { reportOf } from "./report.ts";
import { loadSetup } from "./setup.ts";

export interface CheckOptions {
  readonly choice: Choice;
  readonly forceRefresh: boolean;
  /** Prove the profiles whose credentials are near their end. */
  readonly probe: boolean;
  /** This run is one of a timer. */
  readonly scheduled: boolean;
  /** No call to AWS is begun later than this after the start. */
  readonly timeoutMs: number;
}

/**
 * Runs one check. Sessions are worked on side by side, and none stops another. AWS is asked, and the worker started,
 * only if a session needs it.
 *
 * @throws {UserError} when the choice matches nothing (exit 2).
 */
export async function runCheck(context: Context, options: CheckOptions): Promise<CheckReport> {
  const { system } = context;
  const startedAt = system.now();
  const { selected, refreshAheadMs, problems, warnings } = await loadSetup(system, options.choice);
  const heal: HealOptions = { refreshAheadMs, force: options.forceRefresh, probe: options.probe };
  const leftovers = listTemporary(awsPaths(system.home).ssoCache);
  if (leftovers.length > 0) await (await import("./recover.ts")).recoverTokens(context, selected, leftovers);
  const views = await Promise.all(selected.map((each) => look(system, each, heal)));
  const someUsed = views.some(wasUsed);

  const { healed, clockOffsetMs } = await healAll(context, views, heal, startedAt + options.timeoutMs);
  const sessions = healed.map((each) => {
    const counted = each.view.chosen || wasUsed(each.view) || !someUsed;
    return reportOf(each.view, counted, each);
  });
  const outcomes: Outcome[] = sessions.filter(({ counted }) => counted).map(({ outcome }) => outcome);
  const report: CheckReport = {
    outcome: problems.length > 0 ? "broken" : worst(outcomes),
    startedAt,
    durationMs: system.now() - startedAt,
    sessions,
    problems,
    warnings,
    clockOffsetMs,
  };
  const { sessions: named, profiles } = options.choice;
  await leaveWord(context, report, named.length + profiles.length === 0);
  return report;
}

/** Works on what is due. Everything that does so is loaded only if there is something: most checks find nothing. */
async function healAll(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
): Promise<Worked> {
  if (views.some((view) => needsAws(view, options.probe))) {
    return await (await import("./heal_due.ts")).healDue(context, views, options, deadline);
  }
  return { healed: await Promise.all(views.map((view) => untouched(context, view))) };
}

/** A session with nothing to do. */
export async function untouched(context: Context, view: View): Promise<Healed> {
  if (view.fingerprint !== undefined && view.fingerprint !== view.record.token?.fingerprint) {
    const { rememberSeen } = await import("./notes.ts");
    await rememberSeen(context, view);
  }
  return { view, action: "none", proofs: [] };
}
