// The alert policy: what is to be said about one session now, given what was said before. One incident, one alarm.
import type { AlertEvent } from "./alert_message.ts";
import { type ExpectedLogin, sameEnd } from "./forecast.ts";
import { isQuiet, nextDaytime, type QuietHours, quietUntil } from "./quiet_hours.ts";

const HOUR_MS = 3_600_000;
/** Links are renewed without a word for this long after something was said or asked. */
export const SILENT_RENEWAL_MS = HOUR_MS;
/** An alarm or a reminder waits this long for a link that cannot be had, then goes out without one. */
export const PATIENCE_WITHOUT_LINK_MS = 30 * 60_000;
/** What no tap can mend is not said more often than this. */
const DAY_MS = 24 * HOUR_MS;

export type IncidentKind = "login" | "soon" | "failing" | "broken";

/** How one session is, as far as people are concerned. All times are epoch milliseconds. */
export type Condition =
  | {
    readonly kind: "fine";
    /** The last login that was seen. */
    readonly signedInAt?: number;
  }
  | {
    readonly kind: IncidentKind;
    /** Since when nothing worked, or will work (a token that lives on): the downtime counts from it. */
    readonly downSince?: number;
    /** A link is open that a person can approve. */
    readonly hasLink?: boolean;
    /** Somebody waits at it in the foreground: no need to call them. */
    readonly attended?: boolean;
    /** `soon`: the warning that is due (milliseconds before the end). */
    readonly threshold?: number;
    readonly end?: ExpectedLogin;
  };

/** What is remembered about one session while something is wrong with it. */
export interface Incident {
  /** The same for every message of it. */
  readonly id: string;
  readonly session: string;
  readonly kind: IncidentKind;
  readonly since: number;
  readonly downSince?: number;
  /** When each kind was said for the last time: noted before anything is sent, so that a crash never says it twice. */
  readonly said: Readonly<Partial<Record<IncidentKind, number>>>;
  /** How many were said after the first of their kind: no two messages have the same event and number. */
  readonly reminders: number;
  /** Links are renewed from here on for {@link SILENT_RENEWAL_MS}; absent before a warning, and once somebody denied. */
  readonly linksFrom?: number;
  /** When somebody last got a link because they asked for one. */
  readonly askedAt?: number;
  /** `soon`: thresholds that were warned about, and of which end. */
  readonly warned: readonly number[];
  readonly end?: ExpectedLogin;
}

export interface AlertPolicy {
  readonly remindEveryMs: number;
  readonly quietHours?: QuietHours;
  /** IANA name; absent: the machine's. */
  readonly timeZone?: string;
  /** Quiet hours hold the first alarm of each kind, too. */
  readonly holdFirst: boolean;
}

/** One thing to say; to whom and how is the business of `delivery.ts`. */
export interface Announcement {
  readonly event: AlertEvent;
  /** 0 for the first. */
  readonly reminder: number;
  /** Not to be sent before. */
  readonly notBefore: number;
}

export interface Step {
  /** What to remember; undefined when all is well. */
  readonly incident?: Incident;
  readonly say?: Announcement;
  /** The incident that has just ended. */
  readonly ended?: Incident;
}

/** What is said of each kind. */
export const EVENTS: Record<IncidentKind, AlertEvent> = {
  login: "login-needed",
  soon: "login-soon",
  failing: "failing",
  broken: "broken",
};

/**
 * The incident as it is now, without deciding what to say: kinds change, the identity stays. Only a login to come is an
 * incident of its own: what was wrong before is over then, and {@link announce} says so first.
 */
export function incidentNow(
  session: string,
  incident: Incident | undefined,
  condition: Condition,
  now: number,
  newId: string,
): Incident | undefined {
  if (condition.kind === "fine") return undefined;
  const { kind, end, downSince } = condition;
  if (incident === undefined) {
    const linksFrom = kind === "login" ? now : undefined;
    return { id: newId, session, kind, since: now, downSince, said: {}, reminders: 0, linksFrom, warned: [], end };
  }
  const known = notAfter(incident, now);
  if (isOver(known, condition)) return known;
  const isNewEnd = known.end !== undefined && end !== undefined && !sameEnd(known.end, end);
  // A kind that comes back brings no new links: nothing is said of it, and somebody may have denied.
  const isNewLogin = kind === "login" && known.kind !== "login" && known.said.login === undefined;
  return {
    ...known,
    kind,
    downSince: known.downSince ?? downSince,
    linksFrom: isNewLogin ? now : known.linksFrom,
    warned: isNewEnd ? [] : known.warned,
    end: end ?? known.end,
  };
}

/** A clock that was set back must not keep reminders away, or links alive, until it has caught up. */
function notAfter(incident: Incident, now: number): Incident {
  const { since, linksFrom } = incident;
  const said = Object.entries(incident.said).map(([kind, at]) => [kind, Math.min(at, now)]);
  return {
    ...incident,
    since: Math.min(since, now),
    said: Object.fromEntries(said),
    linksFrom: linksFrom === undefined ? undefined : Math.min(linksFrom, now),
  };
}

