// What is installed on this machine to run the checks: written by `install` and `run`, read by every check and `status`.
import type { Account, Hardening, ManagerName, Scope } from "../domain/service.ts";
import { statePaths } from "./paths.ts";

/** The job that runs the checks. Times and durations in milliseconds. */
export interface ServiceRecord {
  readonly manager: ManagerName;
  readonly scope: Scope;
  readonly everyMs: number;
  /** When it was set up: before its first run nothing is overdue. */
  readonly since: number;
  /** Of `run`: its process. */
  readonly pid?: number;
  /** Of launchd: chosen once; see `Placement`. */
  readonly domain?: string;
  readonly account?: Account;
  readonly hardening?: Hardening;
  /** Absolute path of the binary, and whether it was put there by `install`. */
  readonly binary?: string;
  readonly copied?: boolean;
  /** Variables that the job was given, and that anybody may read. */
  readonly env?: Readonly<Record<string, string>>;
  /** `install` made the account's manager live on without a login. */
  readonly lingerBegun?: boolean;
}

const VERSION = 1;
const MANAGERS: readonly string[] = ["launchd", "systemd", "cron", "run"] satisfies ManagerName[];

/** Undefined when nothing is installed, or the file makes no sense: a check goes on as if nothing were. */
export function readServiceRecord(home: string): ServiceRecord | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(statePaths(home).service);
  } catch {
    return undefined;
  }
  return parseServiceRecord(text);
}

/** The same from its text, which root reads through the account. */
export function parseServiceRecord(text: string): ServiceRecord | undefined {
  try {
    const { version: _, ...record } = JSON.parse(text);
    const isOurs = MANAGERS.includes(record.manager) && (record.scope === "user" || record.scope === "system") &&
      record.everyMs >= 1000 && typeof record.since === "number";
    return isOurs ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the file. */
export function formatServiceRecord(record: ServiceRecord): string {
  return `${JSON.stringify({ version: VERSION, ...record })}\n`;
}

/** Replaces the record. What the system throws is passed on. */
export async function writeServiceRecord(home: string, record: ServiceRecord): Promise<void> {
  const { writeFileAtomic } = await import("./atomic_file.ts");
  await writeFileAtomic(statePaths(home).service, new TextEncoder().encode(formatServiceRecord(record)));
}

/** @throws {UserError} when it is there and cannot be removed. */
export async function removeServiceRecord(home: string): Promise<void> {
  const { removeFile } = await import("./remove_file.ts");
  removeFile(statePaths(home).service);
}
