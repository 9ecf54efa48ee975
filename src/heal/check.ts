// One check: look at every session, heal what needs it, leave word of it.
import { EXIT, UserError } from "../domain/problem.ts";
import type { Choice } from "../domain/select.ts";
import { type Outcome, worst } from "../domain/outcome.ts";
import type { CheckReport } from "../domain/report.ts";
import type { Connection, Context, Run } from "./context.ts";
import { CLOCK_TOLERANCE_MS, faultOf } from "./faults.ts";
import { type Healed, type HealOptions, healSession, needsAws } from "./heal_session.ts";
import { leaveWord } from "./leave_word.ts";
import { look, type View, wasUsed } from "./look.ts";
import { noteSeen } from "./notes.ts";
import { recoverTokens } from "./recover.ts";
import { reportOf } from "./report.ts";
import { loadSetup } from "./setup.ts";
import { caCertsOf, hostsOf } from "./targets.ts";

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
  const { selected, refreshAheadMs, problems, warnings } = loadSetup(system, options.choice);
  const heal: HealOptions = { refreshAheadMs, force: options.forceRefresh, probe: options.probe };
  await recoverTokens(context, selected);
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
  leaveWord(context, report);
  return report;
}

async function healAll(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
): Promise<{ healed: Healed[]; clockOffsetMs?: number }> {
  const { system } = context;
  const due = views.filter((view) => needsAws(view, options.probe));
  if (due.length === 0) return { healed: await Promise.all(views.map((view) => untouched(context, view))) };

  let connection: Connection;
  try {
    connection = context.connect(hostsOf(due, system.env), caCertsOf(due, system));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const fault = { ...faultOf(error), temporary: error.exitCode === EXIT.temporary };
    return {
      healed: views.map((view) =>
        due.includes(view) ? { view, action: "failed", error: fault, proofs: [] } : { view, action: "none", proofs: [] }
      ),
    };
  }
  try {
    const run: Run = { ...context, aws: connection, deadline };
    const healed = await Promise.all(
      views.map((view) => due.includes(view) ? healSession(run, view, options) : untouched(context, view)),
    );
    const { clockOffsetMs } = connection;
    const wrong = clockOffsetMs !== undefined && Math.abs(clockOffsetMs) > CLOCK_TOLERANCE_MS;
    return { healed, clockOffsetMs: wrong ? clockOffsetMs : undefined };
  } finally {
    connection.close();
  }
}

async function untouched(context: Context, view: View): Promise<Healed> {
  try {
    await noteSeen(context, view);
  } catch (error) {
    // Only our memory of having seen the token: the session itself is fine.
    context.log.warning(`cannot remember session ${view.session.name}`, { error: faultOf(error).message });
  }
  return { view, action: "none", proofs: [] };
}
