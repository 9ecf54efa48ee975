// Profiles that use SSO, checked one by one: a broken profile must not stop the others of its session.
import type { Problem } from "../domain/problem.ts";
import type { Profile } from "../domain/session.ts";
import type { AwsSettings, Block, ProfileSettings, Setting } from "./settings.ts";
import { badRegion, contradiction, misreadLine, problemAt, type Subject } from "./setting_checks.ts";
import { flag } from "./sso_sessions.ts";
import { fixFor, quoted, shown } from "./wording.ts";

/** Keys that must not differ between a profile and its session (botocore credentials.py: "inconsistent"). */
const SHARED_KEYS = ["sso_start_url", "sso_region", "sso_account_id", "sso_role_name"] as const;
/** What a profile may take from the section of its session. */
const ROLE_KEYS = ["sso_account_id", "sso_role_name"] as const;
const KEYS = [
  "sso_session",
  ...SHARED_KEYS,
  "region",
  "services",
  "endpoint_url",
  "ca_bundle",
  "use_fips_endpoint",
  "use_dualstack_endpoint",
  "sso_use_device_code",
] as const;

/**
 * The profile as far as it can be read.
 *
 * @param session name of its session, "" when it names none
 * @param ssoSession the section of that session, whose account and role count too
 * @param home for `~` in `ca_bundle`
 * @param services the module, loaded only if any profile has endpoints of its own
 */
export function readProfile(
  profile: ProfileSettings,
  session: string,
  ssoSession: Block | undefined,
  settings: AwsSettings,
  home: string,
  services: typeof import("./services.ts") | undefined,
): Profile {
  const subject = `Cannot use profile ${quoted(profile.name)}`;
  const account = profile.get("sso_account_id") ?? ssoSession?.get("sso_account_id");
  const role = profile.get("sso_role_name") ?? ssoSession?.get("sso_role_name");
  const region = profile.get("region");
  const { endpoints, problem: endpointProblem } = services?.configuredEndpoints(subject, profile, settings) ?? {};
  return {
    name: profile.name,
    session,
    accountId: account?.value,
    roleName: role?.value,
    region: region?.value,
    endpoints,
    caBundle: profile.get("ca_bundle")?.value.replace(/^~(?=\/|$)/, home),
    useFips: flag(profile.get("use_fips_endpoint")),
    useDualstack: flag(profile.get("use_dualstack_endpoint")),
    useDeviceCode: flag(profile.get("sso_use_device_code")),
    // One problem a profile: the first is what causes the others.
    problem: profileMisread(subject, profile) ??
      contradiction(subject, KEYS, profile) ??
      (ssoSession && contradiction(subject, ROLE_KEYS, ssoSession)) ??
      (session === "" ? noSession(subject, profile) : undefined) ??
      inconsistency(subject, profile, ssoSession) ??
      roleProblem(subject, account, role) ??
      (region && badRegion(subject, "region", region)) ??
      endpointProblem,
  };
}

/** See {@link misreadLine}. */
export function profileMisread(subject: Subject, profile: ProfileSettings): Problem | undefined {
  for (const block of profile.blocks) {
    const problem = misreadLine(subject, block);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function noSession(subject: Subject, profile: ProfileSettings): Problem {
  const place = ["sso_session", ...SHARED_KEYS].map((key) => profile.get(key)).find((setting) => setting !== undefined);
  return problemAt(
    place ?? { file: profile.blocks[0].file.path, line: profile.blocks[0].line },
    "SessionUnnamed",
    `${subject}: it names no session`,
    "add sso_session = NAME of an [sso-session NAME] section",
  );
}

function inconsistency(subject: Subject, profile: ProfileSettings, ssoSession: Block | undefined): Problem | undefined {
  if (ssoSession === undefined) return undefined;
  for (const key of SHARED_KEYS) {
    const own = profile.get(key);
    const shared = ssoSession.get(key);
    if (own === undefined || shared === undefined || own.value === shared.value) continue;
    const message = `${subject}: its ${key} ${shown(own.value)} differs from ${shown(shared.value)} of its session`;
    return problemAt(own, "Inconsistent", message, `remove ${key} from the profile, or make both the same`);
  }
  return undefined;
}

function roleProblem(subject: Subject, account: Setting | undefined, role: Setting | undefined): Problem | undefined {
  if (account === undefined) {
    return role &&
      problemAt(role, "AccountMissing", `${subject}: it has a role but no sso_account_id`, "add sso_account_id");
  }
  if (role === undefined) {
    return problemAt(account, "RoleMissing", `${subject}: it has an account but no sso_role_name`, "add sso_role_name");
  }
  if (!/^\d{12}$/.test(account.value)) {
    const message = `${subject}: sso_account_id ${shown(account.value)} is not 12 digits`;
    return problemAt(
      account,
      "AccountInvalid",
      message,
      fixFor(account.value, "write all 12 digits, leading zeros too"),
    );
  }
  if (role.value === "" || /\s/.test(role.value)) {
    const message = `${subject}: sso_role_name ${shown(role.value)} is no role name`;
    return problemAt(role, "RoleInvalid", message, fixFor(role.value, "write the name of the permission set"));
  }
  return undefined;
}
