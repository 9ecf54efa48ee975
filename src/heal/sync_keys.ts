// The lines of a legacy profile.
import type { LegacyKeys } from "../aws/credentials_keys.ts";
import type { RoleCredentials } from "../aws/role_cache.ts";
import { formatTime } from "../aws/time.ts";
import type { SyncView } from "./sync_due.ts";

/** Stands for keys that nobody has been asked for: to find out what would be refused or changed. */
export const UNKNOWN_KEYS: LegacyKeys = {
  aws_access_key_id: "(new)",
  aws_secret_access_key: "(new)",
  aws_session_token: "(new)",
  x_sso_heal_expiration: "(new)",
};

/** What is to be written for a job. */
export function keysFor(view: SyncView, credentials: RoleCredentials): LegacyKeys {
  return {
    aws_access_key_id: credentials.accessKeyId,
    aws_secret_access_key: credentials.secretAccessKey.reveal(),
    aws_session_token: credentials.sessionToken.reveal(),
    x_sso_heal_expiration: formatTime(credentials.expiresAt),
    ...settingsFor(view),
  };
}

/** Region and output; the region of the profile itself only where the legacy profile has none that somebody chose. */
export function settingsFor({ job, written }: SyncView): Pick<LegacyKeys, "region" | "output"> {
  const { region, output, chain } = job;
  return { region: region ?? (written?.hasRegion || job.hasRegion ? undefined : chain.profile.region), output };
}
