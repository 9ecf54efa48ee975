// Saves a token whose process was killed between AWS's answer and giving the file its name.
import { readToken, readTokenAt, tokenPath } from "../aws/token_cache.ts";
import type { Selected } from "../domain/select.ts";
import type { Session } from "../domain/session.ts";
import { samePair } from "../domain/token.ts";
import { publishTemporary } from "../store/atomic_file.ts";
import { LockHeld } from "../store/lock.ts";
import type { Context } from "./context.ts";
import { withSessionLock } from "./update_record.ts";

/**
 * Looks for answers of AWS that are whole on the disk but never got the name of the token file. Where AWS rotates refresh
 * tokens, such a file holds the only one that still works. It is taken when it is of the same client registration as
 * the present token and lives longer.
 */
export async function recoverTokens(
  context: Context,
  selected: readonly Selected[],
  leftovers: readonly string[],
): Promise<void> {
  for (const temporary of leftovers) {
    for (const { session } of selected) {
      if (session.problem !== undefined) continue;
      try {
        // Held by a refresh that is under way: then the file is not left behind but in use.
        const done = await withSessionLock(context.system, session.name, 0, () => recover(context, session, temporary));
        if (done) break;
      } catch (error) {
        if (error instanceof LockHeld) continue;
        context.log.warning("cannot use a token that was left behind", { temporary, error: (error as Error).message });
      }
    }
  }
}

async function recover({ system, log }: Context, session: Session, temporary: string): Promise<boolean> {
  const left = readTokenAt(temporary, session);
  const present = await readToken(system, session);
  if (left === undefined || present.kind !== "token" || samePair(left, present.token)) return false;
  const sameClient = left.clientId !== undefined && left.clientId === present.token.clientId &&
    left.startUrl === present.token.startUrl && left.region === present.token.region;
  if (!sameClient || left.expiresAt <= present.token.expiresAt) return false;
  await publishTemporary(temporary, tokenPath(system.home, session));
  log.info("recovered a token that a killed process had left behind", { session: session.name });
  return true;
}
