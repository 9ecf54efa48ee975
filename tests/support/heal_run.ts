// What the use cases are handed in a test: the fake world, the scripted AWS, and a first look at a session.
import { type CheckOptions, runCheck } from "../../src/heal/check.ts";
import type { Context, Run } from "../../src/heal/context.ts";
import { type Healed, type HealOptions, healSession } from "../../src/heal/heal_session.ts";
import { look, type View } from "../../src/heal/look.ts";
import { reportOf } from "../../src/heal/report.ts";
import type { CheckReport } from "../../src/domain/report.ts";
import type { Session } from "../../src/domain/session.ts";
import type { FakeAws } from "./fake_aws.ts";
import { type FakeSystem, MINUTE } from "./fake_system.ts";
import { freshToken, IDENTITY, ROLE_KEYS, sessionNamed } from "./session_home.ts";

/** The usual window. */
export const REFRESH_AHEAD_MS = 28 * MINUTE;

export function contextOf(system: FakeSystem, aws: FakeAws): Context {
  return {
    system,
    log: system.log,
    connect: aws.connect,
    forgoPrograms() {},
    resolveStartUrl: (startUrl) => Promise.resolve({ startUrl }),
  };
}

/** A run that has five minutes. */
export function runOf(system: FakeSystem, aws: FakeAws): Run {
  return { ...contextOf(system, aws), aws, deadline: system.clock + 5 * MINUTE };
}

/** The session as it is now, with the profiles to prove. */
export function viewOf(system: FakeSystem, session: Session, force = false): Promise<View> {
  const selected = { session, chosen: true, profiles: session.profiles };
  return look(system, selected, { refreshAheadMs: REFRESH_AHEAD_MS, force });
}

/** An ordinary check. */
export const HEAL_OPTIONS: HealOptions = { refreshAheadMs: REFRESH_AHEAD_MS, force: false, probe: true };

/** Works on `session` as a check does. */
export async function heal(
  system: FakeSystem,
  aws: FakeAws,
  more: Partial<HealOptions> = {},
  session: Session = sessionNamed("corp"),
): Promise<Healed> {
  const options = { ...HEAL_OPTIONS, ...more };
  return await healSession(runOf(system, aws), await viewOf(system, session, options.force), options);
}

/** State, action, outcome and error code, as the report has them. */
export function inShort(healed: Healed): string {
  const { state, action, outcome, error } = reportOf(healed.view, true, healed);
  return [state, action, outcome, error?.code].filter((word) => word !== undefined).join(" ");
}

/** A check by hand of all there is. */
const CHECK_OPTIONS: CheckOptions = {
  choice: { sessions: [], profiles: [] },
  forceRefresh: false,
  probe: true,
  notify: true,
  scheduled: false,
  waitApprovalMs: 0,
  waitLockMs: 0,
  timeoutMs: 5 * MINUTE,
};

/** A whole check. */
export function check(system: FakeSystem, aws: FakeAws, more: Partial<CheckOptions> = {}): Promise<CheckReport> {
  return runCheck(contextOf(system, aws), { ...CHECK_OPTIONS, ...more });
}

/** The outcome, then `name state action outcome`, with a `-` before a session that is not counted. */
export function checkInShort({ outcome, sessions }: CheckReport): string[] {
  return [
    outcome,
    ...sessions.map((one) => `${one.counted ? "" : "-"}${one.name} ${one.state} ${one.action} ${one.outcome}`),
  ];
}

/** What AWS answers once somebody (`identity`) has approved the device code: the second token, and its proof. */
export function approve(aws: FakeAws, deviceCode: string, identity = IDENTITY): FakeAws {
  return aws.on("CreateToken", freshToken(2), deviceCode).on("GetRoleCredentials", ROLE_KEYS, "access-2")
    .on("GetCallerIdentity", identity);
}
