// Asks AWS whether a person has allowed a pending login (RFC 8628), at the pace AWS asks for.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import { classifyRefresh } from "../domain/classify.ts";
import type { PendingLogin } from "../domain/pending.ts";
import type { Session } from "../domain/session.ts";
import { tryLock } from "../store/lock.ts";
import { sessionLockPath } from "../store/paths.ts";
import { readPendingLogin, savePendingLogin } from "../store/pending_login.ts";
import type { Run } from "./context.ts";
import { sessionTargets } from "./targets.ts";

export type LoginEnd =
  | { readonly result: "approved"; readonly token: Output<"CreateToken"> }
  /** `lost`: an answer of AWS was, and the code is used up. `called-off`: a logout came in between. */
  | { readonly result: "denied" | "expired" | "lost" | "called-off" }
  | { readonly result: "refused"; readonly error: AwsError };

/** One answer: the end, or when to ask again. */
export type Polled = LoginEnd | { readonly result: "waiting"; readonly pending: PendingLogin };

/** `slow_down` adds this to the interval for good (RFC 8628 section 3.5, AWS CLI). */
const SLOW_DOWN_MS = 5_000;

/** A session's own lock is held for moments; the pace of the polls is not worth a longer wait. */
const LOCK_MS = 2_000;

/**
 * Asks once. Failures of the network end nothing: the code outlives them. The caller holds the lock of the pending
 * login, and has waited until {@link PendingLogin.nextPollAt}.
 */
export async function pollOnce({ aws, system, log }: Run, session: Session, pending: PendingLogin): Promise<Polled> {
  if (system.now() >= pending.expiresAt) return { result: "expired" };
  let { intervalMs, answerLost } = pending;
  try {
    const token = await aws.call("CreateToken", sessionTargets(session, system.env).oidc, {
      clientId: pending.clientId,
      clientSecret: pending.clientSecret.reveal(),
      deviceCode: pending.deviceCode.reveal(),
    });
    return { result: "approved", token };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, kind, reason } = error.failure;
    // With a reason it is no person who denied, but a key of KMS.
    if (code === "AccessDeniedException" && !reason) return { result: "denied" };
    if (code === "ExpiredTokenException") return { result: "expired" };
    if (code === "SlowDownException") intervalMs += SLOW_DOWN_MS;
    else if (code !== "AuthorizationPendingException") {
      if (classifyRefresh(error.failure) !== "temporary") {
        return answerLost && isUnknownCode(error) ? { result: "lost" } : { result: "refused", error };
      }
      answerLost ||= kind !== "service";
      log.info("asking again for the approval", { error: error.message });
    }
  }
  const waiting: PendingLogin = { ...pending, intervalMs, answerLost, nextPollAt: system.now() + intervalMs };
  return await keep(system, session, waiting) ? { result: "waiting", pending: waiting } : { result: "called-off" };
}

/** What AWS says of a code that it does not know, or that was used. */
export function isUnknownCode({ failure }: AwsError): boolean {
  return failure.code === "InvalidGrantException";
}

/**
 * Whoever goes on with it after this process shall know the pace. False when the link is gone: what a logout has removed
 * does not come back.
 */
async function keep(system: Run["system"], session: Session, pending: PendingLogin): Promise<boolean> {
  const { home, now, sleep } = system;
  const isStillThere = () => readPendingLogin(home, session)?.userCode === pending.userCode;
  const lock = await tryLock(sessionLockPath(home, session.name), { now, sleep, timeoutMs: LOCK_MS });
  try {
    if (!isStillThere()) return false;
    if (lock !== undefined) await savePendingLogin(home, pending);
    return true;
  } finally {
    lock?.release();
  }
}
