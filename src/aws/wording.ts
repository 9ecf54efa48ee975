// How names and values of the AWS files are shown in a Problem: one line, quoted, and with the mistake pointed out.

const LONGEST_SHOWN = 60;

/** In double quotes, control characters escaped, so that a name from a file cannot play tricks on a terminal. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A value for a message: its first line and no more of it than is useful; what follows may be somebody's secret. */
export function shown(value: string): string {
  const newline = value.indexOf("\n");
  const line = newline === -1 ? value : value.slice(0, newline);
  return quoted(line.length > LONGEST_SHOWN ? line.slice(0, LONGEST_SHOWN) + "…" : line);
}

/** The fix for a value that does not look right: the traps of the format first, else what the caller says. */
export function fixFor(value: string, otherwise: string): string {
  if (value.includes("\n")) {
    return "the line below is indented, so it is read as part of this value: remove its indentation";
  }
  if (value.includes(" #") || value.includes(" ;") || value.includes("\t#") || value.includes("\t;")) {
    return "AWS files keep a comment behind a value as part of it: move the comment to a line of its own";
  }
  const first = value[0];
  if (value.length > 1 && (first === '"' || first === "'") && value.endsWith(first)) {
    return "AWS files keep quotes as part of the value: remove them";
  }
  return otherwise;
}
