// Puts an alert together from what is remembered of it and how the session is now.
import type { Incident } from "../domain/alert.ts";
import type { AlertMessage, AlertProfile } from "../domain/alert_message.ts";
import { isOpen } from "../domain/pending.ts";
import { LOGIN_REASONS } from "../render/words.ts";
import type { System } from "../system/system.ts";
import type { Post } from "../domain/delivery.ts";
import { linkOf } from "./report.ts";
import { reportOfSituation, type Situation } from "./situation.ts";

/** The message of `post`, with the link that is open now. The session may be gone from the config meanwhile. */
export function messageOf(
  system: System,
  post: Post,
  situation: Situation | undefined,
  incident: Incident | undefined,
): AlertMessage {
  const now = system.now();
  const view = situation?.healed.view;
  const about = {
    event: post.event,
    host: system.host,
    user: system.user,
    now,
    session: post.session,
    startUrl: view?.session.startUrl,
    incident: post.incident,
    since: incident?.since,
  };
  if (post.event === "healed") {
    const { downtimeMs, profiles, approvedBy } = post;
    return { ...about, downtimeMs, profiles, approvedBy };
  }
  const worksUntil = view?.token !== undefined && view.token.expiresAt > now ? view.token.expiresAt : undefined;
  return {
    ...about,
    reason: situation && reasonOf(situation),
    link: isOpen(view?.pending, now) ? linkOf(view.pending) : undefined,
    worksUntil,
    expectedEnd: post.event === "login-soon" ? incident?.end : undefined,
    reminder: post.reminder,
    profiles: situation && profilesOf(situation),
  };
}

/** The profiles that were proved, for the message. */
export function profilesOf(situation: Situation): AlertProfile[] {
  return reportOfSituation(situation).profiles.map(({ name, accountId, roleName, ok }) => ({
    name,
    accountId,
    roleName,
    ok,
  }));
}

function reasonOf(situation: Situation): string | undefined {
  const { loginReason, error, profiles } = reportOfSituation(situation);
  const fault = error ?? profiles.find((profile) => profile.ok === false)?.error;
  // Who approved wrongly is worth more than why a login is needed at all.
  const explains = fault !== undefined && (loginReason === undefined || fault.code === "WrongUser");
  if (explains) return fault.message;
  return loginReason === undefined ? undefined : LOGIN_REASONS[loginReason];
}

/** How long nothing worked, milliseconds. */
export function downtimeOf(incident: Incident, now: number): number {
  if (incident.downSince === undefined) return 0;
  return Math.max(0, now - incident.downSince);
}
