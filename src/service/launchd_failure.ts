// What the exit codes of launchctl mean: it gives them out nearly bare. Each with the way out.
import { UserError } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import { NO_SUCH_PROGRAM, type Ran, TOO_LATE } from "../system/run_program.ts";
import { isDisabled } from "./launchd_print.ts";
import { LAUNCHCTL, type Target } from "./launchd_target.ts";
import type { Hands } from "./manager.ts";

/** launchctl's codes, as far as this program tells them apart. The rest of errno is given as it is. */
export const CODE = {
  notPermitted: 1,
  noProcess: 3,
  io: 5,
  inProgress: 36,
  already: 37,
  badConfig: 78,
  noDomain: 112,
  noService: 113,
  disabled: 119,
  domainRefuses: 125,
} as const;

type Meaning = readonly [words: string, hints: (target: Target) => readonly string[]];

const NO_SESSION: Meaning = ["macOS keeps no such session now: nobody is logged in there", ({ account }) => [
  `${installAgain({ scope: "system", account })} (it needs no login)`,
  `or log in at the screen as ${account.name}, and install again`,
]];
const NOT_KNOWN: Meaning = ["launchd does not know it", (target) => [installAgain(target)]];
const BUSY: Meaning = ["launchd is still ending the one of before", (target) => [
  `wait a minute, then ${installAgain(target)}`,
]];

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [CODE.notPermitted]: ["macOS does not permit it", () => ["run it again with sudo"]],
  [CODE.noProcess]: NOT_KNOWN,
  [CODE.io]: ["launchd refuses it without a reason", ({ domain, path }) => [
    `as root it says more: sudo launchctl bootstrap ${domain} ${shellWord(path)}`,
    `look: log show --last 5m --predicate 'process == "launchd"'`,
  ]],
  [CODE.inProgress]: BUSY,
  [CODE.already]: BUSY,
  [CODE.badConfig]: [
    "launchd cannot start its program: the binary, the home or the folder of its log cannot be used",
    (target) => [
      `look at the paths in it: plutil -p ${shellWord(target.path)}`,
      `they are made anew by this: ${installAgain(target)}`,
    ],
  ],
  [CODE.noDomain]: NO_SESSION,
  [CODE.noService]: NOT_KNOWN,
  [CODE.disabled]: ["it is switched off", (target) => [switchOn(target), LOGIN_ITEMS]],
  [CODE.domainRefuses]: NO_SESSION,
  [TOO_LATE]: ["launchctl did not answer in time", () => ["try again"]],
  [NO_SUCH_PROGRAM]: ["there is no launchctl", () => ["choose another manager: sso-heal install --manager cron"]],
};

export const LOGIN_ITEMS =
  "look at System Settings > General > Login Items & Extensions: sso-heal must be allowed there";

export function switchOn({ job, domain }: Target): string {
  return `run: ${domain === "system" ? "sudo " : ""}launchctl enable ${shellWord(job)}`;
}

export function installAgain({ scope, account }: Pick<Target, "scope" | "account">): string {
  return scope === "system"
    ? `run: sudo sso-heal install --scope system --user ${shellWord(account.name)}`
    : "run: sso-heal install --scope user";
}

/** The error for a user: what was tried, what the code means, launchctl's own words, the way out. */
export function failure(action: string, target: Target, ran: Ran, hints?: readonly string[]): UserError {
  const [meaning, wayOut] = MEANINGS[ran.code] ?? ["launchctl failed", ({ job }) => [`run: launchctl print ${job}`]];
  const words = ran.stderr.trim().split("\n", 1)[0];
  const code = words.includes(`${ran.code}: `) ? words : `exit code ${ran.code}${words && `: ${words}`}`;
  return new UserError(`Cannot ${action} the launchd job ${target.job}: ${meaning} (${code})`, hints ?? wayOut(target));
}

/**
 * What stands behind an input/output error of `bootstrap`, the one code for everything: a damaged text, a wrong owner, a
 * job that is switched off. Undefined when nothing of it is found.
 */
export async function reasonsOfRefusal(hands: Hands, target: Target): Promise<readonly string[] | undefined> {
  const { path, domain, account } = target;
  const word = shellWord(path);
  const reasons: string[] = [];

  const file = await hands.run({ program: "/usr/bin/stat", args: ["-f", "%Su %Lp", path] });
  if (file.code !== 0) return [`there is no ${path}; ${installAgain(target)}`];
  const [owner, mode] = file.stdout.trim().split(" ");
  const wanted = domain === "system" ? "root" : account.name;
  const group = domain === "system" ? ":wheel" : "";
  if (owner !== wanted) reasons.push(`it belongs to ${owner}; run: sudo chown ${shellWord(wanted + group)} ${word}`);
  if ((parseInt(mode, 8) & 0o022) !== 0) reasons.push(`others may write it; run: sudo chmod go-w ${word}`);

  const lint = await hands.run({ program: "/usr/bin/plutil", args: ["-lint", "-s", path] });
  if (lint.code === 1) {
    reasons.push(`its text is damaged (${(lint.stderr || lint.stdout).trim()}); ${installAgain(target)}`);
  }

  const { stdout } = await hands.run({ program: LAUNCHCTL, args: ["print-disabled", domain] });
  if (isDisabled(stdout, target.job.slice(domain.length + 1))) reasons.push(`it is switched off; ${switchOn(target)}`);
  return reasons.length > 0 ? reasons : undefined;
}
