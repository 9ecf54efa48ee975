// What is installed on this machine to run the checks: written by `install` and `run`, read by every check and `status`.
import { intervalOf } from "../domain/interval.ts";
import type { Account, Hardening, ManagerName, Scope } from "../domain/service.ts";
import { amount, type Codec, object, text, truth } from "./json_codec.ts";
import { statePaths } from "./paths.ts";

/** The job that runs the checks. Times and durations in milliseconds. */
export interface ServiceRecord {
  readonly manager: ManagerName;
  readonly scope: Scope;
  /** One of `INTERVALS`. */
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

// The file belongs to the account, and root reads it: nothing is taken from it that makes no sense.
const RECORD = object<ServiceRecord>({
  manager: known<ManagerName>((json) => ["launchd", "systemd", "cron", "run"].includes(json)),
  scope: known<Scope>((json) => ["system", "user"].includes(json)),
  everyMs: { ...amount, read: (json, path, bad) => interval(amount.read(json, path, bad)) },
  since: amount,
  pid: amount,
  domain: known<string>((json) => /^(system|(gui|user)\/\d+)$/.test(json)),
  account: object<Account>({ name: text, uid: amount, gid: amount, home: text }, ["name", "uid", "gid", "home"]),
  hardening: known<Hardening>((json) => ["hardened", "strict", "basic", "none"].includes(json)),
  binary: known<string>((json) => json.startsWith("/")),
  copied: truth,
  env: {
    read(json) {
      if (typeof json !== "object" || json === null) return undefined;
      return Object.fromEntries(Object.entries(json).filter(([, value]) => typeof value === "string"));
    },
    write: (env) => env,
  },
  lingerBegun: truth,
}, ["manager", "scope", "everyMs", "since"]);

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

/** The same from its text, which root reads through the account; a field that makes no sense is left out. */
export function parseServiceRecord(text: string): ServiceRecord | undefined {
  try {
    return RECORD.read(JSON.parse(text), "", []);
  } catch {
    return undefined;
  }
}

/** The text of the file: the same for the same record, whatever the order of its fields. */
export function formatServiceRecord(record: ServiceRecord): string {
  return `${JSON.stringify({ version: VERSION, ...RECORD.write(record) as object })}\n`;
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

function interval(ms: number | undefined): number | undefined {
  return ms === undefined || intervalOf(ms) === undefined ? undefined : ms;
}

/** A text that `accepts` knows. */
function known<T extends string>(accepts: (json: string) => boolean): Codec<T> {
  return { read: (json) => typeof json === "string" && accepts(json) ? json as T : undefined, write: (value) => value };
}
