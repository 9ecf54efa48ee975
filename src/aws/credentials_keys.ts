// Which keys of the credentials file are ours.

/** What a legacy profile is given. Plain text, because it is about to be written: never print it. */
export interface LegacyKeys {
  readonly aws_access_key_id: string;
  readonly aws_secret_access_key: string;
  readonly aws_session_token: string;
  /** RFC 3339. That it is there tells a section of ours from one that was made by hand. */
  readonly x_sso_heal_expiration: string;
  /** Absent: a line that is there stays. */
  readonly region?: string;
  readonly output?: string;
}

/** Tells a section of ours from one that was made by hand. */
export const MARK = "x_sso_heal_expiration";
/** In the order in which a new section has them. */
export const WRITTEN = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  MARK,
  "region",
  "output",
] as const;
/** An old name of the session token; botocore prefers it (credentials.py, SharedCredentialProvider.TOKENS). */
export const OLD_TOKEN = "aws_security_token";
/** Every line with one of these keys is ours to change. */
export const OURS: ReadonlySet<string> = new Set([...WRITTEN, OLD_TOKEN]);
/** What is taken out by force: region and output of a section that is not ours are not ours either. */
export const SECRETS: ReadonlySet<string> = new Set([
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  OLD_TOKEN,
]);

export type Written = typeof WRITTEN[number];
