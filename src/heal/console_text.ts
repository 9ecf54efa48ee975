// What a person and other programs are told of a console sign-in. The one place that shows its link.
import { formatDuration } from "../domain/duration.ts";
import { clean } from "../render/cells.ts";
import { formatJson, instant, JSON_VERSION } from "../render/json.ts";
import type { ConsoleSignIn } from "./console.ts";
import type { Opened } from "./console_browser.ts";

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
  if (opened?.ok) return { out: "", err: `Opened in your browser as ${who}; ${lasts}.\n` };
  const why = opened === undefined ? "" : `sso-heal: Cannot open a browser here: ${clean(opened.why)}\n`;
  const until = formatDuration(linkExpiresAt - madeAt);
  const does = opened === undefined ? "Open this link" : "  → open this link yourself";
  return {
    out: `${link.reveal()}\n`,
    err: `${why}${does} within ${until}, and give it to nobody: it signs in as ${who}; ${lasts}.\n`,
  };
}

/** The document of `console --json`; without the link where a browser has it. */
export function consoleJson(signIn: ConsoleSignIn, opened?: Opened): string {
  const { link, profile, accountId, roleName, linkExpiresAt, sessionExpiresAt } = signIn;
  return formatJson({
    version: JSON_VERSION,
    ...opened?.ok ? { opened: true } : { url: link.reveal() },
    profile,
    accountId,
    roleName,
    linkExpiresAt: instant(linkExpiresAt),
    sessionExpiresAt: instant(sessionExpiresAt),
  });
}
