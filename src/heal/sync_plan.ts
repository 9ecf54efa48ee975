// Which legacy profiles are to be written from which profiles, as far as the config files tell.
import { type AwsFiles, credentialsPath } from "../aws/config_file.ts";
import { PROVIDERS } from "../aws/credentials_written.ts";
import type { Inventory } from "../aws/inventory.ts";
import { type RoleChain, roleChainsOf } from "../aws/role_chain.ts";
import { type AwsSettings, type Block, readSettings } from "../aws/settings.ts";
import type { SyncConfig } from "../config/syncs.ts";
import { matchesGlob } from "../domain/glob.ts";
import type { Fault, SyncReport } from "../domain/report.ts";
import type { Selected } from "../domain/select.ts";
import type { System } from "../system/system.ts";

/** What a `[sync …]` section or the command line wants. */
export interface SyncRule {
  /** Name or glob of profiles of the AWS config. */
  readonly from: string;
  /** Name of the legacy profile, `*` for that of the profile; `*-legacy-sso` unless given. */
  readonly to?: string;
  /** Absolute path of the credentials file. */
  readonly file: string;
  readonly region?: string;
  readonly output?: string;
  /** Take over a profile that was made by hand. */
  readonly force?: boolean;
}

/** One legacy profile to keep up to date. */
export interface SyncJob extends Omit<SyncRule, "to"> {
  readonly to: string;
  readonly chain: RoleChain;
  /** Its rule names it: no glob. */
  readonly isNamed: boolean;
  /** The config file gives the legacy profile a region. */
  readonly hasRegion: boolean;
}

export interface SyncPlan {
  readonly jobs: readonly SyncJob[];
  /** What cannot be done whatever AWS says. */
  readonly refused: readonly SyncReport[];
  /** Globs that match no profile with credentials of SSO. */
  readonly unmatched: readonly string[];
}

const DEFAULT_TO = "*-legacy-sso";
/** The code of a legacy profile that would be written from two profiles. */
export const WRITTEN_TWICE = "WrittenTwice";

/** The rules of `[sync NAME]` sections; where they name no file it is the usual one. */
export function rulesOf(syncs: readonly SyncConfig[], system: System): SyncRule[] {
  return syncs.map((rule) => ({ ...rule, file: rule.file ?? credentialsPath(system) }));
}

/** The credentials files that the rules are about, also where nothing can be written. */
export function filesOf(rules: readonly SyncRule[]): readonly string[] {
  return [...new Set(rules.map(({ file }) => file))];
}

interface Known {
  readonly files: AwsFiles;
  readonly inventory: Inventory;
}

/**
 * Works out what the rules mean. Of two rules for the same profile and the same place the first counts; a place that two
 * profiles would be written to gets neither.
 */
export function planSync(rules: readonly SyncRule[], { files, inventory }: Known, home: string): SyncPlan {
  const settings = readSettings(files);
  const chainOf = roleChainsOf(settings, files.problems, inventory, home);
  const broken = new Set(inventory.profiles.flatMap(({ name, problem }) => problem ? [name] : []));
  const jobs = new Map<string, SyncJob>();
  const refused: SyncReport[] = [];
  const clashing = new Map<string, SyncJob[]>();
  const unmatched: string[] = [];
  for (const { to = DEFAULT_TO, ...rule } of rules) {
    const isGlob = /[*?]/.test(rule.from);
    let count = 0;
    for (const from of isGlob ? settings.profiles.keys() : [rule.from]) {
      if (isGlob && !matchesGlob(rule.from, from)) continue;
      const found = chainOf(from);
      // A glob means whatever has credentials of SSO; what has them but for a mistake is not passed over in silence.
      if (isGlob && found.kind === "problem" && !broken.has(from)) continue;
      count++;
      const place = { from, to: to.replaceAll("*", () => from), file: rule.file };
      if (found.kind === "problem") {
        refused.push(refusal(place, found.problem));
        continue;
      }
      const taken = targetFault(place.to, settings, files);
      if (taken !== undefined) {
        refused.push(refusal(place, taken));
        continue;
      }
      const key = JSON.stringify([place.to, place.file]);
      const other = jobs.get(key);
      const hasRegion = configBlocks(place.to, settings, files).some((block) => block.get("region") !== undefined);
      const job: SyncJob = { ...rule, ...place, chain: found.chain, hasRegion, isNamed: !isGlob };
      if (other === undefined) jobs.set(key, job);
      else if (other.from !== from) clashing.set(key, [...clashing.get(key) ?? [other], job]);
    }
    if (count === 0) unmatched.push(rule.from);
  }
  for (const [key, group] of clashing) {
    jobs.delete(key);
    refused.push(...group.map((job) => refusal(job, twiceFault(job, group))));
  }
  return { jobs: [...jobs.values()], refused, unmatched };
}

