// Rows and columns that fit the screen.
import { clip, pad, width } from "./cells.ts";
import { type Colour, paint, type Screen } from "./screen.ts";

/** Text that is already clean, in one colour. */
export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

export interface Column {
  readonly header: string;
  /** May be cut down to this many columns when the screen is narrow; absent: never cut. */
  readonly least?: number;
}

const GAP = "  ";

/** Lines of a table: headers, then the rows. The widest column that may be cut gives way first. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], screen: Screen): string[] {
  const widths = columns.map(({ header }, at) =>
    Math.max(width(header), ...rows.map((row) => width(row[at]?.text ?? "")))
  );
  shrink(widths, columns, screen.columns - GAP.length * (columns.length - 1));
  const headers = columns.map(({ header }): Cell => ({ text: header, colour: "faint" }));
  return [headers, ...rows].map((row) => formatRow(row, widths, screen));
}

function shrink(widths: number[], columns: readonly Column[], available: number): void {
  let excess = widths.reduce((sum, cells) => sum + cells, 0) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [at, { least }] of columns.entries()) {
      if (least !== undefined && widths[at] > least && (widest < 0 || widths[at] > widths[widest])) widest = at;
    }
    if (widest < 0) return;
    widths[widest]--;
    excess--;
  }
}

function formatRow(row: readonly Cell[], widths: readonly number[], screen: Screen): string {
  const cells = row.map(({ text, colour }, at) => {
    const cut = clip(text, widths[at]);
    const filled = at === row.length - 1 ? "" : pad(cut, widths[at]).slice(cut.length);
    return paint(screen, colour, cut) + filled;
  });
  return cells.join(GAP).trimEnd();
}
