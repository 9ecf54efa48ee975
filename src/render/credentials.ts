// Role credentials as shells and other programs read them. Their secrets are printed here and nowhere else.
import { UserError } from "../domain/problem.ts";
import type { Secret } from "../domain/secret.ts";
import { cmdAssignment, dotenvAssignment, fishWord, posixWord, powershellString } from "./credentials_quoting.ts";
import { formatJson, instant, JSON_VERSION } from "./json.ts";

/** The formats of `export`; the first is the default. */
export const EXPORT_FORMATS = [
  "process",
  "env",
  "env-no-export",
  "fish",
  "powershell",
  "windows-cmd",
  "dotenv",
  "json",
  "github",
] as const;
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** Temporary keys of a role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Whose credentials they are. */
export interface CredentialsOf {
  readonly profile: string;
  readonly region?: string;
}

/** What goes where. `stderr` is to be written first: it holds the masks of what `stdout` holds. */
export interface FormattedCredentials {
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;
type LineFormat = Exclude<ExportFormat, "process" | "json" | "github">;

/** One variable as one command of its shell. */
const LINES: { readonly [F in LineFormat]: (name: string, value: string) => string } = {
  env: (name, value) => `export ${name}=${posixWord(value)}`,
  "env-no-export": (name, value) => `${name}=${posixWord(value)}`,
  fish: (name, value) => `set -gx ${name} ${fishWord(value)}`,
  powershell: (name, value) => `$Env:${name}=${powershellString(value)}`,
  "windows-cmd": cmdAssignment,
  dotenv: dotenvAssignment,
};

/**
 * The credentials in one format. Where the AWS CLI has it (`configure export-credentials`, up to `windows-cmd` in the
 * list) the text is the same, but for the time, which ends in `Z` and not in `+00:00`: not every SDK reads the latter.
 * The CLI writes no quotes; here values get them where the shell would read them as something else. The formats of our
 * own hold the region too.
 *
 * A shell runs the lines of `env` by `eval "$(…)"`, with the quotes.
 *
 * @throws {UserError} for a value that the format cannot hold; AWS issues none such
 */
export function formatCredentials(
  format: ExportFormat,
  credentials: Credentials,
  of: CredentialsOf,
): FormattedCredentials {
  switch (format) {
    case "process":
      return { stdout: processJson(credentials), stderr: "" };
    case "json":
      return { stdout: json(credentials, of), stderr: "" };
    case "github":
      return github(credentials, of);
    case "dotenv":
      return { stdout: lines("dotenv", { ...credentialVariables(credentials), ...regionVariables(of) }), stderr: "" };
    default:
      return { stdout: lines(format, credentialVariables(credentials)), stderr: "" };
  }
}

/** The environment variables that AWS clients take credentials from, for `exec` too: revealed. */
export function credentialVariables(credentials: Credentials): Record<string, string> {
  const expiration = instant(credentials.expiresAt);
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey.reveal(),
    AWS_SESSION_TOKEN: credentials.sessionToken.reveal(),
    ...(expiration === undefined ? {} : { AWS_CREDENTIAL_EXPIRATION: expiration }),
  };
}

/** Some clients read the one name, some the other. */
function regionVariables({ region }: CredentialsOf): Variables {
  return region ? { AWS_REGION: region, AWS_DEFAULT_REGION: region } : {};
}

function lines(format: LineFormat, variables: Variables): string {
  return Object.entries(variables).map(([name, value]) => {
    refuseNul(format, name, value);
    return `${LINES[format](name, value)}\n`;
  }).join("");
}

/** The answer of a `credential_process`, version 1 of that protocol. */
function processJson(credentials: Credentials): string {
  return formatJson({
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey.reveal(),
    SessionToken: credentials.sessionToken.reveal(),
    Expiration: instant(credentials.expiresAt),
  });
}

/** The same for a person's own programs, named as in the other documents of this one. */
function json(credentials: Credentials, { profile, region }: CredentialsOf): string {
  return formatJson({
    version: JSON_VERSION,
    profile,
    region: region || undefined,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey.reveal(),
    sessionToken: credentials.sessionToken.reveal(),
    expiresAt: instant(credentials.expiresAt),
  });
}

/**
 * Lines for `>> "$GITHUB_ENV"`, and the commands that make the runner hide the three values from the log of the job: it
 * reads them from stderr as well, unescapes them, and refuses an empty one (actions/runner ActionCommandManager.cs).
 */
function github(credentials: Credentials, of: CredentialsOf): FormattedCredentials {
  const variables = credentialVariables(credentials);
  const assignments = Object.entries({ ...variables, ...regionVariables(of) }).map(([name, value]) => {
    refuseNul("github", name, value);
    // The file has another form for values of several lines, but no key of AWS has.
    if (/[\r\n]/.test(value)) throw new UserError(`Cannot write ${name} for github: its value has several lines`);
    return `${name}=${value}\n`;
  });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = variables;
  const masks = [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN].filter((value) => value !== "");
  return {
    stdout: assignments.join(""),
    stderr: masks.map((value) => `::add-mask::${value.replaceAll("%", "%25")}\n`).join(""),
  };
}

/** No environment can hold it: a shell would cut the value there, or end. */
function refuseNul(format: ExportFormat, name: string, value: string): void {
  if (value.includes("\0")) throw new UserError(`Cannot write ${name} for ${format}: its value holds a NUL character`);
}