type Place = Pick<SyncReport, "from" | "to" | "file">;

function refusal({ from, to, file }: Place, { code, message, hint, file: where, line }: Fault): SyncReport {
  const error: Fault = { code, message, hint, ...where !== undefined && { file: where, line } };
  return { from, to, file, changed: false, error, outcome: "broken" };
}

/** Why a profile that the config file has must not get static keys besides. */
function targetFault(to: string, settings: AwsSettings, files: AwsFiles): Fault | undefined {
  for (const block of configBlocks(to, settings, files)) {
    const found = [...PROVIDERS, ...STATIC].map((key) => block.get(key)).find((setting) => setting !== undefined);
    if (found !== undefined) return takenFault(to, found.key, { file: found.file, line: found.line });
  }
  return undefined;
}

/** What the config file says of a profile, without the credentials file. */
function configBlocks(name: string, settings: AwsSettings, { config }: AwsFiles): readonly Block[] {
  return settings.profiles.get(name)?.blocks.filter(({ file }) => file === config) ?? [];
}

const STATIC = ["aws_access_key_id", "aws_secret_access_key"] as const;

/**
 * Of two sources in one profile no two clients take the same: beside SSO, the SDKs for JavaScript and Go take the static
 * keys, also when these are over, and Python takes SSO (seen with all of them). A role goes before static keys
 * (botocore credentials.py `create_credential_resolver`), everything else behind them.
 */
export function takenFault(to: string, key: string, where: Pick<Fault, "file" | "line">): Fault {
  const [what, effect] = key.startsWith("sso_")
    ? [
      "is a profile of SSO itself",
      "SDKs for JavaScript and Go would use the written keys in its place, also when these are over, and Python would not",
    ]
    : ROLE_KEYS.includes(key)
    ? ["assumes a role", "clients would do so all the same, and not use the written keys"]
    : ["has credentials of its own", "clients would use the written keys in their place, also when these are over"];
  return {
    code: "TargetTaken",
    message: `Cannot write profile "${to}": it ${what} (${key}); ${effect}`,
    hint: "write another profile: with --output NAME, in config.ini with to = NAME",
    ...where,
  };
}

const ROLE_KEYS: readonly string[] = ["role_arn", "source_profile", "credential_source", "web_identity_token_file"];

function twiceFault({ to }: SyncJob, group: readonly SyncJob[]): Fault {
  const names = group.map(({ from }) => `"${from}"`).join(" and ");
  return {
    code: WRITTEN_TWICE,
    message: `Cannot write profile "${to}": both ${names} would be written there`,
    hint: "give each a name of its own; a * in it stands for the name of the profile",
  };
}

/** Jobs by the name of their session. */
export function bySession(jobs: readonly SyncJob[]): Map<string, SyncJob[]> {
  const groups = new Map<string, SyncJob[]>();
  for (const job of jobs) {
    const { name } = job.chain.session;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [job]);
    else group.push(job);
  }
  return groups;
}

/** What must be reachable for jobs: their sessions, and STS for profiles whose roles are assumed. */
export function reachedFor(jobs: readonly SyncJob[]): Selected[] {
  return [...bySession(jobs).values()].map((group) => ({
    session: group[0].chain.session,
    chosen: true,
    profiles: group.filter(({ chain }) => chain.steps.length > 0).map(({ chain }) => chain.profile),
  }));
}
