// Durations as people write and read them: `90s`, `10m`, `4h`, `7d`, and "3 h 12 min".

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_DAYS = 3650;

/** What {@link parseDuration} found: milliseconds, or why not (a clause that follows the quoted text). */
export type ParsedDuration = { readonly ms: number } | { readonly error: string };

/** Reads one of the four forms; a bare `0` is allowed, compounds such as `1h30m` are not. */
export function parseDuration(text: string): ParsedDuration {
  if (text === "0") return { ms: 0 };
  const unit = Object.hasOwn(UNITS, text.slice(-1)) ? UNITS[text.slice(-1)] : undefined;
  const digits = text.slice(0, -1);
  if (unit === undefined || !isDigits(digits)) return { error: "is not a duration (write 90s, 10m, 4h or 7d)" };
  const ms = Number(digits) * unit;
  return ms <= LONGEST_DAYS * 86_400_000 ? { ms } : { error: `is too long (at most ${LONGEST_DAYS}d)` };
}

/**
 * The two largest units, rounded down so that time left is never overstated: "6 d 4 h", "3 h 12 min", "47 min",
 * "20 s". The sign is dropped: the caller words "in" or "ago".
 */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, "h", minutes % 60, "min");
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function isDigits(text: string): boolean {
  for (const char of text) if (char < "0" || char > "9") return false;
  return text.length > 0;
}
