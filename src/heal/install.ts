// `install`: look, plan, show, do, prove by one real run, and take all of it back when that fails.
import { DEFAULT_INTERVAL } from "../domain/interval.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { isOverdue, type Job, type Placement, type Scope, type ServiceHint } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { findCaller } from "../service/account.ts";
import { binaryPlace, compareBinary } from "../service/binary_place.ts";
import { keptVariables } from "../service/env_kept.ts";
import { checkVariable, envFileOf } from "../service/env_file.ts";
import { findFormer } from "../service/former.ts";
import { isLingering } from "../service/linger.ts";
import { chooseDomain } from "../service/launchd_target.ts";
import { findBinds, FOLDERS } from "../service/links.ts";
import { isHeadless, protectedPaths } from "../service/macos.ts";
import type { Hands, Manager, UnitFile } from "../service/manager.ts";
import { OwnedFiles } from "../service/owned_files.ts";
import { type Facts, planOf, type Step } from "../service/plan.ts";
import { parseHeartbeat } from "../store/journal.ts";
import { configPaths, statePaths } from "../store/paths.ts";
import { parseKeptEnv } from "../store/kept_env.ts";
import { formatServiceRecord, parseServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";
import { findInstalled, firstHardening, MANAGERS, nameOf, placementOf, recordPath, type Way } from "./jobs.ts";
import { given, leftOut, LONGEST_SAFE_MINUTES, missingVariable, SELDOM } from "./install_hints.ts";
import { wantedByConfig } from "./wanted_by_config.ts";

export interface InstallOptions {
  /** Undefined: as it is, else 10. */
  readonly everyMinutes?: number;
  readonly scope?: Scope;
  readonly user?: string;
  readonly manager?: Manager["name"];
  /** Variables to keep besides. */
  readonly env: readonly string[];
  readonly replace: boolean;
  /** Nothing will be done: it need not be possible. */
  readonly forShow: boolean;
  /** Absolute path of this very program. */
  readonly self: string;
  /** The command, for a line that is to be typed with `sudo`. */
  readonly command: string;
}

/** What is going to be done, or what would be. */
export interface Planned {
  readonly way: Way;
  readonly job: Job;
  readonly placement: Placement;
  readonly steps: readonly Step[];
  readonly record: ServiceRecord;
  /** What was recorded before. */
  readonly before?: ServiceRecord;
  /** What may keep the job from its work. */
  readonly hints: readonly ServiceHint[];
  readonly files: OwnedFiles;
}

/** Looks at the machine and plans; changes nothing. @throws {UserError} when it cannot be done, with the way out. */
export async function planInstall(system: System, options: InstallOptions): Promise<Planned> {
  const { os, home, env } = system;
  const { self, command } = options;
  const hands: Hands = system;
  const caller = await findCaller(hands, { os, user: options.user, sudoUser: env.SUDO_USER, home, command });
  const { account, asRoot } = caller;
  const look = new OwnedFiles(hands, { ...caller, scope: "user" });
  if ((await look.missing([account.home])).length > 0) {
    throw new UserError(`Cannot set up a job for ${account.name}: its home "${account.home}" does not exist`, [
      "make it, or name another account: --user NAME",
    ]);
  }
  for (const name of options.env) checkVariable(name, "");
  const record = parseServiceRecord(await look.read(recordPath(account)) ?? "");
  const way = await chooseWay(hands, system, options, asRoot, record);
  if (way.scope === "system" && !asRoot && !options.forShow) throw needsRoot(command, account.name);
  const isSame = record?.manager === way.manager.name && record.scope === way.scope;
  const domain = way.manager.name === "launchd"
    ? isSame && record.domain || await chooseDomain(hands, account, way.scope)
    : undefined;
  const placement: Placement = { ...caller, scope: way.scope, domain };
  const files = new OwnedFiles(hands, placement);

  const config = wantedByConfig(await files.read(configPaths(account.home).file) ?? "", account.home);
  const envFile = configPaths(account.home).env;
  const former = { plain: record?.env, secret: parseKeptEnv(await files.read(envFile) ?? "") };
  const kept = keptVariables({
    env: given(env, caller, config.variables, options.env),
    named: options.env,
    ofConfig: config.variables,
    former,
  });
  const binds = await findBinds(files);
  const job: Job = {
    account,
    scope: way.scope,
    everyMinutes: options.everyMinutes ?? (record === undefined ? DEFAULT_INTERVAL : record.everyMs / 60_000),
    host: system.host,
    binary: binaryPlace(asRoot || way.scope === "system", account),
    hardening: isSame && record.hardening !== undefined ? record.hardening : firstHardening(way),
    env: kept.plain,
    secretEnv: kept.secret,
    envFile,
    binds: [...binds, ...config.programs.map((path) => ({ source: path, target: path, writable: false }))],
  };
  const binary = await compareBinary(hands, self, job.binary);
  const lingers = way.manager.name === "systemd" && way.scope === "user"
    ? await isLingering(hands, account)
    : undefined;
  const wantedRecord: ServiceRecord = {
    manager: way.manager.name,
    scope: way.scope,
    everyMs: job.everyMinutes * 60_000,
    since: isSame ? record.since : system.now(),
    domain,
    account,
    hardening: job.hardening,
    binary: job.binary,
    copied: (record?.copied && record.binary === job.binary) || binary !== "same" || undefined,
    env: kept.plain,
    lingerBegun: record?.lingerBegun || lingers === false || undefined,
  };
  const facts = await factsOf(files, way, job, wantedRecord, self, os);
  const isDead = isSame && await isOverdueNow(files, record, system.now());
  const steps = planOf({ ...facts, binary, lingers, isOverdue: isDead }, options);
  return {
    way,
    job,
    placement,
    steps,
    record: wantedRecord,
    before: record,
    files,
    hints: [
      ...os === "darwin" ? protectedPaths(account.home, binds.map(({ source }) => source)) : [],
      ...kept.missing.map(missingVariable),
      ...leftOut(env, options.env),
      ...config.hints(job.hardening),
      ...job.everyMinutes > LONGEST_SAFE_MINUTES ? [SELDOM] : [],
    ],
  };
}

async function chooseWay(
  hands: Hands,
  { os }: System,
  options: InstallOptions,
  asRoot: boolean,
  record: ServiceRecord | undefined,
): Promise<Way> {
  const recorded = record !== undefined && record.manager !== "run" ? record : undefined;
  const name = options.manager ?? recorded?.manager ?? (os === "darwin" ? "launchd" : await linuxManager(hands));
  const manager = MANAGERS[name as Manager["name"]];
  if ((manager.name === "launchd") !== (os === "darwin") && manager.name !== "cron") {
    throw new UserError(`Cannot use ${manager.name} on this system`, [
      `use ${os === "darwin" ? "launchd" : "systemd or cron"}`,
    ]);
  }
  if (manager.name === "cron") {
    if (options.scope === "system") {
      throw new UserError("Cannot use cron for the machine: its tables belong to accounts", [
        "leave out --scope system: cron runs the job without a login, too",
      ], EXIT.usage);
    }
    return { manager, scope: "user" };
  }
  if (manager.name === "systemd" && !options.forShow && !await isBooted(hands)) {
    throw new UserError("Cannot use systemd: it does not run here", ["run: sso-heal install --manager cron"]);
  }
  if (options.scope !== undefined) return { manager, scope: options.scope };
  // Root means the machine, also where the account had a job of its own before.
  const staysAsItIs = recorded?.manager === name && (!asRoot || recorded.scope === "system");
  if (staysAsItIs) return { manager, scope: recorded.scope };
  const wantsRoot = os === "darwin" ? await isHeadless(hands) : asRoot;
  return { manager, scope: wantsRoot ? "system" : "user" };
}

async function linuxManager(hands: Hands): Promise<Manager["name"]> {
  if (await isBooted(hands)) return "systemd";
  if (await holds(hands, "command -v crontab")) return "cron";
  throw new UserError("Cannot find anything here that runs jobs: neither systemd nor cron", [
    "in a container, run in the foreground: sso-heal run --every 10m",
    "or install cron",
  ]);
}

function isBooted(hands: Hands): Promise<boolean> {
  return holds(hands, "[ -d /run/systemd/system ]");
}

async function holds(hands: Hands, condition: string): Promise<boolean> {
  return (await hands.run({ program: "/bin/sh", args: ["-c", condition] })).code === 0;
}

function needsRoot(command: string, name: string): UserError {
  const named = command.includes("--user") ? command : `${command} --user ${name}`;
  return new UserError("Cannot set up a job of the machine without root", [
    `run: sudo ${named}`,
    `or one of your own account: ${command.replace(/ --scope system\b/, "")} --scope user`,
  ]);
}

async function factsOf(
  files: OwnedFiles,
  way: Way,
  job: Job,
  record: ServiceRecord,
  self: string,
  os: "darwin" | "linux",
): Promise<Omit<Facts, "binary" | "lingers" | "isOverdue">> {
  const { hands, owner } = files;
  const { account, asRoot } = owner;
  const installed = await findInstalled(files, os);
  const others = installed.filter(({ manager, scope }) => manager !== way.manager || scope !== way.scope);
  const ofRoot = others.find(({ scope }) => scope === "system" && !asRoot);
  if (ofRoot !== undefined) {
    throw new UserError(`Cannot install beside another one: there is ${nameOf(ofRoot)} already`, [
      `run: sudo ${shellWord(self)} uninstall --user ${shellWord(account.name)}`,
    ]);
  }
  const former = await findFormer(hands, account, asRoot, os);
  const formerOfRoot = former.find(({ scope }) => scope === "system" && !asRoot);
  if (formerOfRoot !== undefined) {
    throw new UserError(`Cannot install beside a job of root: ${formerOfRoot.message}`, [
      `to replace it by one of the machine: sudo ${shellWord(self)} install --replace --user ${
        shellWord(account.name)
      }`,
    ]);
  }
  const units: UnitFile[] = [...way.manager.unitsOf(job), recordFile(job, record)];
  const present = await Promise.all(units.map(async (unit) => ({ unit, present: await files.read(unit.path) })));
  const kept = envFileOf(job);
  const keptText = await files.read(kept.path);
  if (Object.keys(job.secretEnv).length > 0 || keptText !== undefined && kept.without(keptText) === undefined) {
    const unit = Object.keys(job.secretEnv).length > 0 ? kept : { ...kept, wanted: () => undefined as never };
    present.unshift({ unit, present: keptText });
  }
  return {
    job,
    self,
    files: present,
    view: await way.manager.ask(hands, placementOf(files, way.scope, record.domain)),
    missingFolders: await files.missing(FOLDERS_TO_BE.map((name) => `${account.home}/${name}`)),
    former,
    others: others.map(nameOf),
  };
}

/** An installation was killed before its first run, or `status` has seen no heartbeat for long and sends people here. */
async function isOverdueNow(files: OwnedFiles, { everyMs, since }: ServiceRecord, now: number): Promise<boolean> {
  const beat = parseHeartbeat(await files.read(statePaths(files.owner.account.home).heartbeat) ?? "");
  const lastRunAt = beat?.scheduledAt ?? 0;
  return lastRunAt < since || isOverdue(everyMs, since, lastRunAt, now);
}

/** The record is written with the texts: it tells the first run how often there will be one. */
function recordFile({ account }: Job, record: ServiceRecord): UnitFile {
  return {
    path: recordPath(account),
    mode: 0o600,
    wanted: () => formatServiceRecord(record),
    without: () => undefined,
  };
}

/** launchd writes there before the first check does. */
const FOLDERS_TO_BE = [...FOLDERS, ".local/state/sso-heal/log"];
