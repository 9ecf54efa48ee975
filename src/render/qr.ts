// A link as a QR code for the phone that is to open it. Loaded only when one is asked for.
import { renderUnicodeCompact } from "uqr";
import { width } from "./cells.ts";
import type { Screen } from "./screen.ts";

/** What the largest code holds (ISO/IEC 18004, version 40, level L). */
const MOST_BYTES = 2953;

/**
 * The code as lines of half blocks, or a sentence when there can be none: the link is too long for any code, or the
 * screen is too narrow for this one (a code that wraps cannot be read). The colours are set where there are any, because
 * a reader wants dark on light whatever the terminal's own colours are.
 */
export function drawQr(link: string, screen: Screen): string {
  if (new TextEncoder().encode(link).length > MOST_BYTES) return "(the link is too long for a QR code)";
  const lines = renderUnicodeCompact(link, { border: 2 }).split("\n");
  const cells = Math.max(...lines.map(width));
  if (cells > screen.columns) return `(the QR code needs ${cells} columns, this terminal has ${screen.columns})`;
  return lines.map((line) => screen.colour ? `\x1b[97;40m${line}\x1b[0m` : line).join("\n");
}
