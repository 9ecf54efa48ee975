// Keeps what was got with a token only as long as the session has one: a logout meanwhile has the last word.
import { tokenPath } from "../aws/token_cache.ts";
import type { Session } from "../domain/session.ts";
import { isThere } from "../system/is_there.ts";
import type { System } from "../system/system.ts";
import { withSessionLock } from "./update_record.ts";

const LOCK_MS = 5_000;

/**
 * Runs `body` under the session's lock, which a logout takes too, if the token file is still there.
 *
 * @throws {LockHeld} when somebody else holds the lock for 5 seconds.
 */
export async function unlessLoggedOut(system: System, { name }: Session, body: () => Promise<void>): Promise<void> {
  await withSessionLock(system, name, LOCK_MS, async () => {
    if (isThere(tokenPath(system.home, { name }))) await body();
  });
}
