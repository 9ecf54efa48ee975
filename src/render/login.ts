// What a person sees while signing in, and what came of it.
import { formatDuration } from "../domain/duration.ts";
import type { BrowserPrompt, LoginPrompt, LoginReport } from "../domain/report.ts";
import { clean } from "./cells.ts";
import { faultJson, formatJson, instant, JSON_VERSION, profileJson } from "./json.ts";
import { formatProblem } from "./problems.ts";
import { paint, type Screen } from "./screen.ts";
import { formatFailingProfile } from "./session_lines.ts";
import { ATTENTION, BAD, GOOD, validity } from "./words.ts";

/** The link and the code; `qr` is the drawn link, when one is wanted. */
export function formatLoginPrompt(prompt: LoginPrompt, screen: Screen, qr?: string, waits = true): string {
  const code = clean(prompt.userCode);
  // To the nearest second: a code given for ten minutes should not be announced with nine.
  const leftMs = Math.round((prompt.expiresAt - screen.now) / 1000) * 1000;
  const lines = [
    `Sign in to ${clean(prompt.session)}${prompt.session === prompt.startUrl ? "" : ` (${clean(prompt.startUrl)})`}`,
    "",
    `  Open this link, on any device:   ${paint(screen, "bold", clean(prompt.verificationUriComplete))}`,
    `  Allow it if it shows this code:  ${paint(screen, "bold", code)}`,
    `  Or type the code at:             ${clean(prompt.verificationUri)}`,
    "",
    ...(qr === undefined ? [] : [qr, ""]),
    waits
      ? `Waiting for your approval; the code ends in ${formatDuration(leftMs)} ...`
      : `The code ends in ${formatDuration(leftMs)}; the next check or login goes on with it.`,
    "",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** The link for the browser of this very machine: the answer comes back to it. */
export function formatBrowserPrompt(prompt: BrowserPrompt, screen: Screen): string {
  const lines = [
    `Sign in to ${clean(prompt.session)}${prompt.session === prompt.startUrl ? "" : ` (${clean(prompt.startUrl)})`}`,
    "",
    "  Open this link in a browser on this machine:",
    `  ${paint(screen, "bold", clean(prompt.url))}`,
    "",
    `Waiting for your approval, for ${formatDuration(prompt.expiresAt - screen.now)} ...`,
    "",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** One line a session, and what did not work. */
export function formatLogins(logins: readonly LoginReport[], screen: Screen): string {
  return logins.flatMap((login) => formatLogin(login, screen)).map((line) => `${line}\n`).join("");
}

function formatLogin(login: LoginReport, screen: Screen): string[] {
  const name = clean(login.session);
  if (login.result === "failed") {
    const fault = login.error ?? { code: "LoginFailed", message: "the login failed", hint: "" };
    return formatProblem({ ...fault, message: `${name}: ${fault.message}` }, BAD, screen);
  }
  if (login.result === "started") {
    return [
      `${paint(screen, ATTENTION.colour, ATTENTION.sign)} ${name}  waiting for approval`,
    ];
  }
  const clauses = [login.result === "logged-in" ? "signed in" : "healthy already"];
  const endsAt = login.accessTokenExpiresAt;
  if (endsAt !== undefined) clauses.push(`token ${validity(endsAt, screen.now)}`);
  if (login.refreshable !== undefined) clauses.push(login.refreshable ? "renews itself" : "cannot renew itself");
  return [
    `${paint(screen, GOOD.colour, GOOD.sign)} ${name}  ${clauses.join(", ")}`,
    ...login.profiles.filter(({ ok, error }) => ok === false || error !== undefined)
      .flatMap((profile) => formatFailingProfile(profile, "  ", screen)),
  ];
}

/** The JSON document of `login --no-wait --json`: the link of one session. */
export function linkJson({ session, link }: LoginReport): string {
  return formatJson({
    version: JSON_VERSION,
    session,
    verificationUri: link?.verificationUri,
    verificationUriComplete: link?.verificationUriComplete,
    userCode: link?.userCode,
    expiresAt: instant(link?.expiresAt),
  });
}

/** The JSON document of `login --json`. */
export function loginsJson(logins: readonly LoginReport[]): string {
  return formatJson({
    version: JSON_VERSION,
    sessions: logins.map((login) => ({
      name: login.session,
      result: login.result,
      ...login.link && { ...login.link, expiresAt: instant(login.link.expiresAt) },
      accessTokenExpiresAt: instant(login.accessTokenExpiresAt),
      refreshable: login.refreshable,
      error: faultJson(login.error),
      profiles: login.profiles.map(profileJson),
    })),
  });
}
