// What a person and other programs are told of a console sign-in. The one place that shows its link.
import { formatDuration } from "../domain/duration.ts";
import { clean } from "../render/cells.ts";
import { formatJson, instant, JSON_VERSION } from "../render/json.ts";
import type { ConsoleSignIn } from "./console.ts";
import type { Opened, Waiting } from "./console_browser.ts";

/** Text for standard output and standard error. */
export interface ConsoleText {
  readonly out: string;
  readonly err: string;
}

/**
 * The link on standard output, for who opens it; how long it and the session last on standard error.
 *
 * @param opened by a browser of this machine, where that was wanted: then the link is used up and not shown
 */
export function formatConsole(signIn: ConsoleSignIn, opened?: Opened): ConsoleText {
  const { link, profile, madeAt, linkExpiresAt, sessionExpiresAt } = signIn;
  const lasts = `the console session lasts ${formatDuration(sessionExpiresAt - madeAt)}`;
  const who = `profile "${clean(profile)}"`;
  if (opened?.ok) return { out: "", err: `Opened in your browser as ${who}; ${lasts}.\n${opened.again ? AGAIN : ""}` };
  const why = opened === undefined ? "" : `sso-heal: Cannot open a browser here: ${clean(opened.why)}\n`;
  // To the nearest second: a minute of waiting takes one minute, and no more.
  const until = formatDuration(Math.round((linkExpiresAt - madeAt - (opened?.waitedMs ?? 0)) / 1000) * 1000);
  const does = opened === undefined ? "Open this link" : "  → open this link yourself";
  return {
    out: `${link.reveal()}\n`,
    err: `${why}${does} within ${until}, and give it to nobody: it signs in as ${who}; ${lasts}.\n`,
  };
}

/** Two requests may be the browser's own; what counts is who has the console. */
const AGAIN = "sso-heal: The link was asked for twice, and only the first has it\n" +
  "  → if your browser does not show the console, somebody else is signed in:\n" +
  "    have the active sessions of the role revoked (IAM)\n";

/** What the person at the terminal is told while the browser is waited for. */
export function formatWaiting(waiting: Waiting): string {
  if ("program" in waiting) {
    return `Waiting for the browser (${clean(waiting.program)}), for ${formatDuration(waiting.forMs)} ...\n`;
  }
  return "Does it show no page? Some browsers may not read the file that leads there (snap, flatpak).\n" +
    `  → open this address in it, and give it to nobody: ${waiting.address}\n`;
}

/** The document of `console --json`; without the link where a browser has it. */
export function consoleJson(signIn: ConsoleSignIn, opened?: Opened): string {
  const { link, profile, accountId, roleName, linkExpiresAt, sessionExpiresAt } = signIn;
  return formatJson({
    version: JSON_VERSION,
    ...opened?.ok ? { opened: true, askedTwice: opened.again || undefined } : { url: link.reveal() },
    profile,
    accountId,
    roleName,
    linkExpiresAt: instant(linkExpiresAt),
    sessionExpiresAt: instant(sessionExpiresAt),
  });
}
