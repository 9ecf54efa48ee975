// How one session is as far as people are concerned: from what a check found to the condition that the alert policy takes.
import type { Config } from "../config/config.ts";
import type { AlertPolicy, Condition, Incident } from "../domain/alert.ts";
import { dueWarning, sameEnd } from "../domain/forecast.ts";
import { isOpen } from "../domain/pending.ts";
import type { SessionReport } from "../domain/report.ts";
import type { Healed } from "./heal_session.ts";
import { type View, wasUsed } from "./look.ts";
import { expectedLogin, reportOf } from "./report.ts";
import type { Approver } from "./sign_in.ts";

/** One session of a check in which something happens between this machine and a person. */
export interface Situation {
  readonly healed: Healed;
  /** Another process waits for the same approval. */
  readonly attended?: boolean;
  /** No link could be had for now. */
  readonly tryAgain?: boolean;
  /** Another person than before approved. */
  readonly approvedBy?: Approver;
}

/** Whether somebody denied, and neither a reminder nor a request has brought a new link since. */
export function wasDenied(view: View, incident: Incident | undefined, policy: AlertPolicy, now: number): boolean {
  const { deniedAt } = view.record;
  if (deniedAt === undefined || now >= deniedAt + policy.remindEveryMs) return false;
  return (incident?.linksFrom ?? 0) <= deniedAt;
}

/** Whether a login may be started, and people be told, without anybody having asked for it. */
export function isOurs(view: View): boolean {
  return view.chosen || wasUsed(view);
}

export function reportOfSituation({ healed }: Situation): SessionReport {
  return reportOf(healed.view, true, healed);
}

/** Undefined when it cannot be told yet: then nothing changes. */
export function conditionOf(
  situation: Situation,
  incident: Incident | undefined,
  { check, alerts }: Config,
  now: number,
): Condition | undefined {
  const { view } = situation.healed;
  const { state, outcome } = reportOfSituation(situation);
  const hasLink = isOpen(view.pending, now);
  // Whoever holds the login without a link may be stopped for good, and calls nobody.
  const attended = situation.attended && hasLink;
  if (state === "needs-login" || state === "waiting-for-approval") {
    // The first to see it may have died over it, or had nobody to tell.
    const troubleAt = (view.refused ? view.record.refused?.at : undefined) ?? now;
    return { kind: "login", downSince: downSince(view, troubleAt), hasLink, attended };
  }
  if (outcome === "broken") return { kind: "broken", downSince: downSince(view, now) };
  if (outcome === "temporary-failure") {
    const { failingSince } = view.record;
    if (failingSince === undefined || now - failingSince < check.alertAfterMs) return undefined;
    return { kind: "failing", downSince: downSince(view, failingSince) };
  }
  const end = expectedLogin(view);
  if (end !== undefined) {
    const { loginAt, lives } = view.record;
    const history = { loginAt, lives, registrationExpiresAt: view.token?.registrationExpiresAt };
    const known = incident?.kind === "soon" && incident.end !== undefined && sameEnd(incident.end, end);
    const threshold = dueWarning(end, history, alerts.warnBeforeMs, known ? incident.warned : [], now);
    if (threshold !== undefined || known) return { kind: "soon", threshold, end, hasLink, attended };
  }
  return { kind: "fine", signedInAt: view.record.loginAt };
}

/**
 * Trouble began at `troubleAt`. A token that still works puts the outage off to its end, unless the portal itself has
 * refused it.
 */
function downSince({ token, record }: View, troubleAt: number): number {
  if (token === undefined || record.refused?.code === "UnauthorizedException") return troubleAt;
  return Math.max(troubleAt, token.expiresAt);
}
