// What each part of the program may touch: the one table for file, network, environment, process and system grants.
//
// `scripts/build.ts` compiles the widest set into the binary; `enter.ts` drops at start what the command never needs;
// `aws_worker.ts` gives the network to a worker that has nothing else. File grants are relative: they resolve against
// the directory the process starts in, which `enter.ts` makes the home.

/** Folders of the home that hold everything the program reads and writes. */
export const HOME_FOLDERS = [".aws", ".config/sso-heal", ".local/state/sso-heal"] as const;

/** Readable besides: secrets that a container or service manager puts there. */
const SECRET_FOLDERS = ["/run/secrets"] as const;

/** Every environment variable the program looks at; read once at start, then the grant is dropped. */
export const ENV = [
  "HOME",
  "SSO_HEAL_CWD",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CA_BUNDLE",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_SSO_OIDC",
  "AWS_ENDPOINT_URL_SSO",
  "AWS_ENDPOINT_URL_STS",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "NO_COLOR",
  "TERM",
] as const;

/** The grants of the binary, as `deno compile` options. `run` is for starting itself in the home, at start only. */
export const COMPILED_GRANTS = [
  `--allow-read=${[...HOME_FOLDERS, ...SECRET_FOLDERS].join(",")}`,
  `--allow-write=${HOME_FOLDERS.join(",")}`,
  `--allow-env=${ENV.join(",")}`,
  "--allow-net",
  "--allow-run",
  "--allow-sys=uid,gid,userInfo",
] as const;

/** What a command keeps after start. Absent means nothing of that kind. */
export interface CommandGrants {
  /** May start the AWS worker; the main program itself drops the network right after. */
  readonly net?: "worker";
  readonly write?: true;
  readonly read?: true;
}

/** One row a command; words that are no command get nothing but the home for reading. */
export const COMMANDS = {
  check: { read: true, write: true, net: "worker" },
  login: { read: true, write: true, net: "worker" },
  logout: { read: true, write: true, net: "worker" },
  status: { read: true },
  profiles: { read: true },
} as const satisfies Record<string, CommandGrants>;

export type CommandName = keyof typeof COMMANDS;

/** Grants of the first word of the command line. */
export function grantsOf(word: string | undefined): CommandGrants {
  return word !== undefined && Object.hasOwn(COMMANDS, word) ? COMMANDS[word as CommandName] : {};
}
