// How the credentials of one profile come about: a role of SSO first, then each role that `source_profile` leads to.
import type { Problem } from "../domain/problem.ts";
import type { Profile, Session } from "../domain/session.ts";
import { didYouMean } from "../domain/suggest.ts";
import type { AwsFiles } from "./config_file.ts";
import { type Inventory, inventoryOf } from "./inventory.ts";
import { readRoleStep, type RoleStep } from "./role_chain_step.ts";
import { configuredEndpoints } from "./services.ts";
import { badRegion, problemAt } from "./setting_checks.ts";
import { MARK } from "./credentials_keys.ts";
import { type AwsSettings, type ProfileSettings, readSettings, type Setting } from "./settings.ts";
import { profileMisread } from "./sso_profiles.ts";
import { flag } from "./sso_sessions.ts";
import { fixFor, quoted, shown } from "./wording.ts";

/** A profile of SSO that has account and role. */
export type RootProfile = Profile & Required<Pick<Profile, "accountId" | "roleName">>;

/** From the session to the credentials asked for. */
export interface RoleChain {
  readonly session: Session;
  /** Gives the first credentials. */
  readonly root: RootProfile;
  /** Roles to assume from there, in order; empty when the profile asked for is the root. */
  readonly steps: readonly RoleStep[];
  /**
   * The profile asked for. Its region and endpoints are those of every `AssumeRole`, whatever the profiles between say
   * (botocore credentials.py `_get_client_creator`).
   */
  readonly profile: Profile;
}

export type FoundChain =
  | { readonly kind: "chain"; readonly chain: RoleChain }
  | { readonly kind: "problem"; readonly problem: Problem };

/*
 * Who provides the credentials of a profile, as in botocore (credentials.py `create_credential_resolver`,
 * `AssumeRoleProvider`); the first that applies counts:
 *
 * | in the profile                              | AWS CLI                         | here                    |
 * | ------------------------------------------- | ------------------------------- | ----------------------- |
 * | static keys, when it is a source            | no role is assumed, see below   | the same                |
 * | role_arn without web_identity_token_file    | source_profile, or else         | source_profile only     |
 * |                                             | credential_source               | a Problem               |
 * | web_identity_token_file                     | AssumeRoleWithWebIdentity       | a Problem               |
 * | sso_account_id or sso_role_name             | SSO                             | SSO                     |
 * | static keys, login_session,                 | these                           | a Problem               |
 * | credential_process                          |                                 |                         |
 * | source_profile that was there before        | refused, but for a profile that | a Problem               |
 * |                                             | is its own source by its keys   |                         |
 * | mfa_serial                                  | asks for the code               | a Problem               |
 */

/** Providers that have nothing to do with SSO: the key that switches them on, and what to call them. */
const OTHER_SOURCES = [
  ["web_identity_token_file", "WebIdentity", "a web identity token"],
  ["aws_access_key_id", "StaticKeys", "static keys"],
  ["aws_secret_access_key", "StaticKeys", "static keys"],
  ["login_session", "LoginSession", "a login session of the AWS CLI"],
  ["credential_process", "CredentialProcess", "a credential_process"],
] as const;

/**
 * The chain of the profile `name`. Never throws for what is in the files: the problem says what is in the way, and in
 * which line.
 *
 * @param home for `~` in `ca_bundle`
 */
export async function roleChainOf(name: string, files: AwsFiles, home: string): Promise<FoundChain> {
  const settings = readSettings(files);
  if (files.config === undefined && files.problems.length === 0 && !settings.profiles.has(name)) {
    return { kind: "problem", problem: noFile(name) };
  }
  return roleChainsOf(settings, files.problems, await inventoryOf(files, home), home)(name);
}

/** The same for many profiles of files that are understood already. */
export function roleChainsOf(
  settings: AwsSettings,
  fileProblems: readonly Problem[],
  inventory: Inventory,
  home: string,
): (name: string) => FoundChain {
  const profiles = new Map(inventory.profiles.map((profile) => [profile.name, profile]));
  const sessions = new Map(inventory.sessions.map((session) => [session.name, session]));
  return (name) => {
    const asked = settings.profiles.get(name);
    if (asked !== undefined) return chainOf(asked, settings, { profiles, sessions }, home);
    // An unreadable file is why it is not there.
    return { kind: "problem", problem: fileProblems.at(0) ?? noProfile(name, namesByHand(settings)) };
  };
}

interface Known {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly sessions: ReadonlyMap<string, Session>;
}

function chainOf(asked: ProfileSettings, settings: AwsSettings, known: Known, home: string): FoundChain {
  const climbed = climb(asked, settings);
  if ("problem" in climbed) return { kind: "problem", problem: climbed.problem };

  const { root: rootSettings, steps } = climbed;
  const root = known.profiles.get(rootSettings.name);
  const session = known.sessions.get(root?.session ?? "");
  const problem = root?.problem ?? session?.problem;
  if (problem !== undefined) return { kind: "problem", problem };
  if (root === undefined || session === undefined || !hasRole(root)) {
    return { kind: "problem", problem: noRole(rootSettings) };
  }
  const profile = steps.length === 0 ? root : roleProfile(asked, settings, session, home);
  return profile.problem === undefined
    ? { kind: "chain", chain: { session, root, steps, profile } }
    : { kind: "problem", problem: profile.problem };
}

