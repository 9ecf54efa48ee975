// Options that several commands take, declared once.
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
