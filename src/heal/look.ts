// Looks at one session: its token file, our own record, the cached role credentials, the clock.
import { readRoleCredentials, type RoleCredentials } from "../aws/role_cache.ts";
import { readToken, type TokenFile } from "../aws/token_cache.ts";
import { decide, type Decision, refreshWindow } from "../domain/decide.ts";
import type { Selected } from "../domain/select.ts";
import type { Profile, Session } from "../domain/session.ts";
import { isRefreshable, type Token } from "../domain/token.ts";
import { isOpen, type PendingLogin } from "../domain/pending.ts";
import { pendingLoginPath } from "../store/paths.ts";
import { fingerprintOf, readSessionRecord, type SessionRecord } from "../store/session_record.ts";
import { isThere } from "../system/is_there.ts";
import type { System } from "../system/system.ts";

/** Everything seen about one session at one moment. */
export interface View extends Selected {
  readonly seenAt: number;
  readonly record: SessionRecord;
  readonly file: TokenFile;
  readonly token?: Token;
  /** A login that waits for a person; open or not. */
  readonly pending?: PendingLogin;
  /** Generation mark of the token. */
  readonly fingerprint?: string;
  /** AWS has refused to refresh this very token. */
  readonly refused: boolean;
  readonly decision: Decision;
  readonly refreshAheadMs: number;
  readonly roles: readonly Role[];
}

/** One wanted profile and its cached credentials. */
export interface Role {
  readonly profile: Profile & { readonly accountId: string; readonly roleName: string };
  readonly credentials?: RoleCredentials;
}

export interface LookOptions {
  readonly refreshAheadMs: number;
  readonly force?: boolean;
}

/** Looks and decides; changes nothing. */
export async function look(system: System, selected: Selected, options: LookOptions): Promise<View> {
  const { session } = selected;
  const [file, ...roles] = await Promise.all([
    session.problem === undefined ? readToken(system, session) : Promise.resolve<TokenFile>({ kind: "missing" }),
    ...selected.profiles.map((profile) => lookAtRole(system, selected, profile as Role["profile"])),
  ]);
  const pending = await readPending(system.home, session);
  const token = file.kind === "token" ? file.token : undefined;
  const fingerprint = token && fingerprintOf(token);
  const record = currentRecord(readSessionRecord(system.home, session.name).record, fingerprint);
  const refused = record.refused !== undefined && record.refused.fingerprint === fingerprint;
  const refreshAheadMs = refreshWindow(options.refreshAheadMs, record.token?.lifeMs);
  const seenAt = system.now();
  const decision = decide({
    now: seenAt,
    token,
    pending,
    refused: refused ? record.refused : undefined,
    retryAt: record.retryAt,
    problem: session.problem ?? (file.kind === "damaged" ? file.problem : undefined),
  }, { refreshAheadMs, force: options.force });
  return { ...selected, seenAt, record, file, token, pending, fingerprint, refused, decision, refreshAheadMs, roles };
}

/** Nearly never there: then it costs one look. */
async function readPending(home: string, session: Session): Promise<PendingLogin | undefined> {
  if (!isThere(pendingLoginPath(home, session.name))) return undefined;
  return (await import("../store/pending_login.ts")).readPendingLogin(home, session);
}

/** What was noted about failed attempts concerns one generation of the token: a new one starts with a clean slate. */
function currentRecord(record: SessionRecord, fingerprint: string | undefined): SessionRecord {
  if (record.token?.fingerprint === fingerprint) return record;
  return { ...record, retryAt: undefined, failures: undefined, failingSince: undefined, lastError: undefined };
}

async function lookAtRole(system: System, { session }: Selected, profile: Role["profile"]): Promise<Role> {
  const file = await readRoleCredentials(system, session, profile);
  return file.kind === "credentials" ? { profile, credentials: file.credentials } : { profile };
}

/** Whether a token, a login that was begun or our record shows that this session was used on this machine. */
export function wasUsed(view: View): boolean {
  return view.file.kind !== "missing" || view.record.usedAt !== undefined || view.pending !== undefined;
}

/** Whether the token can be refreshed without a person, as far as is known. */
export function canRefresh({ token, refused, seenAt }: View): boolean | undefined {
  return token && !refused && isRefreshable(token, seenAt);
}

/** Roles whose cached credentials are near their end, or that were not proved the last time. */
export function rolesToProve(view: View, now: number): readonly Role[] {
  return view.roles.filter(({ profile, credentials }) => {
    if (credentials === undefined) return true;
    const proof = view.record.profiles?.find(({ name }) => name === profile.name);
    if (proof?.ok === false) return true;
    const life = proof?.provedAt !== undefined && proof.credentialsExpireAt === credentials.expiresAt
      ? credentials.expiresAt - proof.provedAt
      : undefined;
    return credentials.expiresAt - now < refreshWindow(view.refreshAheadMs, life);
  });
}

/**
 * Whether a refresh is to be tried: when it is due, and when the registration is over by our clock alone, because that may
 * be wrong by months, and AWS knows better.
 */
export function wantsRefresh({ decision, token }: View): boolean {
  if (decision.action === "refresh") return true;
  const isOver = "reason" in decision && decision.reason === "registration-over";
  return isOver && token?.refreshToken !== undefined;
}

/** Whether the session, as seen, needs AWS at all. */
export function needsAws(view: View, probe: boolean): boolean {
  return wantsRefresh(view) || (probe && canProve(view) && rolesToProve(view, view.seenAt).length > 0);
}

/** Whether a login is needed or under way. */
export function needsPerson({ decision, pending }: View, now: number): boolean {
  return "reason" in decision || isOpen(pending, now);
}

/** A token is proved as long as it lives, also when a person is needed soon: it is used to its end. */
export function canProve({ token, decision, seenAt }: View): boolean {
  return token !== undefined && token.expiresAt > seenAt && decision.state !== "broken";
}
