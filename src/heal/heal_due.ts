// The part of a check that works: one connection for all sessions that are due, and for what is to be said to people.
import type { Config } from "../config/config.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Notification, SyncReport } from "../domain/report.ts";
import { needsCare, untouched } from "./check.ts";
import type { Connection, Context, Run } from "./context.ts";
import { CLOCK_TOLERANCE_MS, faultOf } from "./faults.ts";
import type { Healed, HealOptions } from "./heal_session.ts";
import { look, needsAws, rolesToProve, type View, wantsRefresh } from "./look.ts";
import { reportOf } from "./report.ts";
import type { StartUrls } from "./start_urls.ts";
import type { CheckSync } from "./sync_check.ts";
import { caCertsOf, hostsOf } from "./targets.ts";

/** What became of all sessions of a check. */
export interface Worked {
  readonly healed: readonly Healed[];
  readonly notifications: readonly Notification[];
  /** Absent when the config asks for none. */
  readonly sync?: readonly SyncReport[];
  /** AWS's clock minus ours, when it is off by more than the tolerance. */
  readonly clockOffsetMs?: number;
}

/** How a check deals with people. */
export interface People {
  readonly config: Config;
  readonly notify: boolean;
  /** The [sync] sections, if there is any. */
  readonly sync?: CheckSync;
  /** The check is about all sessions, and the config names them without fault. */
  readonly isWhole: boolean;
  /** Something was said before, and may have to be followed up. */
  readonly openIncidents: boolean;
  /** Approval is waited for until then (epoch milliseconds). */
  readonly waitUntil: number;
  /** How long another check that is at work is waited for. */
  readonly waitLockMs: number;
  /** Called once, before the first pause. */
  onPause(worked: Worked): Promise<void>;
}

/**
 * Heals what is due, as the only check on this machine that does so: what another has done meanwhile is seen. Whoever
 * waits for a person keeps no other check from its work.
 *
 * @throws {UserError} (exit 75) when another check is at work.
 */
export async function healAlone(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
  people: People,
): Promise<Worked> {
  const { system } = context;
  const lock = await (await import("./run_lock.ts")).lockRun(context, people.waitLockMs);
  try {
    // Who wants a new token at any price takes one that another check has got since it looked.
    const fresh = options.force ? views : await Promise.all(views.map((view) => look(system, view, options)));
    return await healDue(context, fresh, options, deadline, {
      ...people,
      onPause: async (worked) => {
        await people.onPause(worked);
        lock.release();
      },
    });
  } finally {
    lock.release();
  }
}

/** Opens the ways out for the sessions that are due, and works on them side by side; the others are left alone. */
async function healDue(
  context: Context,
  views: readonly View[],
  options: HealOptions,
  deadline: number,
  people: People,
): Promise<Worked> {
  const { system } = context;
  const due = views.filter((view) => needsAws(view, options.probe));
  const cares = (view: View) => people.openIncidents || needsCare(view, people.config, system.now());
  const reached = views.filter((view) => due.includes(view) || cares(view));
  const configured = people.notify ? people.config.channels : [];
  // Nothing of it is loaded where nobody is to be told.
  const channels = configured.length > 0 ? (await import("./channels.ts")).channelsOf(configured, system) : [];
  const { heartbeatUrl: written } = people.config;
  const heartbeatUrl = written && (await import("./heartbeat_url.ts")).heartbeatUrlOf(written, context);
  let connection: Connection;
  let startUrls: StartUrls | undefined;
  try {
    // A refresh may be refused: then a link is wanted in this very run.
    const asking = reached.filter((view) => cares(view) || wantsRefresh(view)).map(({ session }) => session);
    const called = [...reached, ...people.sync?.reached() ?? []];
    const caCerts = caCertsOf(called, system);
    if (asking.length > 0) {
      const { resolveStartUrls } = await import("./start_urls.ts");
      startUrls = await resolveStartUrls(context, asking, caCerts);
    }
    connection = await context.connect(hostsOf(called, system.env), caCerts, {
      channels,
      heartbeatUrl,
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const fault = { ...faultOf(error), temporary: error.exitCode === EXIT.temporary };
    const healed = views.map((view): Healed =>
      due.includes(view) ? { view, action: "failed", error: fault, proofs: [] } : { view, action: "none", proofs: [] }
    );
    return { healed, notifications: [], sync: await people.sync?.withoutAws(views) };
  }
  let sync: readonly SyncReport[] | undefined;
  const worked = (healed: readonly Healed[], notifications: readonly Notification[]): Worked => {
    const { clockOffsetMs } = connection;
    const wrong = clockOffsetMs !== undefined && Math.abs(clockOffsetMs) > CLOCK_TOLERANCE_MS;
    return { healed, notifications, sync, clockOffsetMs: wrong ? clockOffsetMs : undefined };
  };
  let beaten = heartbeatUrl === undefined;
  const beatOnce = async () => {
    if (!beaten) await beat(context, connection);
    beaten = true;
  };
  try {
    // Loaded while the worker loads the SDK.
    const { healSession } = await import("./heal_session.ts");
    const roles = due.reduce((count, view) => count + rolesToProve(view, system.now()).length, 0);
    const plain: Run = { ...context, aws: connection, startUrls, deadline };
    const run = roles > MANY ? (await import("./pace.ts")).paced(plain) : plain;
    let healed: readonly Healed[] = await fewAtOnce(
      views,
      (view) => due.includes(view) ? healSession(run, view, options) : untouched(context, view),
    );
    const syncOnce = async (healed: readonly Healed[], signedIn: readonly Healed[] = []) => {
      if (people.sync === undefined) return healed;
      if (sync !== undefined) {
        if (signedIn.length > 0) sync = await people.sync.afterApproval(run, signedIn, sync);
        return healed;
      }
      const { healed: after, reports } = await people.sync.afterHealing(run, healed);
      sync = reports;
      return after;
    };
    const isForPeople = (each: Healed) => cares(each.view) || !isWell(each);
    // A sync may take minutes: whoever is to be told something hears it first.
    if (!healed.some(isForPeople)) healed = await syncOnce(healed);
    if (!healed.some(isForPeople)) {
      await beatOnce();
      return worked(healed, []);
    }
    const { attend } = await import("./attend.ts");
    const attended = await attend(run, healed, {
      ...people,
      channels,
      teller: connection.teller,
      refreshAheadMs: options.refreshAheadMs,
      afterTelling: syncOnce,
      onPause: async (healed, notifications) => {
        await people.onPause(worked(healed, notifications));
        await beatOnce();
      },
    });
    await beatOnce();
    return worked(attended.healed, attended.notifications);
  } finally {
    connection.close();
  }
}

/** More roles than the portal gives in a second. */
const MANY = 20;
/** Each session takes some open files and connections, and macOS gives a process 256 files. */
const AT_ONCE = 16;

/** `work` for each item, {@link AT_ONCE} side by side; the results keep the order of the items. */
async function fewAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Says that a check ran, where somebody watches for it. A failure is theirs to notice. */
export async function beat({ log }: Context, { teller }: Connection): Promise<void> {
  const result = await teller?.ping();
  if (result?.ok === false) log.info("the heartbeat URL does not answer", { error: result.code });
}

function isWell(healed: Healed): boolean {
  return reportOf(healed.view, true, healed).outcome === "healthy";
}
