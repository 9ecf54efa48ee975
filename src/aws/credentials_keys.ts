// Which keys of the credentials file are ours, and what they tell of a section.
import type { IniEntry } from "./ini.ts";
import { parseTime } from "./time.ts";

/** What a legacy profile is given. Plain text, because it is about to be written: never print it. */
export interface LegacyKeys {
  readonly aws_access_key_id: string;
  readonly aws_secret_access_key: string;
  readonly aws_session_token: string;
  /** RFC 3339. That it is there tells a section of ours from one that was made by hand. */
  readonly x_sso_heal_expiration: string;
  /** Of which role the keys are; see {@link sourceOf}. */
  readonly x_sso_heal_source: string;
  /** Absent: a line that is there stays. */
  readonly region?: string;
  readonly output?: string;
}

/** Tells a section of ours from one that was made by hand. */
export const MARK = "x_sso_heal_expiration";
/** Tells of which role the keys are. */
export const SOURCE = "x_sso_heal_source";
/** In the order in which a new section has them. */
export const WRITTEN = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  MARK,
  SOURCE,
  "region",
  "output",
] as const;
/**
 * What told of other keys and must not stand beside ours: an old name of the session token, which botocore prefers
 * (credentials.py, SharedCredentialProvider.TOKENS), and the account and the region of the keys, which botocore and the
 * SDK for JavaScript would believe.
 */
export const STALE = ["aws_security_token", "aws_account_id", "aws_credential_scope"] as const;
/** Every line with one of these keys is ours to change. */
export const OURS: ReadonlySet<string> = new Set([...WRITTEN, ...STALE]);
/** What is taken out of a section that holds anything else: region and output may be somebody's choice. */
export const SECRETS: ReadonlySet<string> = new Set([
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  ...STALE,
]);

export type Written = typeof WRITTEN[number];

/**
 * Whether a section is ours: it has our mark, and nobody has put a permanent key in place of ours since, which may be
 * the only copy. The ids of temporary keys begin with ASIA (IAM user guide, "Unique identifiers").
 */
export function isOurs(entries: readonly IniEntry[]): boolean {
  return hasMark(entries) &&
    entries.every(({ key, value }) => key !== "aws_access_key_id" || value === "" || value.startsWith("ASIA"));
}

/** Whether we wrote the section, whatever became of it since. */
export function hasMark(entries: readonly IniEntry[]): boolean {
  return entries.some(({ key }) => key === MARK);
}

/**
 * The end of the keys in a section, whole or not, in epoch milliseconds: -Infinity when it is not readable, undefined
 * when there are no keys of ours.
 */
export function endOfKeys(entries: readonly IniEntry[]): number | undefined {
  if (!isOurs(entries) || !entries.some(({ key }) => SECRETS.has(key))) return undefined;
  return parseTime(entries.find(({ key }) => key === MARK)?.value) ?? -Infinity;
}

/** Value of {@link SOURCE}: `ACCOUNT/ROLE` or the ARN of a role, and behind a colon the region that came with it. */
export function sourceOf(role: string, region: string | undefined): string {
  return region === undefined ? role : `${role}:${region}`;
}

/** Whether keys with this source are of the role. */
export function isOfRole(source: string | undefined, role: string): boolean {
  return source !== undefined && (source === role || source.startsWith(`${role}:`));
}

/** Whether the region beside this source came with it; any other is somebody's choice. */
export function isOwnRegion(source: string | undefined, region: string): boolean {
  return source?.endsWith(`:${region}`) ?? false;
}
