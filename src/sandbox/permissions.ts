// What each part of the program may touch: the one table for file, network, environment, process and system grants.
//
// `compiled_grants.ts` is the widest set, which the binary has; `enter.ts` drops at start what the command never needs;
// `aws_worker.ts` gives the network to a worker that has nothing else. File grants are relative: they resolve against
// the directory the process starts in, which `enter.ts` makes the home.

/** Folders of the home that hold everything the program reads and writes. */
export const HOME_FOLDERS = [".aws", ".config/sso-heal", ".local/state/sso-heal"] as const;

/** Where collectors of Prometheus look for files; dropped unless there is a config, which may name a file there. */
export const METRICS_FOLDERS = ["/var/lib/prometheus/node-exporter", "/var/lib/node_exporter"] as const;

/** What a command keeps after start. Absent means nothing of that kind. */
export interface CommandGrants {
  /** May start the AWS worker; the main program itself drops the network right after. */
  readonly net?: "worker";
  readonly write?: true;
  readonly read?: true;
  /**
   * `channels`: may start the workers of channels that run one program each; dropped as soon as they are started or not
   * needed. `self`: may start this program again, as long as it runs. `system`: may start the programs that manage jobs.
   * `command`: may start what the user says, and this program again, which asks AWS for it. `browser`: may start the
   * worker of the one program that opens a page; dropped as soon as it is started or not wanted.
   */
  readonly run?: "channels" | "self" | "system" | "command" | "browser";
}

/** One row a command; words that are no command get nothing but the home for reading. */
export const COMMANDS = {
  check: { read: true, write: true, net: "worker", run: "channels" },
  run: { read: true, write: true, run: "self" },
  login: { read: true, write: true, net: "worker" },
  logout: { read: true, write: true, net: "worker" },
  status: { read: true, run: "system" },
  logs: { read: true },
  install: { read: true, run: "system" },
  uninstall: { read: true, run: "system" },
  export: { read: true, write: true, net: "worker" },
  exec: { read: true, run: "command" },
  sync: { read: true, write: true, net: "worker" },
  console: { read: true, write: true, net: "worker", run: "browser" },
  profiles: { read: true },
  notify: { read: true, write: true, net: "worker", run: "channels" },
} as const satisfies Record<string, CommandGrants>;

export type CommandName = keyof typeof COMMANDS;

/** Grants of the first word of the command line. */
export function grantsOf(word: string | undefined): CommandGrants {
  return word !== undefined && Object.hasOwn(COMMANDS, word) ? COMMANDS[word as CommandName] : {};
}
