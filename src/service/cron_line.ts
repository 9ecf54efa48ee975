// The line of a cron job: when it runs, and a command that needs nothing of what cron gives it.
import { minutesOfHour, offsetMinute } from "../domain/interval.ts";
import { UserError } from "../domain/problem.ts";
import type { Account, Job } from "../domain/service.ts";

/** The programs of channels are looked up here. */
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/opt/homebrew/bin";

/** Vixie's cron (Debian, macOS, BSD) drops what is longer without a word: MAX_COMMAND in its `cron.h`, less the end. */
const LONGEST_COMMAND = 998;

/** The whole line without its end. @throws {UserError} for what no line of cron can hold. */
export function lineOf(job: Job): string {
  const { host, account, everyMinutes } = job;
  const command = commandOf(job).replaceAll("%", CRON_PERCENT);
  if (new TextEncoder().encode(command).length > LONGEST_COMMAND) {
    throw new UserError(`Cannot make a cron job: its command has ${command.length} characters, and cron cuts it off`, [
      "keep fewer variables: install without --env, or put them into the file that is read by each run",
      "or let another manager do it: sso-heal install --manager systemd",
    ]);
  }
  const minutes = everyMinutes === 1
    ? "*"
    : minutesOfHour(offsetMinute(host, account.name, everyMinutes), everyMinutes);
  return `${minutes} * * * * ${command}`;
}

/**
 * `%` ends the command for most crons unless a backslash stands before it; BusyBox leaves the backslash in. Between two
 * quoted parts, where every `%` of {@link commandOf} then stands, the shell takes it away.
 */
const CRON_PERCENT = `'\\%'`;

/**
 * The command itself, without what only cron understands. It is for /bin/sh whatever SHELL a line above sets; the last
 * program takes the place of the shell.
 */
export function commandOf({ account, binary, env, envFile }: Job): string {
  const home = word(account.home);
  const file = word(envFile);
  const set = Object.entries({ HOME: account.home, PATH, ...env }).map(([name, value]) => `${name}=${word(value)}`);
  const script = [
    "exec >/dev/null 2>&1",
    `cd ${home} || exit 1`,
    "set -a",
    `[ ! -f ${file} ] || . ${file}`,
    ...set,
    `exec ${word(binary)} check --scheduled`,
  ];
  return `/bin/sh -c ${quoted(script.join("; "))}`;
}

/** The minutes of the hour that `line` names; undefined when it is none that {@link lineOf} writes. */
export function minutesIn(line: string): ReadonlySet<number> | undefined {
  const [, text] = /^(\*|\d\d?(?:,\d\d?)*) \* \* \* \* /.exec(line) ?? [];
  if (text === undefined) return undefined;
  return new Set(text === "*" ? Array.from({ length: 60 }, (_, minute) => minute) : text.split(",").map(Number));
}

/** What cron gives a job of `account`, and what our command must do with. */
export function cronEnv({ name, home }: Account): Readonly<Record<string, string>> {
  return { SHELL: "/bin/sh", HOME: home, LOGNAME: name, USER: name, PATH: "/usr/bin:/bin" };
}

function word(text: string): string {
  // deno-lint-ignore no-control-regex -- a line break would begin another job, and no other has a place here
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new UserError(`Cannot make a cron job: ${JSON.stringify(text)} holds a control character`, [
      "let another manager do it: sso-heal install --manager systemd",
    ]);
  }
  return /^[\w@+=:,./-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
