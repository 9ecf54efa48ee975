// Everything the AWS files say about SSO: sessions, their profiles, and what is wrong.
import type { Problem } from "../domain/problem.ts";
import type { Profile, Session } from "../domain/session.ts";
import type { System } from "../system/system.ts";
import { type AwsFile, type AwsFiles, readAwsFiles } from "./config_file.ts";
import { type ProfileSettings, readSettings, type Setting } from "./settings.ts";
import { profileMisread, readProfile } from "./sso_profiles.ts";
import { type BareSession, missingSsoSession, readLegacySession, readSsoSession } from "./sso_sessions.ts";

/** What the AWS files hold. */
export interface Inventory {
  /** `[sso-session …]` sections in file order, then those that profiles name but nobody defines, then legacy ones. */
  readonly sessions: readonly Session[];
  /**
   * All profiles that use a session or try to, in file order, those of the credentials file last. A profile whose
   * `session` is "" has a problem and belongs to no session of the list.
   */
  readonly profiles: readonly Profile[];
  /** About a file as a whole. What could be read is in the lists all the same. */
  readonly problems: readonly Problem[];
}

/*
 * How the files are read, where AWS clients differ or refuse (facts: botocore configloader.py, run against it):
 *
 * | in the file                                   | AWS CLI, botocore         | here                                 |
 * | --------------------------------------------- | ------------------------- | ------------------------------------ |
 * | comment behind a value                        | part of the value         | the same; a Problem where it hurts   |
 * | `key : value`, `KEY = value`, CRLF            | accepted                  | the same                             |
 * | indented line below a value                   | continues the value       | the same; a Problem if it is `sso_…` |
 * | names in quotes, `\`, `[profilefoo bar]`      | shell words, prefix test  | the same                             |
 * | `[profile a b]`, `[dev]`, `[ profile a ]`     | ignored                   | ignored                              |
 * | `[default]` and `[profile default]`           | the later counts          | the same                             |
 * | `[profile a]` and `[profile "a"]`             | the later counts          | the same                             |
 * | `[DEFAULT]`                                   | inherited by every section| the same                             |
 * | credentials file                              | its keys over the config  | the same                             |
 * | section or key twice                          | whole file refused        | merged; a Problem if they contradict |
 * | byte order mark                               | whole file refused        | skipped                              |
 * | line without `=` in a section                 | whole file refused        | skipped; a Problem if it is `sso_…`  |
 * | line before the first section                 | whole file refused        | skipped; a Problem if it is `sso_…`  |
 * | `[profile a` without `]`                      | whole file refused        | a Problem; its keys belong nowhere   |
 * | line without `=` in a nested block            | whole file refused        | skipped                              |
 * | not UTF-8, not readable                       | whole file refused        | a Problem, the file counts as empty  |
 */

/** Reads both files and sorts out what they say. Never throws for what is in them. */
export async function loadInventory(place: Pick<System, "env" | "home" | "cwd">): Promise<Inventory> {
  return await inventoryOf(await readAwsFiles(place), place.home);
}

/** The same for files that are read already. */
export async function inventoryOf(files: AwsFiles, home: string): Promise<Inventory> {
  const settings = readSettings(files);
  const services = settings.profiles.values().some(hasEndpoints) ? await import("./services.ts") : undefined;
  const sessions = new Map<string, BareSession>();
  for (const [name, block] of settings.ssoSessions) {
    if (name !== "") sessions.set(name, readSsoSession(name, block));
  }

  const legacy = new Map<string, { startUrl: Setting; regions: Setting[] }>();
  const profiles: Profile[] = [];
  for (const profile of settings.profiles.values()) {
    const named = profile.get("sso_session");
    const startUrl = named === undefined ? profile.get("sso_start_url") : undefined;
    if (named !== undefined) {
      if (named.value !== "" && !sessions.has(named.value)) sessions.set(named.value, missingSsoSession(named));
    } else if (startUrl !== undefined && startUrl.value !== "") {
      const region = profile.get("sso_region");
      let group = legacy.get(startUrl.value);
      if (group === undefined) legacy.set(startUrl.value, group = { startUrl, regions: [] });
      if (region !== undefined) group.regions.push(region);
    } else if (startUrl === undefined && !triesSso(profile)) {
      continue;
    }
    const session = (named ?? startUrl)?.value ?? "";
    profiles.push(readProfile(profile, session, named && settings.ssoSessions.get(session), settings, home, services));
  }
  for (const [name, { startUrl, regions }] of legacy) {
    // An sso-session may be called by the same URL: then both mean the same token file.
    if (!sessions.has(name)) sessions.set(name, readLegacySession(startUrl, regions));
  }
  return { sessions: withProfiles(sessions, profiles), profiles, problems: await fileProblems(files) };
}

/** Whether a profile has a say in where calls go; hardly any has. */
function hasEndpoints(profile: ProfileSettings): boolean {
  return profile.get("services") !== undefined || profile.get("endpoint_url") !== undefined;
}

/** For botocore a profile is one of SSO as soon as it has an account or a role (credentials.py `_load_sso_config`). */
function triesSso(profile: ProfileSettings): boolean {
  return profile.get("sso_account_id") !== undefined || profile.get("sso_role_name") !== undefined ||
    profileMisread("", profile) !== undefined;
}

function withProfiles(sessions: ReadonlyMap<string, BareSession>, profiles: readonly Profile[]): Session[] {
  const grouped = new Map<string, Profile[]>();
  for (const name of sessions.keys()) grouped.set(name, []);
  for (const profile of profiles) grouped.get(profile.session)?.push(profile);
  return [...sessions].map(([name, session]) => ({ ...session, profiles: grouped.get(name)! }));
}

/** Most files have none, and then the words for them are not loaded. */
async function fileProblems({ config, credentials, problems }: AwsFiles): Promise<Problem[]> {
  const odd = [config, credentials].filter((file) => file !== undefined).filter(isOdd);
  if (odd.length === 0) return [...problems];
  const { misreadFile } = await import("./file_problems.ts");
  return [...problems, ...odd.flatMap(misreadFile)];
}

function isOdd({ document }: AwsFile): boolean {
  return document.strayLines.length > 0 || document.sections.some(({ header }) => header === undefined);
}
