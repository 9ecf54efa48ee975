// What the use cases are handed in a test: the fake world, the scripted AWS, and a first look at a session.
import type { Context, Run } from "../../src/heal/context.ts";
import { look, type View } from "../../src/heal/look.ts";
import type { Session } from "../../src/domain/session.ts";
import type { FakeAws } from "./fake_aws.ts";
import { type FakeSystem, MINUTE } from "./fake_system.ts";

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
