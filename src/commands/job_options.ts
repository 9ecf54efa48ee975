// Options of the commands that set up checks to come.
import { INTERVALS, nearestIntervals } from "../domain/interval.ts";
import type { UserError } from "../domain/problem.ts";
import { wrongUsage } from "./options.ts";

/** The last value of an option that means one thing. */
export function only(name: string, values: readonly string[]): string | undefined {
  if (values.length > 1) throw wrongUsage(`Option "--${name}" can be given once`, ["leave out the others"]);
  return values[0];
}

/** An interval that cron and launchd cannot keep. */
export function wrongInterval(ms: number): UserError {
  const near = nearestIntervals(ms).map((each) => `${each}m`).join(" or ");
  return wrongUsage(`Option "--every" is a part of an hour: ${INTERVALS.join(", ")} minutes`, [
    `write: --every ${near}`,
  ]);
}
