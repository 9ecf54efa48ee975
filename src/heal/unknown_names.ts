// Words for names of sessions and profiles that the AWS config does not have.
import { EXIT, type Problem, UserError } from "../domain/problem.ts";
import { didYouMean } from "../domain/suggest.ts";

type Kind = "session" | "profile";

/** @throws {UserError} (exit 2) if there is any; only the first is named. */
export function refuseUnknown(kind: Kind, [pattern]: readonly string[], names: readonly string[]): void {
  if (pattern === undefined || pattern === "*") return;
  throw new UserError(`Cannot find ${kind} "${pattern}" in the AWS config`, [
    ...suggestion(pattern, names),
    names.length === 0 ? "the AWS config file has no SSO configuration yet" : `there is: ${listed(names)}`,
  ], EXIT.usage);
}

/** The warning about a pattern of our own config that matches nothing. */
export function missingInConfig(kind: Kind, pattern: string, names: readonly string[]): Problem {
  return {
    code: "NothingMatches",
    message: `"${pattern}" in [check] ${kind}s matches no ${kind} of the AWS config`,
    hint: suggestion(pattern, names)[0] ?? `correct ${kind}s in ~/.config/sso-heal/config.ini`,
  };
}

function suggestion(word: string, names: readonly string[]): string[] {
  const near = didYouMean(word, names);
  return near === undefined ? [] : [`did you mean "${near}"?`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
