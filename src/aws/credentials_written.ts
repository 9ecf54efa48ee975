// What stands in a credentials file by now: which profiles have keys of ours, and until when these work.
import type { AwsFile } from "./config_file.ts";
import { endOfKeys, isOurs, MARK, OURS, SOURCE, STALE } from "./credentials_keys.ts";
import { parseIni } from "./ini.ts";
import { wordFailure } from "./read_failure.ts";
import { readText } from "./read_file.ts";
import { parseTime } from "./time.ts";
import { quoted } from "./wording.ts";
import { UserError } from "../domain/problem.ts";

/** One section, without its secrets. */
export interface WrittenProfile {
  /** It holds keys that we wrote. */
  readonly isOurs: boolean;
  /** End of these, epoch milliseconds; undefined for keys that are not ours, not whole, or of no known end. */
  readonly expiresAt?: number;
  /** The same also for keys that are not whole; see {@link endOfKeys}. */
  readonly overAt?: number;
  /** Of which role they are, as `sourceOf` says it. */
  readonly source?: string;
  readonly region?: string;
  readonly output?: string;
  /** The first key that gets credentials from elsewhere, such as `role_arn`; see {@link PROVIDERS}. */
  readonly provider?: string;
}

/** Keys of a profile that make clients look for its credentials elsewhere than among the static keys. */
export const PROVIDERS = [
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "sso_role_name",
  "role_arn",
  "source_profile",
  "credential_source",
  "web_identity_token_file",
  "credential_process",
  "login_session",
] as const;

const KEYS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"] as const;

/**
 * The profiles in the file at `path` (absolute) by name; none when there is no file. A file that was read a moment ago
 * may be handed in.
 *
 * @throws {UserError} when it cannot be read.
 */
export function readWritten(path: string, known?: AwsFile): ReadonlyMap<string, WrittenProfile> {
  const { sections } = known?.path === path ? known.document : parseIni(textOf(path), path);
  const written = new Map<string, WrittenProfile>();
  for (const { header, entries } of sections) {
    // Nobody reads a file in which a profile stands twice alike: the writer refuses it, and says so.
    if (header === undefined || written.has(header)) continue;
    const values = new Map(entries.map(({ key, value }) => [key, value]));
    const isWhole = KEYS.every((key) => values.get(key)) && !STALE.some((key) => values.has(key));
    written.set(header, {
      isOurs: isOurs(entries),
      expiresAt: isWhole ? parseTime(values.get(MARK)) : undefined,
      overAt: endOfKeys(entries),
      source: values.get(SOURCE),
      region: values.get("region"),
      output: values.get("output"),
      provider: PROVIDERS.find((key) => values.has(key)),
    });
  }
  return written;
}

/** Whether every section in the text of a credentials file was made by us, and nobody has put other keys into one. */
export function isAllOurs(text: string): boolean {
  const { sections, strayLines } = parseIni(text, "");
  return strayLines.length === 0 && sections.length > 0 &&
    sections.every(({ entries, junkLines }) =>
      junkLines.length === 0 && isOurs(entries) && entries.every(({ key }) => OURS.has(key))
    );
}

function textOf(path: string): string {
  const read = readText(path);
  if (read.kind === "text") return read.text;
  if (read.kind === "missing") return "";
  const { why, hint } = wordFailure(path, read);
  throw new UserError(`Cannot read ${quoted(path)}: ${why}`, [hint]);
}
