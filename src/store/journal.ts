// What every check leaves behind, whatever it did: a heartbeat, a line of history, figures for a metrics collector.
import { formatInstant, parseInstant } from "../domain/instant.ts";
import type { ExitCode } from "../domain/problem.ts";
import { replaceFile } from "./replace_file.ts";
import { inFolder } from "./folder.ts";
import { statePaths } from "./paths.ts";

// All of it is synchronous and without fsync: a check with nothing to do writes three small files in under a
// millisecond, and after a power cut the next check writes them anew. What the system throws is passed on as it is:
// the words for it (`write_failure.ts`) are loaded only then.

/** The end of the last check. */
export interface Heartbeat {
  /** Epoch milliseconds; RFC 3339 in the file. */
  readonly at: number;
  /** The `outcome` of the check's JSON. */
  readonly outcome: string;
  readonly exitCode: ExitCode;
  readonly pid: number;
  readonly version: string;
  /** The end of the last check of a timer; a check by hand keeps it, so that it does not hide that the timer is dead. */
  readonly scheduledAt?: number;
  /** Whether that one was confined to our folders by the system, where it should have been. */
  readonly sandbox?: boolean;
  /** Why it ended as it did, where the sessions do not tell; may be cut off. */
  readonly reason?: string;
}

const HISTORY_BYTES = 1_000_000;
const HEARTBEAT_BYTES = 512;
const REASON_CHARS = 140;
/** A power of two. */
const METRICS_BYTES = 512;

/** Replaces the heartbeat below `home`. */
export function writeHeartbeat(home: string, beat: Heartbeat): void {
  const path = statePaths(home).heartbeat;
  const scheduledAt = beat.scheduledAt === undefined ? undefined : formatInstant(beat.scheduledAt);
  const line = JSON.stringify({
    ...beat,
    at: formatInstant(beat.at),
    scheduledAt,
    reason: beat.reason && fitting(beat.reason),
  });
  writeOver(path, line.padEnd(HEARTBEAT_BYTES - 1) + "\n");
}

/**
 * Writes a text over one of the same length, in one piece: no moment without a whole one, and half a millisecond cheaper
 * than a rename, which some file systems follow by a write to the disk.
 */
function writeOver(path: string, text: string): void {
  const bytes = new TextEncoder().encode(text);
  const file = inFolder(path, () => Deno.openSync(path, { write: true, create: true, mode: 0o600 }));
  try {
    file.writeSync(bytes);
  } finally {
    file.close();
  }
}

/** As much of a text as has its place in the heartbeat, whatever JSON makes of it. */
function fitting(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length > REASON_CHARS ? `${plain.slice(0, REASON_CHARS - 3)}...` : plain;
}

/** The last heartbeat; undefined when there is none or it makes no sense (a power cut may leave it empty). */
export function readHeartbeat(home: string): Heartbeat | undefined {
  try {
    return parseHeartbeat(Deno.readTextFileSync(statePaths(home).heartbeat));
  } catch {
    return undefined;
  }
}

/** The same from its text. */
export function parseHeartbeat(text: string): Heartbeat | undefined {
  try {
    const json = JSON.parse(text);
    const at = parseInstant(json.at);
    if (at === undefined || typeof json.outcome !== "string") return undefined;
    const { scheduledAt, reason, ...beat } = json;
    return {
      ...beat,
      at,
      ...scheduledAt !== undefined && { scheduledAt: parseInstant(scheduledAt) },
      ...typeof reason === "string" && { reason },
    };
  } catch {
    return undefined;
  }
}

/**
 * Adds one line to the history: `entry` as JSON, which must not hold a secret. The line is one write at the end of the
 * file, so lines of processes that run at the same time do not mix. Above 1 MB the older half is dropped; a line that
 * another process adds in that very moment is lost.
 */
export function appendHistory(home: string, entry: object): void {
  const path = statePaths(home).history;
  const line = JSON.stringify(entry) + "\n";
  inFolder(path, () => Deno.writeTextFileSync(path, line, { append: true, mode: 0o600 }));
  if (Deno.statSync(path).size <= HISTORY_BYTES) return;
  const whole = Deno.readTextFileSync(path);
  replaceFile(path, whole.slice(whole.indexOf("\n", whole.length / 2) + 1));
}

/**
 * Replaces `metrics.prom` below `home` by `exposition` and some empty lines, which collectors pass over: with them its
 * length is nearly always that of the last one, and it is written over as the heartbeat is.
 */
export function writeMetrics(home: string, exposition: string): void {
  const path = statePaths(home).metrics;
  const length = new TextEncoder().encode(exposition).length;
  const missing = -length & (METRICS_BYTES - 1);
  const text = exposition + "\n".repeat(missing);
  if (sizeOf(path) === length + missing) writeOver(path, text);
  else replaceFile(path, text);
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch {
    return undefined; // whoever writes it finds out why
  }
}
