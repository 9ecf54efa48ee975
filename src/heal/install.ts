// `install`: look, plan, show, do, prove by one real run, and take all of it back when that fails.
import { DEFAULT_INTERVAL } from "../domain/interval.ts";
import { UserError } from "../domain/problem.ts";
import type { Job, Placement, Scope, ServiceHint } from "../domain/service.ts";
import { findCaller } from "../service/account.ts";
import { binaryPlace, compareBinary } from "../service/binary_place.ts";
import { keptVariables } from "../service/env_kept.ts";
import { envFileOf } from "../service/env_file.ts";
import { findFormer } from "../service/former.ts";
import { isLingering } from "../service/linger.ts";
import { chooseDomain } from "../service/launchd_target.ts";
import { findBinds, FOLDERS } from "../service/links.ts";
import { isHeadless, protectedPaths } from "../service/macos.ts";
import type { Hands, Manager, UnitFile } from "../service/manager.ts";
import { OwnedFiles } from "../service/owned_files.ts";
import { type Facts, planOf, type Step } from "../service/plan.ts";
import { configPaths } from "../store/paths.ts";
import { parseKeptEnv } from "../store/kept_env.ts";
import { formatServiceRecord, parseServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";
import { findInstalled, firstHardening, MANAGERS, nameOf, placementOf, recordPath, type Way } from "./jobs.ts";
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
  const record = parseServiceRecord(await look.read(recordPath(account)) ?? "");
  const way = await chooseWay(hands, system, options, asRoot, record);
  if (way.scope === "system" && !asRoot && !options.forShow) throw needsRoot(command, account.name);
  const domain = way.manager.name === "launchd"
    ? record?.domain ?? await chooseDomain(hands, account, way.scope)
    : undefined;
  const placement: Placement = { ...caller, scope: way.scope, domain };
  const files = new OwnedFiles(hands, placement);

  const config = wantedByConfig(await files.read(configPaths(account.home).file) ?? "", account.home);
  const envFile = configPaths(account.home).env;
  const former = { ...record?.env, ...parseKeptEnv(await files.read(envFile) ?? "") };
  const kept = keptVariables({ env, named: options.env, ofConfig: config.variables, former });
  const isSame = record?.manager === way.manager.name && record.scope === way.scope;
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
    lingerBegun: record?.lingerBegun,
  };
  const steps = planOf(await factsOf(files, way, job, wantedRecord, self, binary, os), options);
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
      throw new UserError("Cannot use cron for the machine: its tables belong to accounts");
    }
    return { manager, scope: "user" };
  }
  if (options.scope !== undefined) return { manager, scope: options.scope };
  // Root means the machine, also where the account had a job of its own before.
  if (recorded?.manager === name && !asRoot) return { manager, scope: recorded.scope };
  const wantsRoot = os === "darwin" ? await isHeadless(hands) : asRoot;
  return { manager, scope: wantsRoot ? "system" : "user" };
}

async function linuxManager(hands: Hands): Promise<Manager["name"]> {
  const there = async (script: string) => (await hands.run({ program: "/bin/sh", args: ["-c", script] })).code === 0;
  if (await there("[ -d /run/systemd/system ]")) return "systemd";
  if (await there("command -v crontab")) return "cron";
  throw new UserError("Cannot find anything here that runs jobs: neither systemd nor cron", [
    "in a container, run in the foreground: sso-heal run --every 10m",
    "or install cron",
  ]);
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
  binary: Facts["binary"],
  os: "darwin" | "linux",
): Promise<Facts> {
  const { hands, owner } = files;
  const { account, asRoot } = owner;
  const installed = await findInstalled(files, os);
  const others = installed.filter(({ manager, scope }) => manager !== way.manager || scope !== way.scope);
  const ofRoot = others.find(({ scope }) => scope === "system" && !asRoot);
  if (ofRoot !== undefined) {
    throw new UserError(`Cannot install beside another one: there is ${nameOf(ofRoot)} already`, [
      `run: sudo ${job.binary} uninstall --user ${account.name}`,
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
    binary,
    files: present,
    view: await way.manager.ask(hands, placementOf(files, way.scope, record.domain)),
    lingers: way.manager.name === "systemd" && way.scope === "user" ? await isLingering(hands, account) : undefined,
    missingFolders: await missingFolders(files),
    former: await findFormer(hands, account, asRoot, os),
    others: others.map(nameOf),
  };
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

async function missingFolders(files: OwnedFiles): Promise<readonly string[]> {
  const { home } = files.owner.account;
  const paths = [...FOLDERS, ".local/state/sso-heal/log"].map((name) => `${home}/${name}`);
  const script = `for d; do [ -d "$d" ] || printf '%s\\n' "$d"; done`;
  const { stdout } = await files.run("/bin/sh", ["-c", script, "sh", ...paths]);
  return stdout.split("\n").filter((line) => line !== "");
}

function missingVariable(name: string): ServiceHint {
  return {
    code: "VariableMissing",
    message: `The config asks for env:${name}, and it is not set here: that channel will not work.`,
    hint: `set ${name} and install again, or name a file in the config: file:PATH`,
  };
}

/** Variables that change what a check does, and that the job will not have. */
const MEANT = /^AWS_(CONFIG_FILE|SHARED_CREDENTIALS_FILE|REGION|DEFAULT_REGION|ENDPOINT_URL\w*|USE_\w+_ENDPOINT)$/;

function leftOut(env: System["env"], named: readonly string[]): readonly ServiceHint[] {
  return Object.keys(env).filter((name) => MEANT.test(name) && env[name] && !named.includes(name)).sort()
    .map((name) => ({
      code: "VariableNotKept",
      message: `${name} is set here, and the job will not have it.`,
      hint: `if it needs it: install --env ${name}`,
    }));
}
