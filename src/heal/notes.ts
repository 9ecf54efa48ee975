// What a refresh, a login or a proof leaves in our own record of the session.
import { observedLife, withLife } from "../domain/forecast.ts";
import type { Fault } from "../domain/report.ts";
import type { Session } from "../domain/session.ts";
import type { Token } from "../domain/token.ts";
import { fingerprintOf, type ProfileProof, type SessionRecord } from "../store/session_record.ts";
import type { Context } from "./context.ts";
import { faultOf } from "./faults.ts";
import type { View } from "./look.ts";
import { unlessLoggedOut } from "./unless_logged_out.ts";
import { updateRecord, updateRecordLocked } from "./update_record.ts";

type Who = Pick<Context, "system">;

/** Everything about failed attempts, gone. */
const NO_FAILURE = {
  refused: undefined,
  retryAt: undefined,
  failures: undefined,
  failingSince: undefined,
  lastError: undefined,
  deniedAt: undefined,
} as const;

/**
 * A new pair that we got ourselves and that is on the disk already: that it cannot be noted is no failure of the
 * session. The caller holds the session's lock.
 */
export async function rememberRefreshed(
  { system, log }: Context,
  session: Session,
  token: Token,
  issuedAt: number,
  login: Pick<SessionRecord, "loginAt"> = {},
): Promise<void> {
  const change = (record: SessionRecord): SessionRecord => ({
    ...record,
    ...NO_FAILURE,
    ...login,
    usedAt: record.usedAt ?? issuedAt,
    token: { fingerprint: fingerprintOf(token), issuedAt, lifeMs: token.expiresAt - issuedAt },
    lastRefreshAt: issuedAt,
  });
  await orWarn(log, session, updateRecordLocked(system, session.name, change));
}

/** A new sign-in; see {@link rememberRefreshed}. */
export async function rememberLogin(run: Context, session: Session, token: Token, issuedAt: number): Promise<void> {
  await rememberRefreshed(run, session, token, issuedAt, { loginAt: issuedAt });
}

/** A record that cannot be written is no failure of the session. */
async function orWarn(log: Context["log"], { name }: Session, noted: Promise<void>): Promise<void> {
  try {
    await noted;
  } catch (error) {
    log.warning(`cannot remember session ${name}`, { error: faultOf(error).message });
  }
}

/** A pair that another process stored; the caller holds the session's lock. */
export async function noteAdopted({ system }: Who, view: View): Promise<void> {
  await updateRecordLocked(system, view.session.name, (record) => withToken(record, view));
}

/**
 * The token was seen for the first time: that alone makes the session one that is used here. That it cannot be noted is
 * no failure of the session.
 */
export async function rememberSeen({ system, log }: Context, view: View): Promise<void> {
  if (view.fingerprint === undefined || view.fingerprint === view.record.token?.fingerprint) return;
  const { session } = view;
  const note = () => updateRecordLocked(system, session.name, (record) => withToken(record, view));
  await orWarn(log, session, unlessLoggedOut(system, session, note));
}

function withToken(record: SessionRecord, { fingerprint, seenAt }: View): SessionRecord {
  if (fingerprint === undefined || record.token?.fingerprint === fingerprint) return record;
  // How long it lives is not known, but AWS gives all tokens of a session the same life.
  const token = { fingerprint, lifeMs: record.token?.lifeMs };
  // After a refusal it can only come from a login by another program.
  const loginAt = record.refused === undefined ? record.loginAt : seenAt;
  return { ...record, ...NO_FAILURE, usedAt: record.usedAt ?? seenAt, loginAt, token };
}

/** A failure that may pass; the caller holds the lock. */
export async function noteTemporary({ system }: Who, view: View, error: Fault, retryAt: number): Promise<void> {
  const at = system.now();
  await updateRecordLocked(system, view.session.name, (record) => {
    const current = withToken(record, view);
    return {
      ...current,
      retryAt,
      failures: (current.failures ?? 0) + 1,
      failingSince: current.failingSince ?? at,
      lastError: { code: error.code, message: error.message, at },
    };
  });
}

/** A failure that a person must repair, without a login; the caller holds the lock. */
export async function noteBroken({ system }: Who, view: View, error: Fault): Promise<void> {
  const at = system.now();
  await updateRecordLocked(system, view.session.name, (record) => ({
    ...withToken(record, view),
    lastError: { code: error.code, message: error.message, broken: true, at },
  }));
}

/** What a person is to know about a sign-in that is not used; that it cannot be noted is no failure. */
export async function rememberProblem({ system, log }: Context, { session }: View, error: Fault): Promise<void> {
  const lastError = { code: error.code, message: error.message, at: system.now() };
  await orWarn(log, session, updateRecord(system, session.name, (record) => ({ ...record, lastError })));
}

/** Somebody said no on the sign-in page; that it cannot be noted is no failure. */
export async function rememberDenied({ system, log }: Context, { session }: View): Promise<void> {
  const deniedAt = system.now();
  await orWarn(log, session, updateRecord(system, session.name, (record) => ({ ...record, deniedAt })));
}

/** AWS refused for good: this pair is not tried again; the caller holds the lock. */
export async function noteRefused({ system }: Who, view: View, error: Fault): Promise<void> {
  const at = system.now();
  const { fingerprint } = view;
  await updateRecordLocked(system, view.session.name, (record) => ({
    ...withLifeOf(withToken(record, view), at),
    refused: fingerprint === undefined ? undefined : { fingerprint, code: error.code, at },
    lastError: { code: error.code, message: error.message, at },
  }));
}

/** AWS has ended the session: how long it lived is worth knowing. */
function withLifeOf(record: SessionRecord, refusedAt: number): SessionRecord {
  const { loginAt, lastRefreshAt, token } = record;
  const lastAliveAt = Math.max(loginAt ?? 0, lastRefreshAt ?? 0);
  const life = observedLife({ loginAt, lastAliveAt, refusedAt, tokenLifeMs: token?.lifeMs });
  // Counted once: the next life begins with the next login.
  return { ...record, loginAt: undefined, lives: life === undefined ? record.lives : withLife(record.lives, life) };
}

/** The newest proofs, in place of older ones of the same profiles; that they cannot be noted is no failure. */
export async function rememberProofs(
  { system, log }: Context,
  session: Session,
  proofs: readonly ProfileProof[],
  user?: string,
): Promise<void> {
  if (proofs.length === 0) return;
  const names = new Set(proofs.map(({ name }) => name));
  const change = (record: SessionRecord): SessionRecord => ({
    ...record,
    user: user ?? record.user,
    profiles: [...(record.profiles ?? []).filter(({ name }) => !names.has(name)), ...proofs],
  });
  const note = () => updateRecordLocked(system, session.name, change);
  await orWarn(log, session, unlessLoggedOut(system, session, note));
}
