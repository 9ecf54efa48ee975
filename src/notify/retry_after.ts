// When a service wants to be asked again.

/**
 * `Retry-After` in milliseconds: seconds (with a fraction at Discord) or a date (RFC 9110, section 10.2.3), which is
 * compared with the service's own clock where the answer says it. Undefined where there is none that can be read.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
  const until = Date.parse(value) - (Date.parse(headers["date"] ?? "") || Date.now());
  return Number.isNaN(until) ? undefined : Math.max(until, 0);
}
