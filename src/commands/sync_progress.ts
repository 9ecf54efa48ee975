// Draws the progress of a sync over itself, where a person sees it.
import type { SyncProgress } from "../heal/sync.ts";
import { width } from "../render/cells.ts";
import { formatProgress } from "../render/progress.ts";
import type { System } from "../system/system.ts";

/** What is over sooner needs no bar. */
const SOON_MS = 500;
const REDRAW_MS = 100;
/** Clears what stands behind and below. */
const TO_END = "\x1b[J";

export interface ProgressLine {
  draw(progress: SyncProgress): void;
  /** Takes the line away, so that other text begins at its place. */
  clear(): void;
}

/** A line on standard error; undefined where that is no terminal that can draw over itself. */
export function progressLine(
  { terminal, env, now }: Pick<System, "terminal" | "env" | "now">,
): ProgressLine | undefined {
  if (!terminal.errIsTerminal || env.TERM === "dumb") return undefined;
  const startedAt = now();
  let drawnAt: number | undefined;
  let drawnCells = 0;
  /** To where the last line began: a terminal that was made narrower has broken it into several. */
  const back = () => {
    const rows = Math.floor(Math.max(0, drawnCells - 1) / terminal.columns);
    return `\r${rows > 0 ? `\x1b[${rows}A` : ""}`;
  };
  return {
    draw(progress) {
      const at = now();
      const elapsedMs = at - startedAt;
      if (elapsedMs < SOON_MS || (drawnAt !== undefined && Math.abs(at - drawnAt) < REDRAW_MS)) return;
      drawnAt = at;
      const line = formatProgress({ ...progress, elapsedMs }, terminal.columns);
      terminal.err(`${back()}${line}${TO_END}`);
      drawnCells = width(line);
    },
    clear() {
      if (drawnAt !== undefined) terminal.err(`${back()}${TO_END}`);
    },
  };
}
