// The use case of `run`: says in our records that it is this machine's manager of checks, and keeps checking.
import { EXIT, type ExitCode } from "../domain/problem.ts";
import { scheduleOf } from "../domain/schedule.ts";
import type { Log } from "../log/log.ts";
import { readServiceRecord, removeServiceRecord, writeServiceRecord } from "../store/service_record.ts";
import { type SelfRun, startSelf } from "../system/start_self.ts";
import type { System } from "../system/system.ts";
import { checkAndEnd, keepChecking, type Keeper } from "./keep_checking.ts";

export interface ForegroundOptions {
  /** One of `INTERVALS`. */
  readonly everyMinutes: number;
  /** One check, and its exit code. */
  readonly once: boolean;
  /** What every check is given besides `check --scheduled`. */
  readonly checkOptions: readonly string[];
}

export interface Foreground {
  readonly system: Pick<System, "now" | "sleep" | "random" | "home" | "host" | "user">;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** The end of process 1 of a container is the end of all others, and `docker stop` waits 10 seconds before it kills. */
const PATIENCE_IN_CONTAINER_MS = 8_000;
/** Elsewhere the check outlives us, and who waits for us waits no longer than a second. */
const PATIENCE_MS = 800;

/** Checks in the foreground until `stop` is aborted; see {@link keepChecking}. `start` starts this program. */
export async function runInForeground(
  { system, log, stop }: Foreground,
  { everyMinutes, once, checkOptions }: ForegroundOptions,
  start: (args: readonly string[], home: string) => SelfRun = startSelf,
): Promise<ExitCode> {
  const schedule = scheduleOf(system.host, system.user, everyMinutes);
  const keeper: Keeper = {
    system,
    log,
    schedule,
    stop,
    patience: () => wait(patienceMs(Deno.pid, Deno.ppid)),
    startCheck: () => start(["check", "--scheduled", ...checkOptions], system.home),
  };
  if (once) return await checkAndEnd(keeper);
  const since = system.now();
  const recorded = await record(system.home, schedule.everyMs, since, log);
  let code: ExitCode = EXIT.ok;
  try {
    code = await keepChecking(keeper);
  } finally {
    if (recorded) await forget(system.home, since, log);
  }
  return code;
}

/** How long a check that was told to end may take. Behind `docker run --init` we are the child of process 1. */
export function patienceMs(pid: number, parent: number): number {
  return pid === 1 || parent === 1 ? PATIENCE_IN_CONTAINER_MS : PATIENCE_MS;
}

/** Whether it says so now. An installed job is left in its place: `status` and the checks go by that one. */
async function record(home: string, everyMs: number, since: number, log: Log): Promise<boolean> {
  try {
    const present = await readServiceRecord(home);
    if (present !== undefined && present.manager !== "run") {
      log.warning(`${present.manager} has a job for these checks too: run: sso-heal uninstall, or end this one`);
      return false;
    }
    await writeServiceRecord(home, { manager: "run", scope: "user", everyMs, since, pid: Deno.pid });
    return true;
  } catch (error) {
    log.warning(`status will not know of this: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function forget(home: string, since: number, log: Log): Promise<void> {
  try {
    const present = await readServiceRecord(home);
    const isOurs = present?.manager === "run" && present.pid === Deno.pid && present.since === since;
    if (isOurs) await removeServiceRecord(home);
  } catch (error) {
    log.warning(`status will go on to show this: ${error instanceof Error ? error.message : error}`);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
