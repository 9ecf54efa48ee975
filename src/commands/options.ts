// Options that several commands take, declared once.
import { INTERVALS, nearestIntervals } from "../domain/interval.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Choice } from "../domain/select.ts";
import type { Given, Options } from "./command.ts";

/** Which sessions and profiles. */
export const SELECTION = {
  session: { kind: "list", value: "NAME", help: "only this session; repeatable, * and ? match any text" },
  profile: { kind: "list", value: "NAME", help: "only this profile; repeatable, * and ? match any text" },
} as const satisfies Options;

/** For commands that print data. */
export const JSON_OUTPUT = {
  json: { kind: "flag", help: "print one JSON document instead of text" },
} as const satisfies Options;

/** The choice of the user for the use cases. */
export function choiceOf(given: Given<typeof SELECTION>): Choice {
  return { sessions: given.session, profiles: given.profile };
}

/** An error of the command line itself; `hints` are the way out. */
export function wrongUsage(message: string, hints: readonly string[] = []): UserError {
  return new UserError(message, hints, EXIT.usage);
}

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
