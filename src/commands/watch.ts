// Draws the same text again and again in place, until the program is asked to end.
import { EXIT, type ExitCode } from "../domain/problem.ts";
import { width } from "../render/cells.ts";
import type { System } from "../system/system.ts";

const EVERY_MS = 2000;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const HOME = "\x1b[H";
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/**
 * Shows what `draw` gives, every 2 seconds. On a terminal each picture replaces the one before without flicker; elsewhere
 * they follow one another, a blank line between them. Ends with 0 when `stop` is aborted; the cursor is back then, also
 * when `draw` fails. A picture taller than the terminal (`rows`) would flood what is scrolled back: its last lines are
 * left out and counted.
 */
export async function watch(
  system: Pick<System, "sleep" | "terminal">,
  stop: AbortSignal,
  draw: () => Promise<string>,
  rows: () => number = terminalRows,
): Promise<ExitCode> {
  const { terminal } = system;
  const inPlace = terminal.outIsTerminal;
  if (inPlace) terminal.out(`${HIDE_CURSOR}${HOME}${CLEAR_BELOW}`);
  try {
    while (!stop.aborted) {
      const text = await draw();
      terminal.out(inPlace ? inPlaceOf(fit(text, rows(), terminal.columns)) : `${text}\n`);
      await pause(system, stop);
    }
  } finally {
    if (inPlace) terminal.out(SHOW_CURSOR);
  }
  return EXIT.ok;
}

function inPlaceOf(text: string): string {
  return `${HOME}${text.replaceAll("\n", `${CLEAR_REST_OF_LINE}\n`)}${CLEAR_BELOW}`;
}

/** The first lines of `text`, so many that the cursor fits below them; the last says how many there are more. */
function fit(text: string, rows: number, columns: number): string {
  const lines = text.split("\n").slice(0, -1);
  const heights = lines.map((line) => Math.max(1, Math.ceil(width(line.replace(COLOUR, "")) / columns)));
  const total = heights.reduce((sum, height) => sum + height, 0);
  if (total < rows) return text;
  let count = 0;
  for (let used = heights[0]; used <= rows - 2; used += heights[count]) count++;
  const left = lines.length - count;
  return [...lines.slice(0, count), `… ${left} more line${left === 1 ? "" : "s"}`, ""].join("\n");
}

// deno-lint-ignore no-control-regex -- they are what is to be found
const COLOUR = /\x1b\[[\d;]*m/g;

/** Any number where the terminal does not know. */
function terminalRows(): number {
  try {
    return Deno.consoleSize().rows || Infinity;
  } catch {
    return Infinity;
  }
}

async function pause(system: Pick<System, "sleep">, stop: AbortSignal): Promise<void> {
  try {
    await system.sleep(EVERY_MS, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
