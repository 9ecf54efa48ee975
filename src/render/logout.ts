// What a logout did.
import type { LogoutReport } from "../domain/report.ts";
import { clean } from "./cells.ts";
import { faultJson, formatJson, JSON_VERSION } from "./json.ts";
import { shownPath } from "./fault_words.ts";
import { formatProblem } from "./problems.ts";
import { paint, type Screen } from "./screen.ts";
import { ATTENTION, counted, GOOD } from "./words.ts";

/** One line a session with the files that are gone; what did not work below it. */
export function formatLogouts(logouts: readonly LogoutReport[], screen: Screen): string {
  return logouts.flatMap((logout) => formatLogout(logout, screen)).map((line) => `${line}\n`).join("");
}

function formatLogout({ session, removed, told, error }: LogoutReport, screen: Screen): string[] {
  const name = clean(session);
  if (error !== undefined) {
    const state = removed.length === 0 ? "" : `, ${counted(removed.length, "file")} deleted here`;
    const told = { ...error, message: `${name}: ${error.message}${state}` };
    return [...formatProblem(told, ATTENTION, screen), ...files(removed, screen)];
  }
  const nothing = removed.length === 0 && !told;
  const done = nothing ? "was not signed in" : `signed out${told ? ", AWS was told" : ""}`;
  return [
    `${paint(screen, GOOD.colour, GOOD.sign)} ${name}  ${done}, ${counted(removed.length, "file")} deleted`,
    ...files(removed, screen),
  ];
}

function files(removed: readonly string[], screen: Screen): string[] {
  return removed.map((path) => `    ${paint(screen, "faint", shownPath(path, screen.home))}`);
}

/** The JSON document of `logout --json`. */
export function logoutsJson(logouts: readonly LogoutReport[]): string {
  return formatJson({
    version: JSON_VERSION,
    sessions: logouts.map(({ session, removed, told, error }) => ({
      name: session,
      told,
      removed,
      error: faultJson(error),
    })),
  });
}
