// Loads, removes and starts the launchd job. launchd does most of it after its answer: so every step is asked back.
import { UserError } from "../domain/problem.ts";
import type { Placement } from "../domain/service.ts";
import { NO_SUCH_PROGRAM, type Ran, TOO_LATE } from "../system/run_program.ts";
import { CODE, failure, installAgain, reasonsOfRefusal } from "./launchd_failure.ts";
import { readPrinted } from "./launchd_print.ts";
import { chooseDomain, domainsOf, LAUNCHCTL, recordedDomain, type Target, targetOf } from "./launchd_target.ts";
import type { Hands } from "./manager.ts";

/** Longer than the ExitTimeOut of the job: a run that does not end is killed after 20 s, and only then is it gone. */
const GONE_MS = 25_000;
const POLL_MS = 500;
/** Before the second, third and fourth `bootstrap`. */
const RETRY_MS = [1_000, 2_000, 4_000];

const NOTHING_THERE: readonly number[] = [CODE.noProcess, CODE.noDomain, CODE.noService, CODE.domainRefuses];
/** The job of before is still going. `bootstrap` says 5 for this on new systems, 37 on old ones. */
const STILL_THERE: readonly number[] = [CODE.io, CODE.inProgress, CODE.already];

export function launchctl(hands: Hands, ...args: string[]): Promise<Ran> {
  return hands.run({ program: LAUNCHCTL, args });
}

/** `runProgram` could not start what is there. */
const NOT_STARTED = 126;

/** launchctl itself did not come to an answer. */
export function isUnanswered({ code }: Ran): boolean {
  return [NO_SUCH_PROGRAM, NOT_STARTED, TOO_LATE].includes(code);
}

/** See `Manager.activate`. Loading starts one run (RunAtLoad). */
export async function activate(hands: Hands, placement: Placement): Promise<void> {
  const target = await chosen(hands, placement);
  needRoot("load", placement, target);
  // Switching off outlives the job that it was meant for. What cannot be switched on, `bootstrap` refuses with 119.
  await launchctl(hands, "enable", target.job);
  // In two domains at once it would run twice.
  await removeFrom(hands, placement, domainsOf(placement).filter((domain) => domain !== target.domain));
  await remove(hands, target);
  await bootstrap(hands, target);
  const printed = await launchctl(hands, "print", target.job);
  if (printed.code !== 0) throw failure("find", target, printed);
  if (readPrinted(printed.stdout).lastResult === `exit-code ${CODE.badConfig}`) {
    throw failure("start", target, { code: CODE.badConfig, stdout: "", stderr: "" });
  }
}

/**
 * See `Manager.deactivate`. Out of every domain of its scope; the job of the other scope has the same name, and may be
 * the one that takes its place.
 */
export function deactivate(hands: Hands, placement: Placement): Promise<boolean> {
  return removeFrom(hands, placement, domainsOf(placement));
}

/** Takes the job out of those of `domains` that have it; whether there was any. */
async function removeFrom(hands: Hands, placement: Placement, domains: readonly string[]): Promise<boolean> {
  let any = false;
  for (const domain of domains) {
    const target = targetOf(placement, domain);
    if (!await isLoaded(hands, target)) continue;
    needRoot("remove", placement, target);
    any = await remove(hands, target) || any;
  }
  return any;
}

/** See `Manager.start`. */
export async function start(hands: Hands, placement: Placement): Promise<void> {
  const target = await chosen(hands, placement);
  needRoot("start", placement, target);
  const ran = await launchctl(hands, "kickstart", target.job);
  // 37: it runs already, because it was just loaded.
  if (ran.code !== 0 && ran.code !== CODE.already) throw failure("start", target, ran);
}

async function chosen(hands: Hands, placement: Placement): Promise<Target> {
  const { account, scope } = placement;
  return targetOf(placement, recordedDomain(placement) ?? await chooseDomain(hands, account, scope));
}

function needRoot(action: string, { asRoot }: Placement, target: Target): void {
  if (asRoot || target.domain !== "system") return;
  throw new UserError(`Cannot ${action} the launchd job ${target.job}: only root may`, [
    action === "remove" ? "run: sudo sso-heal uninstall" : installAgain(target),
  ]);
}

async function isLoaded(hands: Hands, target: Target): Promise<boolean> {
  const ran = await launchctl(hands, "print", target.job);
  if (isUnanswered(ran)) throw failure("find", target, ran);
  return ran.code === 0;
}

/** Takes the job out of its domain, and waits until it is gone: `bootout` returns before. Whether there was one. */
async function remove(hands: Hands, target: Target): Promise<boolean> {
  const giveUpAt = hands.now() + GONE_MS;
  let ran = await bootout(hands, target);
  if (NOTHING_THERE.includes(ran.code)) return false;
  while (await isLoaded(hands, target)) {
    if (hands.now() >= giveUpAt) throw failure("remove", target, { ...ran, code: CODE.inProgress });
    await hands.sleep(POLL_MS);
    if (ran.code !== 0) ran = await bootout(hands, target);
  }
  return true;
}

async function bootout(hands: Hands, target: Target): Promise<Ran> {
  const ran = await launchctl(hands, "bootout", target.job);
  if (ran.code !== 0 && ![...STILL_THERE, ...NOTHING_THERE].includes(ran.code)) throw failure("remove", target, ran);
  return ran;
}

async function bootstrap(hands: Hands, target: Target): Promise<void> {
  for (let attempt = 0;; attempt++) {
    const ran = await launchctl(hands, "bootstrap", target.domain, target.path);
    if (ran.code === 0) return;
    const disabled = ran.code === CODE.disabled;
    if (attempt === RETRY_MS.length || !(disabled || STILL_THERE.includes(ran.code))) {
      throw failure("load", target, ran, ran.code === CODE.io ? await reasonsOfRefusal(hands, target) : undefined);
    }
    await hands.sleep(RETRY_MS[attempt]);
    if (disabled) await launchctl(hands, "enable", target.job);
    else await remove(hands, target);
  }
}
