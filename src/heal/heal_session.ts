// One session of a check: refresh what is due, prove what is near its end.
import type { Action, Fault } from "../domain/report.ts";
import { AwsError } from "../aws/client.ts";
import { decide } from "../domain/decide.ts";
import type { Session } from "../domain/session.ts";
import { samePair, type Token } from "../domain/token.ts";
import type { ProfileProof } from "../store/session_record.ts";
import type { Run } from "./context.ts";
import { faultOf, otherCause, refusedFault, temporaryFault } from "./faults.ts";
import { canProve, look, rolesToProve, type View, wantsRefresh } from "./look.ts";
import { noteAdopted, noteBroken, noteRefused, noteTemporary, rememberProofs, rememberSeen } from "./notes.ts";
import { prove, type Proved } from "./prove.ts";
import { refresh, type Refreshed } from "./refresh.ts";
import { withSessionLock } from "./update_record.ts";

export interface HealOptions {
  readonly refreshAheadMs: number;
  readonly force: boolean;
  readonly probe: boolean;
  /** This run has refreshed the token already: when the portal does not know that one (401), another is of no use. */
  readonly refreshed?: boolean;
  /** What a token that lives is for, in place of the proofs that are due. Must not throw. */
  readonly use?: (session: Session, token: Token) => Promise<Proved>;
}

/** Somebody waits for credentials that a token which lives can give: so long it waits for another process. */
const PATIENCE_MS = 5_000;

/** What was done for a session, and how it is now. */
export interface Healed {
  readonly view: View;
  readonly action: Action;
  readonly error?: Fault & { readonly temporary?: boolean };
  readonly proofs: readonly ProfileProof[];
}

/** Works on one session. Never throws: whatever happens concerns this session only. */
export async function healSession(run: Run, seen: View, options: HealOptions): Promise<Healed> {
  let healed: Healed = { view: seen, action: options.refreshed ? "refreshed" : "none", proofs: [] };
  try {
    await rememberSeen(run, seen);
    if (wantsRefresh(seen)) {
      const { view, action, error } = await refreshFor(run, seen, options);
      healed = { view, action, error, proofs: [] };
      const isStuck = action === "failed" && error !== undefined && view.decision.state === "refresh-due";
      // Whoever needs credentials now needs them also of a token that can just not be refreshed.
      if (isStuck && options.use === undefined) return healed;
    }
    if (options.probe && canProve(healed.view)) healed = await proveRoles(run, healed, options);
  } catch (error) {
    const { temporary, ...fault } = faultOf(error);
    run.log.info(`cannot finish session ${seen.session.name}`, { error: fault.message });
    healed = { ...healed, action: "failed", error: { ...fault, temporary } };
  }
  return healed;
}

/** With a token that lives and is needed now, no trouble of this machine stands in the way: it is used as it is. */
async function refreshFor(run: Run, seen: View, options: HealOptions): Promise<Refreshed> {
  if (options.use === undefined || !canProve(seen)) return await refresh(run, seen, options);
  try {
    return await refresh(run, seen, { ...options, patienceMs: PATIENCE_MS });
  } catch (error) {
    const { temporary, ...fault } = faultOf(error);
    run.log.info(`cannot refresh session ${seen.session.name}`, { error: fault.message });
    return { view: seen, action: "failed", error: { ...fault, temporary } };
  }
}

async function proveRoles(run: Run, healed: Healed, options: HealOptions): Promise<Healed> {
  const { view } = healed;
  const first = await useToken(run, view, options);
  if (first === undefined) return healed;
  await rememberProofs(run, view.session, first.proofs);
  if (first.tokenDead === undefined) return { ...healed, proofs: first.proofs };
  return await reviveToken(run, { ...healed, proofs: first.proofs }, first.tokenDead, options);
}

async function useToken(run: Run, view: View, { use }: HealOptions): Promise<Proved | undefined> {
  const { session, token } = view;
  if (token === undefined) return undefined;
  if (use !== undefined) return await use(session, token);
  const roles = rolesToProve(view, run.system.now());
  return roles.length === 0 ? undefined : await prove(run, session, token, roles);
}

/** The portal does not know the token (401) although its time is not over: refresh once, prove again. */
async function reviveToken(run: Run, healed: Healed, refusal: AwsError, options: HealOptions): Promise<Healed> {
  const { view } = healed;
  const wanted = decide(
    { now: run.system.now(), token: view.token, refused: view.refused ? { code: refusal.failure.code } : undefined },
    { refreshAheadMs: view.refreshAheadMs, force: true },
  );
  if (wanted.action !== "refresh" || healed.action === "refreshed") {
    return await tokenIsDead(run, healed, refusal, options);
  }

  const { view: fresh, action, error } = await refresh(run, view, { ...options, force: true });
  const next: Healed = { ...healed, view: fresh, action, error };
  const second = action === "failed" ? undefined : await useToken(run, fresh, options);
  if (second === undefined) return next;
  await rememberProofs(run, fresh.session, second.proofs);
  const proved: Healed = { ...next, proofs: [...second.proofs, ...healed.proofs] };
  return second.tokenDead === undefined ? proved : await tokenIsDead(run, proved, second.tokenDead, options);
}

/** Nothing more can be tried: with a fresh token the portal is to blame, without one a person must sign in. */
async function tokenIsDead(run: Run, healed: Healed, refusal: AwsError, options: HealOptions): Promise<Healed> {
  const { view } = healed;
  const { session } = view;
  return await withSessionLock(run.system, session.name, Math.max(0, run.deadline - run.system.now()), async () => {
    const now = await look(run.system, view, { refreshAheadMs: options.refreshAheadMs });
    // Somebody has signed in or out meanwhile: then the refusal was about a token of the past.
    if (!samePair(now.token, view.token)) {
      await noteAdopted(run, now);
      return { ...healed, action: now.token === undefined ? "failed" : "adopted", view: now };
    }
    if (healed.action === "refreshed") {
      const fault = { ...temporaryFault(refusal), temporary: true };
      await noteTemporary(run, view, fault, run.system.now());
      return { ...healed, error: fault };
    }
    const elsewhere = view.token && otherCause(session, view.token, run.aws.clockOffsetMs);
    const fault = elsewhere ?? refusedFault(refusal.failure.code, session);
    if (elsewhere) await noteBroken(run, view, fault);
    else await noteRefused(run, view, fault);
    return {
      ...healed,
      action: "failed",
      view: await look(run.system, view, { refreshAheadMs: options.refreshAheadMs }),
      error: elsewhere ? { ...fault, temporary: false } : fault,
    };
  });
}
