// One line that tells a person how far a long piece of work is.
import { formatDuration } from "../domain/duration.ts";
import { clip } from "./cells.ts";

/** How far it is. */
export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Milliseconds since the first. */
  readonly elapsedMs: number;
}

const BAR_CELLS = 20;

/** `[█████···············]  312/1200  48 s left  2 failed`, within `columns`, without an end of line. */
export function formatProgress({ done, failed, total, elapsedMs }: Progress, columns: number): string {
  const filled = total === 0 ? BAR_CELLS : Math.floor(BAR_CELLS * done / total);
  const bar = `[${"#".repeat(filled)}${"·".repeat(BAR_CELLS - filled)}]`;
  const leftMs = done === 0 ? undefined : elapsedMs / done * (total - done);
  const parts = [
    bar,
    `${String(done).padStart(String(total).length)}/${total}`,
    // Rounded up: at the end there is not nothing to do yet.
    leftMs === undefined ? "" : `${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`,
    failed === 0 ? "" : `${failed} failed`,
  ];
  return clip(parts.filter((part) => part !== "").join("  "), columns - 1);
}
