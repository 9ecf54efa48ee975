// An AWS config with roles to assume, and what is read of credentials that were printed.
import { configFor } from "./home.ts";

/** `dev` by SSO, `admin` from there with all that AssumeRole takes, `deep` from there. */
export const ROLES_CONFIG = `${configFor()}
[profile admin]
role_arn = arn:aws:iam::100000000001:role/path/Admin
source_profile = dev
role_session_name = build
external_id = tenant
duration_seconds = 900
region = eu-west-1

[profile deep]
role_arn = arn:aws:iam::100000000002:role/Deep
source_profile = admin
role_session_name = build
region = us-west-2

[profile mfa]
role_arn = arn:aws:iam::100000000002:role/Deep
source_profile = dev
mfa_serial = arn:aws:iam::100000000001:mfa/alice

[profile machine]
role_arn = arn:aws:iam::100000000002:role/Deep
credential_source = Ec2InstanceMetadata
`;

/** The three values in the answer of a `credential_process`. */
export function keysIn(out: string): string[] {
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(out);
  return [AccessKeyId, SecretAccessKey, SessionToken];
}