type Climbed = { readonly root: ProfileSettings; readonly steps: RoleStep[] } | { readonly problem: Problem };

/** From source to source until a profile that assumes no role. */
function climb(asked: ProfileSettings, { profiles }: AwsSettings): Climbed {
  const steps: RoleStep[] = [];
  const visited = [asked.name];
  for (let profile = asked;;) {
    if (!assumesRole(profile, profile === asked)) {
      const problem = otherSource(profile);
      return problem === undefined ? { root: profile, steps } : { problem };
    }
    const step = readRoleStep(profile);
    if ("problem" in step) return step;
    steps.unshift(step.step);
    const source = profiles.get(step.source.value);
    if (source === undefined) return { problem: noSource(profile, step.source, profiles.keys()) };
    if (source === profile && hasKeys(source)) {
      const problem = otherSource(source);
      return problem === undefined ? { root: source, steps } : { problem };
    }
    visited.push(source.name);
    if (visited.indexOf(source.name) < visited.length - 1) return { problem: loop(profile, step.source, visited) };
    profile = source;
  }
}

function assumesRole(profile: ProfileSettings, isAsked: boolean): boolean {
  if (profile.get("role_arn") === undefined || profile.get("web_identity_token_file") !== undefined) return false;
  return isAsked || !hasKeys(profile);
}

function hasKeys(profile: ProfileSettings): boolean {
  return profile.get("aws_access_key_id") !== undefined || profile.get("aws_secret_access_key") !== undefined;
}

/** A web identity comes before SSO, everything else behind it. */
function otherSource(profile: ProfileSettings): Problem | undefined {
  const isSso = profile.get("sso_account_id") !== undefined || profile.get("sso_role_name") !== undefined;
  for (const [key, code, words] of OTHER_SOURCES) {
    const setting = profile.get(key);
    if (setting === undefined || (isSso && code !== "WebIdentity")) continue;
    const message = `Cannot use profile ${quoted(profile.name)}: its credentials come from ${words}, not from SSO`;
    return problemAt(setting, code, message, "use the AWS CLI for it, or let source_profile lead to a profile of SSO");
  }
  return undefined;
}

/** The profile asked for, when it is none of SSO: where STS is called with its settings. */
function roleProfile(asked: ProfileSettings, settings: AwsSettings, session: Session, home: string): Profile {
  const subject = `Cannot use profile ${quoted(asked.name)}`;
  const region = asked.get("region");
  const { endpoints, problem } = configuredEndpoints(subject, asked, settings);
  return {
    name: asked.name,
    session: session.name,
    region: region?.value,
    endpoints,
    caBundle: asked.get("ca_bundle")?.value.replace(/^~(?=\/|$)/, home),
    useFips: flag(asked.get("use_fips_endpoint")),
    useDualstack: flag(asked.get("use_dualstack_endpoint")),
    problem: profileMisread(subject, asked) ?? (region && badRegion(subject, "region", region)) ?? problem,
  };
}

function hasRole(profile: Profile): profile is RootProfile {
  return profile.accountId !== undefined && profile.roleName !== undefined;
}

function noRole(profile: ProfileSettings): Problem {
  return problemAt(
    placeOf(profile),
    "RoleMissing",
    `Cannot use profile ${quoted(profile.name)}: it has no role, neither of SSO nor by role_arn`,
    "add sso_session, sso_account_id and sso_role_name",
  );
}

function noProfile(name: string, known: Iterable<string>): Problem {
  const message = `Cannot use profile ${quoted(name)}: the AWS config file has no such profile`;
  return { code: "ProfileMissing", message, hint: suggestion(name, known) ?? "list them: sso-heal profiles" };
}

/** Nobody means what `sync` wrote. */
function namesByHand({ profiles }: AwsSettings): string[] {
  return [...profiles.values()].flatMap((profile) => profile.get(MARK) === undefined ? [profile.name] : []);
}

function noFile(name: string): Problem {
  const message = `Cannot use profile ${quoted(name)}: there is no AWS config file (~/.aws/config, or what ` +
    "AWS_CONFIG_FILE names)";
  return { code: "ProfileMissing", message, hint: "write one with: aws configure sso" };
}

function noSource({ name }: ProfileSettings, source: Setting, known: Iterable<string>): Problem {
  const message = `Cannot use profile ${quoted(name)}: there is no profile ${
    shown(source.value)
  } for its source_profile`;
  return problemAt(
    source,
    "SourceMissing",
    message,
    fixFor(source.value, suggestion(source.value, known) ?? "correct it"),
  );
}

function loop({ name }: ProfileSettings, source: Setting, visited: readonly string[]): Problem {
  const way = visited.map(quoted).join(" → ");
  const message = `Cannot use profile ${quoted(name)}: its source_profile leads round in a circle: ${way}`;
  return problemAt(source, "SourceLoop", message, "let the last source_profile name a profile of SSO");
}

function suggestion(name: string, known: Iterable<string>): string | undefined {
  const near = didYouMean(name, known);
  return near === undefined ? undefined : `did you mean ${quoted(near)}?`;
}

function placeOf({ blocks: [block] }: ProfileSettings): Pick<Setting, "file" | "line"> {
  return { file: block.file.path, line: block.line };
}
