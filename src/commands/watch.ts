// Draws the same text again and again in place, until the program is asked to end.
import { EXIT, type ExitCode } from "../domain/problem.ts";
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
 * when `draw` fails.
 */
export async function watch(
  system: Pick<System, "sleep" | "terminal">,
  stop: AbortSignal,
  draw: () => Promise<string>,
): Promise<ExitCode> {
  const { terminal } = system;
  const inPlace = terminal.outIsTerminal;
  if (inPlace) terminal.out(`${HIDE_CURSOR}${HOME}${CLEAR_BELOW}`);
  try {
    while (!stop.aborted) {
      const text = await draw();
      terminal.out(inPlace ? `${HOME}${text.replaceAll("\n", `${CLEAR_REST_OF_LINE}\n`)}${CLEAR_BELOW}` : `${text}\n`);
      await pause(system, stop);
    }
  } finally {
    if (inPlace) terminal.out(SHOW_CURSOR);
  }
  return EXIT.ok;
}

async function pause(system: Pick<System, "sleep">, stop: AbortSignal): Promise<void> {
  try {
    await system.sleep(EVERY_MS, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
