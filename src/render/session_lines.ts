// What there is to say below the line of a session, for check and status alike; loaded only if there is anything.
import { formatDuration } from "../domain/duration.ts";
import type { ProfileReport, SessionReport } from "../domain/report.ts";
import { loginCommand } from "../domain/shell_word.ts";
import { clean, hanging } from "./cells.ts";
import { faultText } from "./fault_words.ts";
import { paint, type Screen } from "./screen.ts";
import { ATTENTION, BAD, type Mark } from "./words.ts";

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
