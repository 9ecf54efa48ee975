// What there is to say of one session in sentences, for check and status alike.
import { formatDuration } from "../domain/duration.ts";
import type { ProfileReport, SessionReport } from "../domain/report.ts";
import { clean, hanging } from "./cells.ts";
import { paint, type Screen } from "./screen.ts";
import { ASIDE, ATTENTION, BAD, faultText, GOOD, LOGIN_REASONS, type Mark, OUTCOME_MARKS, validity } from "./words.ts";
import { loginCommand } from "../domain/shell_word.ts";

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

/** Lines below the session's own: the error, what a person can do, and the profiles that do not work. */
export function formatDetails(session: SessionReport, indent: string, screen: Screen): string[] {
  const { error } = session;
  const failing = session.profiles.filter(({ ok, error }) => ok === false || error !== undefined);
  return [
    ...(error === undefined ? [] : hanging(indent, faultText(error, screen), screen.columns)),
    ...formatLink(session, indent, screen),
    ...formatWaysOut(waysOut(session), indent, screen),
    ...failing.flatMap((profile) => formatFailingProfile(profile, indent, screen)),
  ];
}

/** The link that waits for approval: the same code as in the alert, so that a forged one can be told from it. */
function formatLink({ pendingLogin }: SessionReport, indent: string, { now }: Screen): string[] {
  if (pendingLogin === undefined || pendingLogin.expiresAt <= now) return [];
  const { userCode, verificationUriComplete, expiresAt } = pendingLogin;
  return [
    `${indent}code ${clean(userCode)}, for ${formatDuration(expiresAt - now)} more`,
    `${indent}→ open: ${clean(verificationUriComplete)}`,
  ];
}

/** What a person can do about it; none when nothing is to be done. */
function waysOut({ state, counted, name, error }: SessionReport): string[] {
  const hint = clean(error?.hint ?? "");
  if (state !== "needs-login" || !counted) return hint === "" ? [] : [hint];
  const login = loginCommand(name);
  // The hint of the error often says to log in as well: once is enough.
  return hint === "" || hint.includes(login) ? [`run: ${login}`] : [`run: ${login}`, hint];
}

/** Lines of the ways out, each with an arrow. A line that is to be copied is not broken. */
export function formatWaysOut(hints: readonly string[], indent: string, screen: Screen): string[] {
  return hints.flatMap((hint) => {
    const arrow = `${indent}→ `;
    const copied = hint.startsWith("run: ") || hint.startsWith("see: ");
    return copied ? [arrow + hint] : hanging(arrow, hint, screen.columns);
  });
}

/** Lines about a profile whose proof failed, for good (✗) or for now (!). */
export function formatFailingProfile(profile: ProfileReport, indent: string, screen: Screen): string[] {
  const { error } = profile;
  const mark = profile.ok === false ? BAD : ATTENTION;
  const what = error === undefined ? `AWS refuses the role ${clean(profile.roleName)}` : faultText(error, screen);
  const hint = clean(error?.hint ?? "");
  return [
    ...formatMarked(mark, `profile ${clean(profile.name)}: ${what}`, indent, screen),
    ...formatWaysOut(hint === "" ? [] : [hint], `${indent}  `, screen),
  ];
}

/** `text` after a coloured mark, wrapped below itself. */
export function formatMarked(mark: Mark, text: string, indent: string, screen: Screen): string[] {
  const [first, ...rest] = hanging(`${indent}${mark.sign} `, text, screen.columns);
  const plain = indent + mark.sign;
  return [indent + paint(screen, mark.colour, mark.sign) + first.slice(plain.length), ...rest];
}
