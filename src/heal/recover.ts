// Saves a token whose process was killed between AWS's answer and giving the file its name.
import { readRegistration } from "../aws/registration_cache.ts";
import { readToken, readTokenAt, type TokenFile, tokenPath } from "../aws/token_cache.ts";
import type { Session } from "../domain/session.ts";
import { isRefreshable, samePair, type Token } from "../domain/token.ts";
import { publishTemporary } from "../store/atomic_file.ts";
import { acquireLock, type Lock, LockHeld } from "../store/lock.ts";
import { loginLockPath, sessionLockPath } from "../store/paths.ts";
import { readPendingLogin, removePendingLogin } from "../store/pending_login.ts";
import { removeFile } from "../store/remove_file.ts";
import { fingerprintOf, readSessionRecord } from "../store/session_record.ts";
import { isLeftBehind } from "../store/temporary.ts";
import type { Context } from "./context.ts";
import { updateRecordLocked } from "./update_record.ts";

/** What a token that was left behind is to a session. */
type Verdict = "taken" | "superseded" | "perhaps";

/**
 * Looks for answers of AWS that are whole on the disk but never got the name of the token file. Where AWS rotates refresh
 * tokens, such a file holds the only one that still works, so it stays for ever unless it is
 *
 * - taken: it lives longer than the token that is there, and the session's own client got it, by a refresh or a login;
 * - superseded: every session it can belong to has a token that lives longer.
 *
 * A login is not taken where only a certain person may sign in (`expectedUser`): nobody has proved who it was. Files
 * that hold no token are removed when they are old and nobody is at work: a clock that was set makes any file look old.
 *
 * @param sessions all that are configured, also those that this run is not about
 */
export async function recoverTokens(
  context: Context,
  sessions: readonly Session[],
  leftovers: readonly string[],
  expectedUser?: string,
): Promise<void> {
  const usable = sessions.filter(({ problem }) => problem === undefined);
  for (const temporary of leftovers) await recover(context, usable, temporary, expectedUser);
  const now = context.system.now();
  const useless = () => leftovers.filter((path) => isLeftBehind(path, now) && readTokenAt(path, ANY) === undefined);
  // Looked at again under the locks.
  if (useless().length > 0) await undisturbed(context, usable, () => Promise.resolve(useless().forEach(removeFile)));
}

/** Any file of ours says its own. */
const ANY = { name: "", startUrl: "", region: "" };

async function recover(
  context: Context,
  sessions: readonly Session[],
  temporary: string,
  expectedUser?: string,
): Promise<void> {
  const left = readTokenAt(temporary, ANY);
  if (left === undefined) return;
  // The start URL of the config may be written in another way since: a refresh keeps that of the token.
  const possible = sessions.filter((session) =>
    [session, readTokenAt(tokenPath(context.system.home, session), session)].some((place) =>
      place?.startUrl === left.startUrl && place.region === left.region
    )
  );
  const verdicts: (Verdict | undefined)[] = [];
  for (const session of possible) {
    const verdict = await undisturbed(context, [session], () => judge(context, session, temporary, expectedUser));
    if (verdict === "taken") return;
    verdicts.push(verdict);
  }
  if (verdicts.length === 0 || verdicts.some((verdict) => verdict !== "superseded")) return;
  await undisturbed(context, possible, () => Promise.resolve(removeFile(temporary)));
}

/** Takes the token if it is the session's; the caller holds the locks of both the session and its pending login. */
async function judge(
  { system, log }: Context,
  session: Session,
  temporary: string,
  expectedUser?: string,
): Promise<Verdict> {
  const left = readTokenAt(temporary, session);
  const present = await readToken(system, session);
  if (left === undefined) return "perhaps";
  if (present.kind === "token") {
    if (samePair(left, present.token) || left.expiresAt < present.token.expiresAt) return "superseded";
    if (left.expiresAt === present.token.expiresAt) return "perhaps";
  }
  const pending = readPendingLogin(system.home, session);
  const asked = pending !== undefined && left.clientId === pending.clientId;
  const sameClient = present.kind === "token" && left.clientId !== undefined &&
    left.clientId === present.token.clientId;
  if (!sameClient && !asked && !await isFromLogin(system, session, left, present)) return "perhaps";
  if (expectedUser !== undefined && (asked || !sameClient)) return "perhaps";

  await publishTemporary(temporary, tokenPath(system.home, session));
  log.info("recovered a token that a killed process had left behind", { session: session.name });
  if (!sameClient || (asked && !canBeRefreshed(system, session, present))) {
    // It was a login, and the code of it is used up.
    removePendingLogin(system.home, session.name);
    const loginAt = system.now();
    await updateRecordLocked(system, session.name, (record) => ({ ...record, loginAt }));
  }
  return "taken";
}

/** Whether the token was given to the session's client by a login of which nothing else is known (by browser). */
async function isFromLogin(
  system: Context["system"],
  session: Session,
  { clientId }: Token,
  present: TokenFile,
): Promise<boolean> {
  // A token that was known and is gone was removed by a logout: what it ended is not brought back.
  if (present.kind === "missing" && readSessionRecord(system.home, session.name).record.token !== undefined) {
    return false;
  }
  const registered = await readRegistration(system, session);
  return registered.kind === "registration" && registered.registration.clientId === clientId;
}

/** Whether the token of the file may have been refreshed: not after a refusal. */
function canBeRefreshed(system: Context["system"], { name }: Session, file: TokenFile): boolean {
  if (file.kind !== "token" || !isRefreshable(file.token, system.now())) return false;
  return readSessionRecord(system.home, name).record.refused?.fingerprint !== fingerprintOf(file.token);
}

/** Runs `body` while nobody refreshes these sessions or signs in; undefined when somebody does, or it fails. */
async function undisturbed<T>(
  { system, log }: Context,
  sessions: readonly Session[],
  body: () => Promise<T>,
): Promise<T | undefined> {
  const { home, now, sleep } = system;
  const locks: Lock[] = [];
  try {
    for (const { name } of sessions) {
      for (const path of [loginLockPath(home, name), sessionLockPath(home, name)]) {
        locks.push(await acquireLock(path, { timeoutMs: 0, now, sleep }));
      }
    }
    return await body();
  } catch (error) {
    // What is in use is not left behind.
    if (!(error instanceof LockHeld)) {
      log.warning("cannot finish with what was left behind", { error: (error as Error).message });
    }
    return undefined;
  } finally {
    for (const lock of locks) lock.release();
  }
}
