// Everything the AWS files say about SSO: sessions, their profiles, and what is wrong.
import type { Problem } from "../domain/problem.ts";
import type { Profile, Session } from "../domain/session.ts";
import type { System } from "../system/system.ts";
import { type AwsFile, type AwsFiles, readAwsFiles } from "./config_file.ts";
import { type ProfileSettings, readSettings, type Setting } from "./settings.ts";
import { problemAt } from "./setting_checks.ts";
import { profileMisread, readProfile } from "./sso_profiles.ts";
import { type BareSession, missingSsoSession, readLegacySession, readSsoSession } from "./sso_sessions.ts";
import { quoted } from "./wording.ts";

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
export function loadInventory(place: Pick<System, "env" | "home" | "cwd">): Inventory {
  return inventoryOf(readAwsFiles(place), place.home);
}

/** The same for files that are read already. */
export function inventoryOf(files: AwsFiles, home: string): Inventory {
  const settings = readSettings(files);
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
    profiles.push(readProfile(profile, session, named && settings.ssoSessions.get(session), settings, home));
  }
  for (const [name, { startUrl, regions }] of legacy) {
    // An sso-session may be called by the same URL: then both mean the same token file.
    if (!sessions.has(name)) sessions.set(name, readLegacySession(startUrl, regions));
  }
  return { sessions: withProfiles(sessions, profiles), profiles, problems: fileProblems(files) };
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

function fileProblems(files: AwsFiles): Problem[] {
  const problems = [...files.problems];
  for (const file of [files.config, files.credentials]) {
    if (file !== undefined) problems.push(...strayProblems(file), ...openHeaders(file));
  }
  return problems;
}

function* strayProblems({ path, document }: AwsFile): Generator<Problem> {
  const line = document.strayLines.find((line) => document.lines[line - 1].trimStart().startsWith("sso_"));
  if (line === undefined) return;
  const message = `Cannot read ${quoted(path)} whole: settings of SSO stand before the first [section]`;
  yield problemAt(
    { file: path, line },
    "OutsideSection",
    message,
    "put a header such as [profile NAME] above this line",
  );
}

function* openHeaders({ path, document }: AwsFile): Generator<Problem> {
  for (const { header, line } of document.sections) {
    if (header !== undefined) continue;
    const message = `Cannot read ${quoted(path)} whole: a header is not of the form [NAME]`;
    yield problemAt(
      { file: path, line },
      "OpenHeader",
      message,
      "correct it: until then the keys below belong to no section",
    );
  }
}
