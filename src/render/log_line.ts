// One line of our log as a person reads it: local time, level, message, facts.
import type { Level } from "../log/log.ts";
import { clean } from "./cells.ts";
import { type Colour, paint, type Screen } from "./screen.ts";

const COLOURS: Readonly<Record<Level, Colour | undefined>> = {
  debug: "faint",
  info: undefined,
  warning: "yellow",
  error: "red",
};
const LEVEL_WIDTH = "warning".length;

/** `line` is JSON as `log/log.ts` writes it; anything else is shown as it is, made safe for a terminal. */
export function formatLogLine(line: string, screen: Screen): string {
  const { at, level, message, pid: _pid, ...facts } = parse(line) ?? {};
  if (typeof at !== "string" || typeof message !== "string" || !isLevel(level)) return `${clean(line)}\n`;
  const head = `${localTime(at)}  ${paint(screen, COLOURS[level], level.padEnd(LEVEL_WIDTH))}  ${clean(message)}`;
  const tail = Object.entries(facts).map(([name, value]) => `  ${clean(name)}=${factOf(value)}`).join("");
  return `${head}${paint(screen, "faint", tail)}\n`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === "object" && json !== null ? json as Record<string, unknown> : undefined;
  } catch {
    // The machine may have been switched off in the middle of a line.
    return undefined;
  }
}

function isLevel(level: unknown): level is Level {
  return typeof level === "string" && Object.hasOwn(COLOURS, level);
}

/** `2026-11-20 10:00:00` by the clock of this machine; what is no time stays as it is. */
function localTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return clean(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

/** A word as it is; all else as JSON, so that it is clear where it ends. */
function factOf(value: unknown): string {
  const isWord = typeof value === "string" && /^[^\s"=]+$/.test(value);
  return clean(isWord ? value : JSON.stringify(value) ?? "");
}
