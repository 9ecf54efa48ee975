// `run`: starts one check after the other in the foreground, for machines without a manager of jobs.
//
// Each check is a child of its own, because a process that has opened its way to AWS can open no other. This one keeps
// nothing but the right to start them.
import { EXIT, type ExitCode } from "../domain/problem.ts";
import { nextCheck, type Schedule } from "../domain/schedule.ts";
import type { Log } from "../log/log.ts";
import type { SelfRun } from "../system/start_self.ts";
import type { System } from "../system/system.ts";

export interface Keeper {
  readonly system: Pick<System, "now" | "sleep" | "random">;
  readonly log: Log;
  readonly schedule: Schedule;
  /** Aborted when this program is asked to end. */
  readonly stop: AbortSignal;
  /**
   * Resolves when a check that was told to end has had its time. An answer of AWS that is under way may carry the only
   * refresh token there is, so a check finishes what it has begun with AWS. (No sleep: those end with `stop`.)
   */
  patience(): Promise<void>;
  /** @throws what the system says when it cannot be started. */
  startCheck(): SelfRun;
}

/** How one check ended. */
type Ended =
  | { readonly how: "exit"; readonly code: number }
  | { readonly how: "killed" | "failed-to-start" | "stopped" };

/** The clock is looked at so often at least: timers stand still while a machine sleeps. */
const LOOK_MS = 60_000;
/** A check ends by itself before the next one is due, or soon after. One that is still there then hangs. */
const LEAST_LIMIT_MS = 10 * 60_000;
const GRACE_MS = 2 * 60_000;

/**
 * Checks now and at each moment of the schedule, never two at a time, until it is asked to end; then 0. A check that
 * fails, hangs or cannot be started is logged, and the next one comes at its time. Only when the first one says that the
 * command line is wrong (exit 2) that is the answer: no later one would do better.
 */
export async function keepChecking(keeper: Keeper): Promise<ExitCode> {
  const { system, schedule, stop } = keeper;
  for (let first = true; !stop.aborted; first = false) {
    let lastStart = system.now();
    const ended = await checkOnce(keeper);
    if (first && ended.how === "exit" && ended.code === EXIT.usage) return EXIT.usage;
    const chance = system.random();
    while (!stop.aborted) {
      lastStart = Math.min(lastStart, system.now());
      const left = nextCheck(schedule, lastStart, chance) - system.now();
      if (left <= 0) break;
      await pause(system, Math.min(left, LOOK_MS), stop);
    }
  }
  return EXIT.ok;
}

/** One check; its exit code. */
export async function checkAndEnd(keeper: Keeper): Promise<ExitCode> {
  const ended = await checkOnce(keeper);
  if (ended.how === "exit") return exitCodeOf(ended.code);
  return ended.how === "stopped" ? EXIT.temporary : EXIT.failed;
}

function exitCodeOf(code: number): ExitCode {
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.failed;
}

async function checkOnce(keeper: Keeper): Promise<Ended> {
  const { log } = keeper;
  let child: SelfRun;
  try {
    child = keeper.startCheck();
  } catch (error) {
    log.error(`cannot start the check: ${error instanceof Error ? error.message : error}`);
    return { how: "failed-to-start" };
  }
  const forward = () => child.kill("SIGTERM");
  keeper.stop.addEventListener("abort", forward);
  if (keeper.stop.aborted) forward();
  try {
    return await endOf(child, keeper);
  } finally {
    keeper.stop.removeEventListener("abort", forward);
  }
}

async function endOf(child: SelfRun, keeper: Keeper): Promise<Ended> {
  const { log, stop } = keeper;
  const check = child.pid;
  const inTime = await endInTime(child, keeper);
  if (inTime === undefined && !stop.aborted) {
    log.error("the check hangs: it is ended", { check });
    child.kill("SIGTERM");
    if (await Promise.race([child.ended, keeper.patience()]) === undefined) child.kill("SIGKILL");
    await child.ended;
    return { how: "killed" };
  }
  const status = inTime ?? await Promise.race([child.ended, keeper.patience()]);
  if (!status) log.warning("ending while the check still finishes what it has begun with AWS", { check });
  if (!status || (status.signal !== null && stop.aborted)) return { how: "stopped" };
  if (status.signal === null) return { how: "exit", code: status.code };
  log.error(`the check was killed by ${status.signal}`, { check });
  return { how: "killed" };
}

/** How the child ended; undefined when it hangs, or when this program is asked to end before. */
async function endInTime(
  child: SelfRun,
  { schedule, stop, system }: Keeper,
): Promise<Awaited<SelfRun["ended"]> | undefined> {
  const limitMs = Math.max(schedule.everyMs, LEAST_LIMIT_MS) + GRACE_MS;
  const calledOff = new AbortController();
  // Called off it rejects, and so it does when the program is to end.
  const late = () => undefined;
  const tooLate = system.sleep(limitMs, AbortSignal.any([calledOff.signal, stop])).then(late, late);
  try {
    return await Promise.race([child.ended, tooLate]);
  } finally {
    calledOff.abort();
  }
}

async function pause(system: Keeper["system"], ms: number, stop: AbortSignal): Promise<void> {
  try {
    await system.sleep(ms, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
