// Times in the files that are ours alone: RFC 3339 UTC outside, epoch milliseconds inside.

/** `2026-11-20T10:00:00Z`, with a fraction only where there is one; undefined for a time no calendar can show. */
export function formatInstant(at: number): string | undefined {
  // The years that RFC 3339 can write: 0000 to 9999.
  if (!(at >= -62_167_219_200_000 && at < 253_402_300_800_000)) return undefined;
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** The inverse of {@link formatInstant}: epoch milliseconds, undefined for anything else (also other zones). */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== "string" || text.length < 20 || text[10] !== "T" || !text.endsWith("Z")) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
