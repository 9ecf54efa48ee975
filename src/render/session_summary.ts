// A session in one mark and one clause, for check and status alike.
import { formatDuration } from "../domain/duration.ts";
import type { SessionReport } from "../domain/report.ts";
import type { Screen } from "./screen.ts";
import { ASIDE, GOOD, LOGIN_REASONS, type Mark, OUTCOME_MARKS, validity } from "./words.ts";

/** The mark of the session itself: a role that is refused marks its profile, not the session. */
export function sessionMark(session: SessionReport): Mark {
  if (!session.counted) return ASIDE;
  return session.outcome === "broken" && session.state !== "broken" ? GOOD : OUTCOME_MARKS[session.outcome];
}

/** One short clause: what was done or is due, and how long it lasts. Empty for a broken session. */
export function summarise(session: SessionReport, screen: Screen): string {
  switch (session.state) {
    case "healthy":
      return joined([
        DONE[session.action],
        token(session, screen),
        session.refreshable === false && CANNOT_RENEW,
        expected(session, screen),
      ]);
    case "refresh-due":
      return joined([DONE[session.action], token(session, screen), nextTry(session, screen)]);
    case "waiting-for-approval":
      return joined([why(session), grace(session, screen)]);
    case "needs-login":
      return session.counted ? joined([why(session), grace(session, screen)]) : "never used here";
    case "broken":
      return "";
  }
}

const DONE: Partial<Record<SessionReport["action"], string>> = {
  refreshed: "refreshed",
  adopted: "refreshed by another program",
  "logged-in": "signed in",
};
const CANNOT_RENEW = "cannot renew itself";

/** Only when it is near: of a registration that ends in three months nobody needs to think. */
function expected({ expectedLogin }: SessionReport, { now }: Screen): string | undefined {
  if (expectedLogin === undefined || expectedLogin.at - now > SOON_MS) return undefined;
  return `next login in about ${formatDuration(expectedLogin.at - now)}`;
}

const SOON_MS = 8 * 86_400_000;

function why({ loginReason }: SessionReport): string {
  return loginReason === undefined ? "a person must sign in" : LOGIN_REASONS[loginReason];
}

/** A token that still works is time in which signing in prevents an outage. */
function grace({ accessTokenExpiresAt: endsAt }: SessionReport, { now }: Screen): string | undefined {
  return endsAt !== undefined && endsAt > now ? `token works for ${formatDuration(endsAt - now)}` : undefined;
}

function token({ accessTokenExpiresAt: endsAt }: SessionReport, { now }: Screen): string | undefined {
  return endsAt === undefined ? undefined : `token ${validity(endsAt, now)}`;
}

function nextTry({ retryAt, error }: SessionReport, { now }: Screen): string {
  if (retryAt !== undefined && retryAt > now) return `next try in ${formatDuration(retryAt - now)}`;
  return error === undefined ? "renewed by the next check" : "tried again by the next check";
}

function joined(clauses: readonly (string | false | undefined)[]): string {
  return clauses.filter((clause) => clause).join(", ");
}
