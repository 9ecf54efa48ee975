// What every manager of jobs can do for us: one file each (launchd.ts, systemd.ts, cron.ts) with the same functions.
import type { Job, ManagerName, ManagerView, Placement } from "../domain/service.ts";
import type { System } from "../system/system.ts";

/** The world of a manager: its programs, and time to wait for them. */
export type Hands = Pick<System, "run" | "now" | "sleep">;

/** Where a text of a job is kept. */
export interface UnitFile {
  /** Absolute path, or {@link CRONTAB}. */
  readonly path: string;
  /** Permission bits of the file. */
  readonly mode: number;
  /**
   * The whole wanted text, given what is there now (undefined: nothing).
   *
   * @throws {UserError} when a file of somebody else is in the way.
   */
  wanted(present: string | undefined): string;
  /** What is left when the job is taken out of `present`: undefined for nothing. What is not ours stays as it is. */
  without(present: string): string | undefined;
}

/** The `path` of the table of cron jobs of the account: it is read and written by `crontab`. */
export const CRONTAB = "crontab";

/** Stands in the first lines of every file of ours; a file without it is somebody else's. */
export const MANAGED = "sso-heal:managed v1";

export interface Manager {
  readonly name: Exclude<ManagerName, "run">;
  /** The texts of the job, in the order in which they are to be written. Pure. */
  unitsOf(job: Job): readonly UnitFile[];
  /** The commands of {@link activate} and {@link deactivate}, as a person would type them. Pure. */
  commands(what: "activate" | "deactivate", placement: Placement): readonly string[];
  /**
   * Makes the manager know the written texts, now and after each start of the machine. Called again it changes nothing.
   * Starts no run by itself, as far as the manager lets one choose.
   *
   * @throws {UserError} with the words of the manager and the way out.
   */
  activate(hands: Hands, placement: Placement): Promise<void>;
  /** The opposite, before the texts are removed; whether there was anything. @throws {UserError} */
  deactivate(hands: Hands, placement: Placement): Promise<boolean>;
  /** Starts one run now, without waiting for its end. @throws {UserError} */
  start(hands: Hands, placement: Placement, job: Job): Promise<void>;
  /** What the manager says now. Never throws: what cannot be asked is a hint. */
  ask(hands: Hands, placement: Placement): Promise<ManagerView>;
}
