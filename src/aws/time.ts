// Times in the cache files of AWS clients: every client writes them a little differently.

/**
 * Epoch milliseconds of a time as any AWS client writes it: `2026-11-21T08:10:38Z`, with a fraction (JavaScript SDK), a
 * space for the `T`, an offset such as `+02:00`, or the `UTC` of older Python clients (botocore utils.py). Undefined
 * for everything else: a time without a zone (Python clients crash on it, the JavaScript SDK takes it for local time),
 * an epoch number, a day that is in no calendar.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  // Nearly every file has this very form; it is told without a regular expression, which costs at start-up.
  const usual = value.length === 20 ? Date.parse(value) : NaN;
  if (isWritable(usual) && formatTime(usual) === value) return usual;
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)([.,]\d{1,9})?(?:Z|z| ?UTC|([+-])(\d\d):?(\d\d)?)$/.exec(value);
  if (match === null) return undefined;
  const [, day, clock, fraction, sign, hours = "0", minutes = "0"] = match;
  const wall = Date.parse(`${day}T${clock}Z`);
  // `Date.parse` takes 30 February for 2 March, and 24:00 for the next day.
  if (!isWritable(wall) || formatTime(wall) !== `${day}T${clock}Z`) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  const fractionMs = fraction === undefined ? 0 : Number(fraction.slice(1, 4).padEnd(3, "0"));
  const at = wall + fractionMs - offsetMs;
  return isWritable(at) ? at : undefined;
}

/**
 * `YYYY-MM-DDTHH:MM:SSZ`, the one form that all clients read, the second that has begun (botocore tokens.py
 * `_serialize_utc_timestamp`).
 *
 * @throws {RangeError} for a time that no four-digit year can hold
 */
export function formatTime(at: number): string {
  if (!isWritable(at)) throw new RangeError(`no four-digit year: ${at}`);
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Whether {@link formatTime} can write it: the year has four digits, 0000 to 9999. */
export function isWritable(at: number): boolean {
  return at >= -62_167_219_200_000 && at < 253_402_300_800_000;
}
