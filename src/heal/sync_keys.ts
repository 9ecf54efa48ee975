// The lines of a legacy profile: whose keys, and which region and output with them.
import { isOfRole, isOwnRegion, type LegacyKeys, sourceOf } from "../aws/credentials_keys.ts";
import type { RoleCredentials } from "../aws/role_cache.ts";
import type { RoleChain } from "../aws/role_chain.ts";
import { formatTime } from "../aws/time.ts";
import type { SyncView } from "./sync_due.ts";

/** Stands for keys that nobody has been asked for: to find out what would be refused or changed. */
export const UNKNOWN_KEYS: LegacyKeys = {
  aws_access_key_id: "(new)",
  aws_secret_access_key: "(new)",
  aws_session_token: "(new)",
  x_sso_heal_expiration: "(new)",
  x_sso_heal_source: "(new)",
};

type Place = Pick<SyncView, "job" | "written">;

/** What is to be written for a job. */
export function keysFor(view: Place, credentials: RoleCredentials): LegacyKeys {
  return {
    aws_access_key_id: credentials.accessKeyId,
    aws_secret_access_key: credentials.secretAccessKey.reveal(),
    aws_session_token: credentials.sessionToken.reveal(),
    x_sso_heal_expiration: formatTime(credentials.expiresAt),
    ...settingsFor(view),
  };
}

/** All but the keys. Another region stands there only if somebody chose it for the legacy profile: then it stays. */
export function settingsFor({ job, written }: Place): Pick<LegacyKeys, "x_sso_heal_source" | "region" | "output"> {
  const { chain, output } = job;
  const isChosen = job.hasRegion || (written?.region !== undefined && !isOwnRegion(written.source, written.region));
  const region = job.region ?? (isChosen ? undefined : chain.profile.region ?? written?.region);
  return { x_sso_heal_source: sourceOf(roleOf(chain), region), region, output };
}

/** Whether what stands there is of the role of the job, with its region and output. */
export function isAsConfigured({ job, written = { isOurs: false } }: Place): boolean {
  const { region, output } = settingsFor({ job, written });
  return isOfRole(written.source, roleOf(job.chain)) && (region === undefined || region === written.region) &&
    (output === undefined || output === written.output);
}

function roleOf({ root: { accountId, roleName }, steps }: RoleChain): string {
  return steps.at(-1)?.roleArn ?? `${accountId}/${roleName}`;
}
