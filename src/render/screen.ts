// What text is made for: how wide, in colour or not, at what time.
import type { System } from "../system/system.ts";

/** Everything about the reader's screen that a printer needs; no printer asks for it itself. */
export interface Screen {
  /** Infinity where output is no terminal: programs like grep want whole lines. */
  readonly columns: number;
  readonly colour: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Home directory, written `~` in paths. */
  readonly home: string;
}

/** The screen behind standard output. Colour follows https://no-color.org. */
export function screenOf(system: System): Screen {
  const { outIsTerminal } = system.terminal;
  return {
    columns: outIsTerminal ? system.terminal.columns : Infinity,
    colour: outIsTerminal && !system.env.NO_COLOR && system.env.TERM !== "dumb",
    now: system.now(),
    home: system.home,
  };
}

const CODES = { bold: 1, faint: 2, red: 31, green: 32, yellow: 33 } as const;
export type Colour = keyof typeof CODES;

/** `text` in a colour, where the screen has any. Measure and pad before. */
export function paint(screen: Screen, colour: Colour | undefined, text: string): string {
  return screen.colour && colour !== undefined && text !== "" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}
