// The job that runs the checks, as data: for whom, how often, by which manager.

/** What runs jobs on this machine; `run` is the program itself in the foreground, in a container. */
export type ManagerName = "launchd" | "systemd" | "cron" | "run";

/** `system`: set up by root, runs as the account. `user`: belongs to the account. */
export type Scope = "system" | "user";

/** One account of the machine, as its directory service has it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute. */
  readonly home: string;
}

/**
 * How strictly the system itself confines the job: `hardened`, a system unit that sees nothing but our folders; `strict`,
 * a user unit that may write nothing but our folders; `basic`, a user unit with fewer system calls; `none`.
 */
export type Hardening = "hardened" | "strict" | "basic" | "none";

/** Something outside our folders that a link in them leads to, and that the job must see. */
export interface Bind {
  /** Real path of the file or folder. */
  readonly source: string;
  /** The path that the link names. */
  readonly target: string;
  readonly writable: boolean;
}

/** Everything that the texts of a job depend on. */
export interface Job {
  readonly account: Account;
  readonly scope: Scope;
  /** One of `INTERVALS` (minutes); see `interval.ts`. */
  readonly everyMinutes: number;
  /** Name of this machine: it shifts the minute, so that not all machines of a company ask at once. */
  readonly host: string;
  /** Absolute path of the binary, at its stable place. */
  readonly binary: string;
  readonly hardening: Hardening;
  /** Variables that anybody may read. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that only the account may read. */
  readonly secretEnv: Readonly<Record<string, string>>;
  /** Absolute path of the file with `secretEnv`, for managers that can read one; it may be missing. */
  readonly envFile: string;
  readonly binds: readonly Bind[];
}

/** Whom to ask about a job that is or was there. */
export interface Placement {
  readonly scope: Scope;
  readonly account: Account;
  /** The program runs as root, maybe for somebody else. */
  readonly asRoot: boolean;
  /** Of launchd: `system`, `gui/UID` or `user/UID`, chosen once when it was installed. */
  readonly domain?: string;
}

/** What a manager says about its job. Times are epoch milliseconds; what it does not know is absent. */
export interface ManagerView {
  /** It knows the job and will start it. */
  readonly loaded: boolean;
  /** It will also do so after the next start of the machine. */
  readonly enabled: boolean;
  readonly running?: boolean;
  readonly nextRunAt?: number;
  readonly lastStartAt?: number;
  /** How its last run ended, in the manager's own words: `success`, `exit-code 1`, `timeout`. */
  readonly lastResult?: string;
  /** What keeps the job from running, or will: one sentence each, with the way out. */
  readonly hints: readonly ServiceHint[];
}

export interface ServiceHint {
  /** Stable PascalCase word, for JSON. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** How the job is that runs the checks: what `status` says of it. Times are epoch milliseconds. */
export interface ServiceStatus {
  readonly installed: boolean;
  /** Nothing will run, or did for too long. */
  readonly stale: boolean;
  readonly manager?: ManagerName;
  readonly scope?: Scope;
  /** Of launchd. */
  readonly domain?: string;
  readonly everyMs?: number;
  readonly loaded?: boolean;
  readonly running?: boolean;
  readonly nextRunAt?: number;
  /** The last check that a timer ran. */
  readonly lastRunAt?: number;
  readonly sandbox?: { readonly level: Hardening; readonly enforced?: boolean };
  readonly hints: readonly ServiceHint[];
}

/** What there is to say where no job is installed. */
export const NO_SERVICE: ServiceStatus = { installed: false, stale: false, hints: [] };

/** The heartbeat of a living job is younger than so many intervals. */
const LIVELY_INTERVALS = 2.5;

/** Whether checks are overdue: none ran for {@link LIVELY_INTERVALS}, also not since the job was set up. */
export function isOverdue(everyMs: number, since: number, lastRunAt: number | undefined, now: number): boolean {
  const last = Math.max(since, lastRunAt ?? 0);
  // A clock that was set back proves nothing.
  return now - last > LIVELY_INTERVALS * everyMs;
}
