// The text of the launchd job of an account: the templates under units/launchd, filled.
import agent from "../../units/launchd/agent.plist" with { type: "text" };
import daemon from "../../units/launchd/daemon.plist" with { type: "text" };
import { minutesOfHour, offsetMinute } from "../domain/interval.ts";
import { UserError } from "../domain/problem.ts";
import type { Account, Job, Scope } from "../domain/service.ts";
import { statePaths } from "../store/paths.ts";
import { fill } from "./managed_file.ts";
import { MANAGED } from "./manager.ts";

/** The account's own: its variables may say something else. launchd's path lacks what package managers install. */
const DEFAULT_ENV = {
  PATH: "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  LANG: "en_US.UTF-8",
};

/**
 * The name of the job of `account`, the same in both scopes.
 *
 * @throws {UserError} when the name of the account cannot be part of it.
 */
export function labelOf({ name }: Pick<Account, "name">): string {
  if (name.includes("/")) {
    throw new UserError(`Cannot name the launchd job of "${name}": a slash means something else to launchd`, [
      "choose another account: sso-heal install --user NAME",
    ]);
  }
  return `sso-heal.check.${name}`;
}

/** Absolute path of the text of the job. launchd looks for it there after each start of the machine, or login. */
export function plistPath(scope: Scope, account: Account): string {
  const folder = scope === "system" ? "/Library/LaunchDaemons" : `${account.home}/Library/LaunchAgents`;
  return `${folder}/${labelOf(account)}.plist`;
}

/**
 * The whole text, byte for byte the same for the same job. No secret is in it: `launchctl print` shows the environment of
 * a job to everybody.
 *
 * launchd sets HOME and its like only for a job with a UserName, and never over a value that is there: so they are
 * always written.
 *
 * @throws {UserError} when a value holds what no plist can: a control character, or half a character.
 */
export function plistOf(job: Job): string {
  const { account, env } = job;
  const { name, home } = account;
  const offset = offsetMinute(job.host, name, job.everyMinutes);
  const own = { HOME: home, USER: name, LOGNAME: name };
  return fill(job.scope === "system" ? daemon : agent, {
    managed: MANAGED,
    label: escaped("the label", labelOf(account)),
    user: escaped("the account", name),
    binary: escaped("the path of the binary", job.binary),
    home: escaped("the home", home),
    errors: escaped("the path of the log", statePaths(home).launchdErrors),
    environment: variables({ ...DEFAULT_ENV, ...env, ...own }),
    minutes: minutesOfHour(offset, job.everyMinutes)
      .map((minute) => `\t\t<dict><key>Minute</key><integer>${minute}</integer></dict>`).join("\n"),
  });
}

/** In the order of the alphabet, so that the order in which they were found changes no text. */
function variables(env: Readonly<Record<string, string>>): string {
  return Object.keys(env).sort().map((name) =>
    `\t\t<key>${escaped("the name of a variable", name)}</key>\n` +
    `\t\t<string>${escaped(`the variable ${name}`, env[name])}</string>`
  ).join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** `text` between two tags. What is wrong is told by the name of `thing`: the text may be a secret. */
function escaped(thing: string, text: string): string {
  // XML 1.0 has no way to write these; a tab or a line break in a path or a variable is a mistake here as well.
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new UserError(`Cannot write the launchd job: ${thing} holds a character that no plist can hold`, [
      "leave out line breaks and other control characters",
    ]);
  }
  return text.replace(/[&<>]/g, (char) => ENTITIES[char]);
}