/** A warning can follow what was wrong only when that is mended. */
function isOver(incident: Incident, { kind }: Condition): boolean {
  return kind === "fine" || (kind === "soon" && incident.kind !== "soon");
}

/**
 * Whether a link is to be opened when none is open: whenever something with a link is to be said now, or to be sent now
 * (`isPostDue`: after hours of failures it shall not come with a dead one), and for a while after it was.
 */
export function wantsLink(
  incident: Incident,
  condition: Condition,
  now: number,
  policy: AlertPolicy,
  isPostDue = false,
): boolean {
  if (condition.kind !== "login" && condition.kind !== "soon" || isOver(incident, condition)) return false;
  const { linksFrom, said } = incident;
  if (linksFrom !== undefined && (isPostDue || now < linksFrom + SILENT_RENEWAL_MS)) return true;
  // Denied before anybody was told: whoever denied has seen it, and the alarm takes its time.
  const isEarly = condition.kind === "login" && said.login === undefined && linksFrom === undefined;
  return isTimeFor(incident, condition, now, policy) && !(isEarly && isPatient(incident, now, policy));
}

/** Somebody denied on the sign-in page: no new link until the next reminder, the next warning or a request. */
export function denied(incident: Incident): Incident {
  return { ...incident, linksFrom: undefined };
}

/** Somebody asked for a link. That there is no more than one a minute is the business of whoever reads the requests. */
export function requested(incident: Incident, now: number): Incident {
  return { ...incident, linksFrom: now, askedAt: now };
}

/**
 * Decides what to say about one session; `incident` is what {@link incidentNow} gave, or the one that was there. What
 * quiet hours hold is not said at all before their end: then it is said with a fresh link, or is not true any more.
 */
export function announce(incident: Incident | undefined, condition: Condition, now: number, policy: AlertPolicy): Step {
  if (incident === undefined) return {};
  if (condition.kind === "fine" || isOver(incident, condition)) return end(incident, condition, now, policy);
  const { kind, hasLink, attended } = condition;
  if (attended || !isTimeFor(incident, condition, now, policy)) return { incident };
  // A warning has days to wait for its link.
  if (!hasLink && (kind === "soon" || (kind === "login" && isPatient(incident, now, policy)))) return { incident };
  const isFirst = incident.said[kind] === undefined;
  const reminders = isFirst ? incident.reminders : incident.reminders + 1;
  const warned = condition.kind === "soon" && condition.threshold !== undefined
    ? [...incident.warned, condition.threshold]
    : incident.warned;
  const linksFrom = kind === "login" || kind === "soon" ? now : incident.linksFrom;
  return {
    incident: { ...incident, said: { ...incident.said, [kind]: now }, reminders, warned, linksFrom },
    say: { event: EVENTS[kind], reminder: isFirst ? 0 : reminders, notBefore: now },
  };
}

/** The end of an incident is told to those who were told of it: later in quiet hours, for it will still be true. */
function end(incident: Incident, condition: Condition, now: number, { quietHours, timeZone }: AlertPolicy): Step {
  // Expected wrongly, the end of a session may pass without a login.
  const isHealed = incident.kind !== "soon" ||
    (condition.kind === "fine" && (condition.signedInAt ?? 0) >= incident.since);
  if (!isHealed || Object.keys(incident.said).length === 0) return { ended: incident };
  return {
    ended: incident,
    say: { event: "healed", reminder: 0, notBefore: quietUntil(now, quietHours, timeZone) },
  };
}

/** Whether something is to be said of an incident of that kind now: its alarm, a reminder or a warning. */
function isTimeFor(incident: Incident, condition: Condition, now: number, policy: AlertPolicy): boolean {
  const { remindEveryMs, quietHours, timeZone, holdFirst } = policy;
  if (condition.kind === "fine") return false;
  const { kind, threshold } = condition;
  if (kind === "soon") {
    if (threshold === undefined || incident.warned.includes(threshold)) return false;
    return nextDaytime(now, quietHours, timeZone) === now;
  }
  const last = incident.said[kind];
  if (last === undefined) return !holdFirst || !isQuiet(now, quietHours, timeZone);
  const everyMs = kind === "login" ? remindEveryMs : Math.max(remindEveryMs, DAY_MS);
  return now - last >= everyMs && !isQuiet(now, quietHours, timeZone);
}

/** Whether what is to be said of a login still waits for its link. */
function isPatient({ said, linksFrom, since }: Incident, now: number, { remindEveryMs }: AlertPolicy): boolean {
  const wantedFrom = said.login === undefined ? linksFrom ?? since : said.login + remindEveryMs;
  return now - wantedFrom < PATIENCE_WITHOUT_LINK_MS;
}
