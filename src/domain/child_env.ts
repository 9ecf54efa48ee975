// The environment of the program that `exec` starts: the caller's own, with one set of credentials and no other.

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What would win over the credentials given, or speak of others. With AWS_PROFILE set the SDKs for JavaScript and Go
 * leave keys of the environment aside; botocore sends AWS_ACCOUNT_ID with them as theirs, and
 * prefers a key for Bedrock to them (handlers.py `_should_prefer_bearer_auth`).
 */
const CONFLICTING: readonly string[] = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SECURITY_TOKEN",
  "AWS_DELEGATION_TOKEN",
  "AWS_SESSION_EXPIRATION",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_ACCESS_KEY",
  "AWS_SECRET_KEY",
  "AWS_ACCOUNT_ID",
  "AWS_CREDENTIAL_FILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_BEARER_TOKEN_BEDROCK",
];

/** Set by this program, for itself. */
const OURS: readonly string[] = ["SSO_HEAL_CWD"];

/**
 * The whole environment for the child; hand it over with nothing added (`clearEnv`), since the process has more.
 *
 * @param caller what the caller set, as `enter()` read it: before that changed the process for the runtime's own sake
 * @param credentials the variables of the credentials, revealed
 * @param region of the profile. As for the AWS CLI and aws-vault it counts only where the caller set none; one that the
 *   caller set under one of the two names is given under both, so that all clients mean the same.
 */
export function childEnv(
  caller: Env,
  credentials: Readonly<Record<string, string>>,
  region?: string,
): Record<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries(caller)) if (value !== undefined) env.set(name, value);
  for (const name of [...CONFLICTING, ...OURS]) env.delete(name);
  // What we made of AWS_CA_BUNDLE; a program of Deno's in the child would trust it for everything.
  if (caller.DENO_CERT === caller.AWS_CA_BUNDLE) env.delete("DENO_CERT");

  for (const [name, value] of Object.entries(credentials)) env.set(name, value);
  const chosen = caller.AWS_REGION || caller.AWS_DEFAULT_REGION || region;
  if (chosen) {
    env.set("AWS_REGION", caller.AWS_REGION || chosen);
    env.set("AWS_DEFAULT_REGION", caller.AWS_DEFAULT_REGION || chosen);
  }
  return Object.fromEntries(env);
}
