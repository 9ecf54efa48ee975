// What an installation is going to do, and what came of it.
import { formatDuration } from "../domain/duration.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { ServiceHint } from "../domain/service.ts";
import { clean, hanging } from "./cells.ts";
import type { Screen } from "./screen.ts";
import { formatHints, marked } from "./service.ts";
import { OUTCOME_WORDS } from "./outcome_words.ts";
import { ATTENTION, GOOD, type Mark } from "./words.ts";

/** One row of the plan: a verb, and what it is about. */
export interface PlannedRow {
  readonly verb: string;
  readonly what: string;
}

export interface ShownPlan {
  /** "a systemd timer of the machine". */
  readonly way: string;
  readonly account: string;
  readonly everyMs: number;
  readonly rows: readonly PlannedRow[];
  readonly hints: readonly ServiceHint[];
}

/** The plan before anything is done. */
export function formatPlan({ way, account, everyMs, rows, hints }: ShownPlan, screen: Screen): string {
  const verbs = Math.max(...rows.map(({ verb }) => verb.length));
  const lines = [
    ...hanging("", `Every ${formatDuration(everyMs)} a check for ${clean(account)}, by ${way}:`, screen.columns),
    "",
    ...rows.flatMap(({ verb, what }) => hanging(`  ${verb.padEnd(verbs)}  `, shown(what, screen), screen.columns)),
    ...hints.length === 0 ? [] : ["", ...formatHints(hints, screen)],
    "",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Paths in a sentence, with `~` for the home, which may hold blanks. */
function shown(what: string, { home }: Screen): string {
  const [first, ...more] = clean(what).split(`${home}/`);
  return more.reduce((text, part) => `${text}${/(^|[ (])$/.test(text) ? "~" : home}/${part}`, first);
}

const LOOSER =
  "This machine cannot confine the job to its folders (no user name spaces): it has fewer system calls only.";

/** The last words of an installation that worked; `isLooser`: the job is confined less than it was tried at first. */
export function formatInstalled(
  proof: { readonly outcome: string } | undefined,
  isLooser: boolean,
  binary: string,
  kept: readonly string[],
  screen: Screen,
): string {
  const outcome = proof && OUTCOME_WORDS[proof.outcome as Outcome];
  const mark: Mark = proof === undefined || proof.outcome === "healthy" ? GOOD : ATTENTION;
  const lines = [
    ...outcome === undefined ? [] : marked(mark, "", `The first run of the job: ${outcome}`, screen),
    ...isLooser ? marked(ATTENTION, "", LOOSER, screen) : [],
    ...kept.flatMap((path) => hanging("  ", `a copy of what was there: ${shown(path, screen)}`, screen.columns)),
    ...proof?.outcome === "needs-login" ? ["  → run: sso-heal login"] : [],
    ...hanging("", `Installed as ${shown(binary, screen)}. How it is: sso-heal status`, screen.columns),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

export const NOTHING_TO_CHANGE = "Nothing to change: the job is there and runs.\n";

/** What uninstall took out, and what it could not. */
export function formatUninstalled(
  gone: readonly string[],
  left: readonly { readonly message: string; readonly hint: string }[],
  dryRun: boolean,
  screen: Screen,
): string {
  const verb = dryRun ? "would go" : "gone";
  const lines = [
    ...gone.flatMap((what) => marked(GOOD, "", `${verb}: ${shown(what, screen)}`, screen)),
    ...left.flatMap(({ message, hint }) => [
      ...marked(ATTENTION, "", clean(message), screen),
      ...hanging("  → ", clean(hint), screen.columns),
    ]),
    ...gone.length + left.length === 0 ? ["Nothing is installed."] : [],
  ];
  return lines.map((line) => `${line}\n`).join("");
}
