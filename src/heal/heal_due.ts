// The part of a check that works: one connection for all sessions that are due.
import { EXIT, UserError } from "../domain/problem.ts";
import { untouched } from "./check.ts";
import type { Connection, Context, Run } from "./context.ts";
import { CLOCK_TOLERANCE_MS, faultOf } from "./faults.ts";
import type { Healed, HealOptions } from "./heal_session.ts";
import { needsAws, type View } from "./look.ts";
import { caCertsOf, hostsOf } from "./targets.ts";

/** What became of all sessions of a check. */
export interface Worked {
  readonly healed: readonly Healed[];
  /** AWS's clock minus ours, when it is off by more than the tolerance. */
  readonly clockOffsetMs?: number;
}

/** Opens the way to AWS for the sessions that are due, and works on them side by side; the others are left alone. */
export async function healDue(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
): Promise<Worked> {
  const { system } = context;
  const due = views.filter((view) => needsAws(view, options.probe));
  let connection: Connection;
  try {
    connection = await context.connect(hostsOf(due, system.env), caCertsOf(due, system));
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
    // Loaded while the worker loads the SDK.
    const { healSession } = await import("./heal_session.ts");
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
