// The bytes of a role credentials file, apart from reading it: a check with nothing to do writes none.
import type { RoleCredentials } from "./role_cache.ts";
import { pythonJson } from "./python_json.ts";
import { formatTime } from "./time.ts";

/** The bytes of a role credentials file as the AWS CLI v2 writes it (aws-cli botocore/credentials.py). */
export function formatRoleCredentials(credentials: RoleCredentials): Uint8Array {
  const file = {
    ProviderType: "sso",
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey.reveal(),
      SessionToken: credentials.sessionToken.reveal(),
      Expiration: formatTime(credentials.expiresAt),
      AccountId: credentials.accountId,
    },
  };
  return new TextEncoder().encode(pythonJson(file));
}
