// What is said about the job that runs the checks, in words and for programs.
import { formatDuration } from "../domain/duration.ts";
import type { Hardening, ServiceHint, ServiceStatus } from "../domain/service.ts";
import { clean, hanging } from "./cells.ts";
import { paint, type Screen } from "./screen.ts";
import { ago, ATTENTION, BAD, GOOD, type Mark } from "./words.ts";

const MANAGERS = {
  "launchd-system": "LaunchDaemon",
  "launchd-user": "LaunchAgent",
  "systemd-system": "systemd timer of the machine",
  "systemd-user": "systemd timer of this account",
  "cron-user": "crontab",
  "cron-system": "crontab",
  "run-user": "sso-heal run, in the foreground",
  "run-system": "sso-heal run, in the foreground",
} as const;

const SANDBOXES: Readonly<Record<Hardening, string>> = {
  hardened: "sees and changes nothing but its own folders",
  strict: "changes nothing but its own folders",
  basic: "fewer system calls",
  none: "none but that of the program itself",
};

/** The block below the sessions; one line when nothing is installed. */
export function formatService(service: ServiceStatus, screen: Screen): string[] {
  const { installed, manager = "run", scope = "user", domain, everyMs = 0, stale, sandbox } = service;
  if (!installed && service.lastRunAt !== undefined) {
    return [
      `A timer that install has not set up runs the checks; its last run was ${ago(service.lastRunAt, screen.now)}.`,
    ];
  }
  if (!installed) return ["No timer runs the checks on this machine.", "→ run: sso-heal install"];
  const mark = stale ? BAD : service.hints.length > 0 ? ATTENTION : GOOD;
  const where = domain === undefined ? "" : ` (${domain})`;
  const every = formatDuration(everyMs);
  const text = `Timer: ${MANAGERS[`${manager}-${scope}`]}${where}, every ${every}; ${nextRun(service, screen)}`;
  const lines = marked(mark, "", text, screen);
  if (sandbox !== undefined && sandbox.level !== "none") {
    const enforced = sandbox.enforced === undefined ? "" : sandbox.enforced ? ", proved" : ", NOT IN FORCE";
    lines.push(...hanging("  ", `Confined: ${SANDBOXES[sandbox.level]}${enforced}`, screen.columns));
  }
  return [...lines, ...formatHints(service.hints, screen)];
}

function nextRun({ running, nextRunAt, lastRunAt, loaded }: ServiceStatus, { now }: Screen): string {
  const last = lastRunAt === undefined ? "has not run yet" : `last run ${ago(lastRunAt, now)}`;
  if (!loaded) return `NOT LOADED, ${last}`;
  if (running) return "running now";
  return nextRunAt === undefined ? last : `next run in ${formatDuration(Math.max(0, nextRunAt - now))}, ${last}`;
}

/** One paragraph each, with the way out below. */
export function formatHints(hints: readonly ServiceHint[], screen: Screen): string[] {
  return hints.flatMap(({ message, hint }) => [
    ...marked(ATTENTION, "  ", clean(message), screen),
    ...hanging("    → ", clean(hint), screen.columns),
  ]);
}

/** `text` behind a sign in its colour. */
export function marked({ sign, colour }: Mark, indent: string, text: string, screen: Screen): string[] {
  const [first, ...rest] = hanging(`${indent}${sign} `, text, screen.columns);
  return [first.replace(sign, paint(screen, colour, sign)), ...rest];
}
