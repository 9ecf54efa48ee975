// What a check does about people: links are opened and asked after, people are told, and what they approve is taken.
import { AwsError } from "../aws/client.ts";
import type { Config } from "../config/config.ts";
import { denied, incidentNow, wantsLink } from "../domain/alert.ts";
import { isDue } from "../domain/delivery.ts";
import { isOpen, nextPollAt } from "../domain/pending.ts";
import { UserError } from "../domain/problem.ts";
import type { Notification } from "../domain/report.ts";
import { type AlertState, readAlertState } from "../store/alert_state.ts";
import { type Lock, tryLock } from "../store/lock.ts";
import { loginLockPath } from "../store/paths.ts";
import type { Channel } from "./channels.ts";
import type { Run, Teller } from "./context.ts";
import { faultOf, loginFault } from "./faults.ts";
import type { Healed } from "./heal_session.ts";
import { look } from "./look.ts";
import { openLink } from "./open_link.ts";
import { REGISTRATION_LEAST_MS } from "./registration.ts";
import { isUnknownCode } from "./approval.ts";
import { rememberDenied, rememberProblem } from "./notes.ts";
import { paced } from "./pace.ts";
import { tryToSignIn } from "./sign_in.ts";
import { conditionOf, isOurs, type Situation, wasDenied } from "./situation.ts";
import { tell, type Told } from "./tell.ts";

export interface AttendOptions {
  readonly config: Config;
  readonly channels: readonly Channel[];
  readonly teller?: Teller;
  readonly notify: boolean;
  readonly isWhole: boolean;
  readonly refreshAheadMs: number;
  /** Approval is waited for until then (epoch milliseconds); a moment that has passed asks once. */
  readonly waitUntil: number;
  /**
   * Called whenever people have been told what there is to tell, before the first pause in any case. `signedIn` are those
   * that somebody has approved since the last time. Gives back the sessions as they are then.
   */
  afterTelling?(healed: readonly Healed[], signedIn: readonly Healed[]): Promise<readonly Healed[]>;
  /** Called once, before the first pause: what was done so far. */
  onPause(healed: readonly Healed[], notifications: readonly Notification[]): Promise<void>;
}

export interface Attended {
  readonly healed: readonly Healed[];
  readonly notifications: readonly Notification[];
}

interface Watch extends AttendOptions {
  readonly startedAt: number;
}

const SIGN_IN_MS = 60_000;
/** Whoever asks after a link holds it as long as it waits, other holders for a moment. */
const LOCK_MS = 1_000;
/** Rounds without a pause: what somebody asked of a bot is answered by the second. */
const MOST_ROUNDS = 20;
/** While another process asks, its result is looked for this often. */
const TURN_MS = 2_000;
/** The longest pause: what other processes do is to be seen. */
const LONGEST_PAUSE_MS = 30_000;

/** Attends to all sessions that need somebody, until all are well or the time is over. */
export async function attend(run: Run, healed: readonly Healed[], options: AttendOptions): Promise<Attended> {
  const { system } = run;
  const notifications: Notification[] = [];
  let current = healed;
  let paused = false;
  let rounds = 0;
  const followed = new Set<string>();
  const watch: Watch = { ...options, startedAt: system.now() };
  for (;;) {
    const roundAt = system.now();
    const state = readAlertState(system.home).state;
    const situations = await Promise.all(current.map((each) => attendSession(run, each, state, watch)));
    current = situations.map((one) => one.healed);
    let again = false;
    if (options.notify) {
      const ours = situations.filter((one) => isOurs(one.healed.view));
      const told = await tellIfPossible(run, ours, options);
      notifications.push(...told.notifications);
      again = told.again && !situations.some(({ tryAgain }) => tryAgain) && rounds++ < MOST_ROUNDS;
    }
    if (again) continue;
    const signedIn = current.filter(({ view, action }) => action === "logged-in" && !followed.has(view.session.name));
    for (const { view } of signedIn) followed.add(view.session.name);
    const told = current;
    current = await options.afterTelling?.(told, signedIn) ?? told;
    // What came out meanwhile is told as well.
    if (current.some((each, at) => each !== told[at])) continue;
    // A link that ran out during this round is followed by another in the next.
    const isGoingOn = situations.some(({ healed, tryAgain, attended }) =>
      tryAgain || attended || isOpen(healed.view.pending, roundAt)
    );
    if (!isGoingOn || system.now() >= options.waitUntil) return { healed: current, notifications };
    if (!paused) await options.onPause(current, notifications);
    paused = true;
    const now = system.now();
    await system.sleep(Math.max(0, Math.min(nextMoment(situations, roundAt, now), options.waitUntil) - now));
    current = await Promise.all(
      situations.map(({ healed, tryAgain }) =>
        lookAgain(run, tryAgain ? { ...healed, error: undefined } : healed, options)
      ),
    );
  }
}

