// One check: look at every session, heal what needs it, leave word of it.
import type { ChannelConfig } from "../config/channels.ts";
import type { Config } from "../config/config.ts";
import { dueWarning } from "../domain/forecast.ts";
import { type Outcome, worst } from "../domain/outcome.ts";
import type { CheckReport } from "../domain/report.ts";
import type { Choice } from "../domain/select.ts";
import { awsPaths, statePaths } from "../store/paths.ts";
import { listTemporary } from "../store/temporary.ts";
import { isThere } from "../system/is_there.ts";
import type { Context } from "./context.ts";
import type { People, Worked } from "./heal_due.ts";
import type { Healed, HealOptions } from "./heal_session.ts";
import { leaveWord } from "./leave_word.ts";
import { look, needsAws, needsPerson, type View, wasUsed } from "./look.ts";
import { reportOf } from "./report.ts";
import { loadSetup } from "./setup.ts";

export interface CheckOptions {
  readonly choice: Choice;
  readonly forceRefresh: boolean;
  /** Prove the profiles whose credentials are near their end. */
  readonly probe: boolean;
  /** Tell people. */
  readonly notify: boolean;
  /** One of a timer. */
  readonly scheduled: boolean;
  /** How long to wait for approval, milliseconds from the start; 0 asks once. Undefined: until shortly before the next run. */
  readonly waitApprovalMs: number | undefined;
  /** How long to wait for another check that is at work. */
  readonly waitLockMs: number;
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
  const setup = await loadSetup(system, options.choice);
  const { config, inventory, selected, service, everyMs, refreshAheadMs, problems, warnings } = setup;
  if (!config.channels.some(startsProgram)) context.forgoPrograms();
  const heal: HealOptions = { refreshAheadMs, force: options.forceRefresh, probe: options.probe };
  const leftovers = listTemporary(awsPaths(system.home).ssoCache);
  if (leftovers.length > 0) {
    const { recoverTokens } = await import("./recover.ts");
    await recoverTokens(context, inventory.sessions, leftovers, config.check.expectedUser);
  }
  const views = await Promise.all(selected.map((each) => look(system, each, heal)));
  const someUsed = views.some(wasUsed);
  const whole = options.choice.sessions.length + options.choice.profiles.length === 0;
  const sync = config.syncs.length > 0 && options.probe
    ? await (await import("./sync_check.ts")).lookAtSyncs(system, setup, views, options.choice)
    : undefined;
  const leave = async ({ healed, notifications, sync: synced, clockOffsetMs }: Worked): Promise<CheckReport> => {
    const sessions = healed.map((each) =>
      reportOf(each.view, each.view.chosen || wasUsed(each.view) || !someUsed, each)
    );
    const outcomes: Outcome[] = sessions.filter(({ counted }) => counted).map(({ outcome }) => outcome);
    // Of a session that waits for approval the profiles can but wait, too.
    const isNews = (outcome: Outcome) => outcome !== "needs-login" || !outcomes.includes("waiting-for-approval");
    const report: CheckReport = {
      outcome: problems.length > 0
        ? "broken"
        : worst([...outcomes, ...synced?.map(({ outcome }) => outcome).filter(isNews) ?? []]),
      startedAt,
      durationMs: system.now() - startedAt,
      sessions,
      problems,
      warnings: sync === undefined ? warnings : [...warnings, ...sync.warnings],
      sync: synced,
      notifications: notifications.length > 0 ? notifications : undefined,
      clockOffsetMs,
    };
    const { scheduled } = options;
    await leaveWord(context, report, { whole, scheduled, service, metricsFile: config.metricsFile });
    return report;
  };
  return await leave(
    await work(context, views, heal, startedAt + options.timeoutMs, {
      config,
      notify: options.notify,
      sync,
      isWhole: whole && problems.length === 0,
      openIncidents: isThere(statePaths(system.home).alerts),
      waitUntil: startedAt + (options.waitApprovalMs ?? untilNextRun(everyMs)),
      waitLockMs: options.waitLockMs,
      onPause: async (worked) => void await leave(worked),
    }),
  );
}

/** A check that waits for somebody ends so long before the next one begins. */
const BEFORE_NEXT_MS = 60_000;

function untilNextRun(everyMs: number): number {
  return Math.max(everyMs - BEFORE_NEXT_MS, everyMs / 2);
}

/** Works on what is due. Everything that does so is loaded only if there is something: most checks find nothing. */
async function work(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
  people: People,
): Promise<Worked> {
  const now = context.system.now();
  const isDue = (view: View) => needsAws(view, options.probe) || needsCare(view, people.config, now);
  if (people.openIncidents || views.some(isDue) || people.sync?.isDue(views)) {
    return await (await import("./heal_due.ts")).healAlone(context, views, options, deadline, people);
  }
  const healed = await Promise.all(views.map((view) => untouched(context, view)));
  const { heartbeatUrl: written } = people.config;
  const heartbeatUrl = written && (await import("./heartbeat_url.ts")).heartbeatUrlOf(written, context);
  if (heartbeatUrl !== undefined) {
    const connection = await context.connect([], [], { channels: [], heartbeatUrl });
    await (await import("./heal_due.ts")).beat(context, connection);
    connection.close();
  }
  return { healed, notifications: [], sync: await people.sync?.withoutAws(views) };
}

/** Whether somebody may have to be asked or told something about a session. */
export function needsCare(view: View, { channels, alerts }: Config, now: number): boolean {
  if (!view.chosen && !wasUsed(view)) return false;
  if (needsPerson(view, now)) return true;
  if (channels.length === 0) return false;
  const { outcome, expectedLogin } = reportOf(view, true);
  if (outcome !== "healthy") return true;
  // A warning that was given is an open incident: then care is taken anyway.
  return expectedLogin !== undefined &&
    dueWarning(expectedLogin, view.record, alerts.warnBeforeMs, [], now) !== undefined;
}

function startsProgram({ type, values }: ChannelConfig): boolean {
  return type === "desktop" || type === "command" || (values.server?.startsWith("sendmail:") ?? false);
}

/** A session with nothing to do. */
export async function untouched(context: Context, view: View): Promise<Healed> {
  if (view.fingerprint !== undefined && view.fingerprint !== view.record.token?.fingerprint) {
    const { rememberSeen } = await import("./notes.ts");
    await rememberSeen(context, view);
  }
  return { view, action: "none", proofs: [] };
}
