// What the use cases are handed in a test: the fake world, the scripted AWS, and a first look at a session.
import type { Context, Run } from "../../src/heal/context.ts";
import { type Healed, type HealOptions, healSession } from "../../src/heal/heal_session.ts";
import { look, type View } from "../../src/heal/look.ts";
import { reportOf } from "../../src/heal/report.ts";
import type { Session } from "../../src/domain/session.ts";
import type { FakeAws } from "./fake_aws.ts";
import { type FakeSystem, MINUTE } from "./fake_system.ts";
import { sessionNamed } from "./session_home.ts";

/** The usual window. */
export const REFRESH_AHEAD_MS = 28 * MINUTE;

export function contextOf(system: FakeSystem, aws: FakeAws): Context {
  return { system, log: system.log, connect: aws.connect };
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