/** One session: asks after its link, or opens one if that is wanted. Never throws. */
async function attendSession(run: Run, healed: Healed, state: AlertState, options: Watch): Promise<Situation> {
  const { session } = healed.view;
  if (!isOurs(healed.view) || session.problem !== undefined) return { healed };
  const { system } = run;
  if (!isOpen(healed.view.pending, system.now()) && !mayWantLink(healed, state, options, system.now())) {
    return { healed };
  }
  let lock: Lock | undefined;
  try {
    const { now, sleep } = system;
    lock = await tryLock(loginLockPath(system.home, session.name), { now, sleep, timeoutMs: LOCK_MS });
    if (lock === undefined) return { healed: await lookAgain(run, healed, options), attended: true };
    // Another process may have finished it just before.
    const fresh = await lookAgain(run, healed, options);
    return await askOrOpen(run, fresh, state, options);
  } catch (error) {
    if (!(error instanceof AwsError) && !(error instanceof UserError)) throw error;
    const { temporary, ...fault } = error instanceof AwsError ? loginFault(error) : faultOf(error);
    run.log.info(`cannot sign in to session ${session.name}`, { error: fault.message });
    // A link that was refused is no link any more.
    const fresh = await lookAgain(run, healed, options);
    return { healed: { ...fresh, error: { ...fault, temporary: temporary ? true : undefined } }, tryAgain: temporary };
  } finally {
    lock?.release();
  }
}

async function askOrOpen(run: Run, healed: Healed, state: AlertState, options: Watch): Promise<Situation> {
  const { system } = run;
  const { view } = healed;
  const { session, pending } = view;
  let situation: Situation = { healed };
  if (isOpen(pending, system.now())) {
    const now = system.now();
    if (now < nextPollAt(pending, now)) return situation;
    const soon = paced({ ...run, deadline: now + SIGN_IN_MS });
    const attempt = await tryToSignIn(soon, view, pending, options.config.check.expectedUser);
    if (attempt.result === "signed-in") {
      const { view, proofs, approvedBy } = attempt;
      return { healed: { view, action: "logged-in", proofs }, approvedBy };
    }
    situation = { healed: await lookAgain(run, healed, options) };
    if (attempt.result === "waiting" || attempt.result === "called-off") return situation;
    run.log.info(`the link of session ${session.name} has ended`, { because: attempt.result });
    // No new link until the next reminder, or until somebody asks for one.
    if (attempt.result === "denied") {
      await rememberDenied(run, view);
      return { healed: await lookAgain(run, situation.healed, options) };
    }
    // A process that died over AWS's answer has used the code up: that shall not leave a person with a dead link.
    const isUsedUp = pending.startedAt < options.startedAt;
    if (attempt.result === "refused" && !(isUsedUp && isUnknownCode(attempt.error))) throw attempt.error;
    if (attempt.result === "unwanted") await rememberProblem(run, view, attempt.fault);
  }
  if (!mayWantLink(situation.healed, state, options, system.now())) return situation;
  const leastMs = Math.max(REGISTRATION_LEAST_MS, ...options.config.alerts.warnBeforeMs);
  await openLink(run, session, leastMs);
  run.log.info("waiting for somebody to approve", { session: session.name });
  return { healed: { ...await lookAgain(run, situation.healed, options), action: "login-started" } };
}

function mayWantLink(
  healed: Healed,
  { incidents, posts }: AlertState,
  { config }: AttendOptions,
  now: number,
): boolean {
  const { name } = healed.view.session;
  const before = incidents.find((one) => one.session === name);
  // A clock that is wrong is not ruled out before AWS has answered.
  if (healed.error?.temporary) return false;
  const condition = conditionOf({ healed }, before, config, now);
  if (condition === undefined || condition.kind === "fine") return false;
  const incident = incidentNow(name, before, condition, now, "new");
  if (incident === undefined) return false;
  const policy = config.alerts;
  // What was held back over night shall not come with a dead link.
  const isPostDue = posts.some((post) => post.incident === incident.id && isDue(post, now, { incidents, policy }));
  const current = wasDenied(healed.view, before, policy, now) ? denied(incident) : incident;
  return wantsLink(current, condition, now, policy, isPostDue);
}

/** What cannot be noted is not said: a full disk costs a warning, never the check. */
async function tellIfPossible(run: Run, situations: readonly Situation[], options: AttendOptions): Promise<Told> {
  try {
    return await tell(run, situations, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    run.log.warning(`cannot tell anybody: ${error.message}`);
    return { notifications: [], again: false };
  }
}

async function lookAgain({ system }: Run, healed: Healed, { refreshAheadMs }: AttendOptions): Promise<Healed> {
  return { ...healed, view: await look(system, healed.view, { refreshAheadMs }) };
}

function nextMoment(situations: readonly Situation[], roundAt: number, now: number): number {
  const moments = situations.map(({ healed, attended }) => {
    if (attended) return now + TURN_MS;
    const { pending } = healed.view;
    return isOpen(pending, roundAt) ? Math.min(nextPollAt(pending, now), pending.expiresAt) : Infinity;
  });
  return Math.max(now, Math.min(now + LONGEST_PAUSE_MS, ...moments));
}
