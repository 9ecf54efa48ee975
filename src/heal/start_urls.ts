// Start URLs of a company's own: where they lead is found out before AWS is asked for a link.
import { isAwsOwned } from "../aws/start_url.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Session } from "../domain/session.ts";
import type { Context, Run } from "./context.ts";
import { loginHint } from "./faults.ts";

/** By start URL: the one that AWS knows, or why there is none. */
export type StartUrls = ReadonlyMap<string, string | UserError>;

/** Asks each host once, before the connection to AWS is opened: later there is no way to a host that was not named. */
export async function resolveStartUrls(
  context: Context,
  sessions: readonly Session[],
  caCerts: readonly string[],
): Promise<StartUrls> {
  const found = new Map<string, string | UserError>();
  for (const { startUrl, region, problem } of sessions) {
    if (problem !== undefined || isAwsOwned(startUrl) || found.has(startUrl)) continue;
    try {
      const resolved = await context.resolveStartUrl(startUrl, caCerts);
      const elsewhere = resolved.region !== undefined && resolved.region !== region;
      found.set(startUrl, elsewhere ? wrongRegion(startUrl, resolved.region, region) : resolved.startUrl);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.set(startUrl, error);
    }
  }
  return found;
}

/** The URL to sign in at. @throws {UserError} when it is not known. */
export function signInUrl({ startUrls }: Run, session: Session): string {
  if (isAwsOwned(session.startUrl)) return session.startUrl;
  const found = startUrls?.get(session.startUrl);
  if (typeof found === "string") return found;
  throw found ?? new UserError(
    `Cannot sign in at ${session.startUrl} yet: where it leads was not asked in this run`,
    ["nothing to do: the next check asks", `or ${loginHint(session)}`],
    EXIT.temporary,
  );
}

function wrongRegion(startUrl: string, actual: string | undefined, configured: string): UserError {
  return new UserError(`Cannot sign in at ${startUrl}: it leads to ${actual}, but sso_region is ${configured}`, [
    `write sso_region = ${actual} in the AWS config file`,
  ]);
}
