// JSON for other programs: times as RFC 3339 UTC without a fraction, what is unknown absent.
import { formatInstant } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { ServiceStatus } from "../domain/service.ts";
import type { CheckReport, Fault, ProfileReport, SessionReport, StatusReport, SyncReport } from "../domain/report.ts";

/** Version of every JSON document; additive changes keep it. */
export const JSON_VERSION = 1;

/** The spec's document of `check --json`. */
export function checkJson(report: CheckReport): string {
  return formatJson({
    version: JSON_VERSION,
    outcome: report.outcome,
    startedAt: instant(report.startedAt),
    durationMs: Math.round(report.durationMs),
    sessions: report.sessions.map(sessionJson),
    problems: report.problems.map(faultJson),
    warnings: report.warnings.map(faultJson),
    sync: report.sync?.map(syncJson),
    notifications: report.notifications,
    clockOffsetMs: report.clockOffsetMs,
  });
}

/** The spec's document of `status --json`. */
export function statusJson(report: StatusReport): string {
  return formatJson({
    version: JSON_VERSION,
    outcome: report.outcome,
    at: instant(report.at),
    sessions: report.sessions.map(sessionJson),
    problems: report.problems.map(faultJson),
    warnings: report.warnings.map(faultJson),
    service: {
      ...serviceJson(report.service),
      lastRunAt: instant(report.lastRunAt),
      lastOutcome: report.lastOutcome,
      lastReason: report.lastReason,
    },
  });
}

/** The `service` of the status document. */
function serviceJson(service: ServiceStatus): Record<string, unknown> {
  const { lastRunAt, nextRunAt, everyMs, ...rest } = service;
  return {
    ...rest,
    everySeconds: everyMs && everyMs / 1000,
    nextRunAt: instant(nextRunAt),
    lastScheduledAt: instant(lastRunAt),
  };
}

function sessionJson(session: SessionReport): Record<string, unknown> {
  return {
    name: session.name,
    startUrl: session.startUrl,
    region: session.region,
    state: session.state,
    action: session.action,
    neverUsed: session.counted ? undefined : true,
    accessTokenExpiresAt: instant(session.accessTokenExpiresAt),
    refreshable: session.refreshable,
    registrationExpiresAt: instant(session.registrationExpiresAt),
    retryAt: instant(session.retryAt),
    loginReason: session.loginReason,
    pendingLogin: session.pendingLogin &&
      { ...session.pendingLogin, expiresAt: instant(session.pendingLogin.expiresAt) },
    expectedLogin: session.expectedLogin && { ...session.expectedLogin, at: instant(session.expectedLogin.at) },
    error: faultJson(session.error),
    profiles: session.profiles.map(profileJson),
  };
}

/** One proved profile. */
export function profileJson(profile: ProfileReport): Record<string, unknown> {
  return {
    name: profile.name,
    accountId: profile.accountId,
    roleName: profile.roleName,
    ok: profile.ok,
    arn: profile.arn,
    credentialsExpireAt: instant(profile.credentialsExpireAt),
    error: faultJson(profile.error),
  };
}

/** One legacy profile. */
export function syncJson({ from, to, changed, expiresAt, error }: SyncReport): Record<string, unknown> {
  return { from, to, changed, expiresAt: instant(expiresAt), error: faultJson(error) };
}

/** An error or problem; undefined stays undefined. */
export function faultJson(fault: Fault | Problem | undefined): Record<string, unknown> | undefined {
  if (fault === undefined) return undefined;
  return { code: fault.code, message: fault.message, hint: fault.hint, file: fault.file, line: fault.line };
}

/** Epoch milliseconds to `2026-11-20T10:00:00Z`, rounded down; absent for a time no calendar can show. */
export function instant(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatInstant(Math.floor(at / 1000) * 1000);
}

/**
 * The document with a line break at its end. The control characters that JSON allows as they are (DEL, C1, line and
 * bidirectional separators) are escaped, so that no text in it can steer a terminal.
 */
export function formatJson(document: Record<string, unknown>): string {
  const text = JSON.stringify(document, undefined, 2);
  return `${text.replace(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escaped)}\n`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
