// Asks AWS whether a person has allowed a pending login (RFC 8628), at the pace AWS asks for.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import type { PendingLogin } from "../domain/pending.ts";
import type { Session } from "../domain/session.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import type { Run } from "./context.ts";
import { sessionTargets } from "./targets.ts";

export type LoginEnd =
  | { readonly result: "approved"; readonly token: Output<"CreateToken"> }
  | { readonly result: "denied" | "expired" }
  | { readonly result: "refused"; readonly error: AwsError };

/** One answer: the end, or when to ask again. */
export type Polled = LoginEnd | { readonly result: "waiting"; readonly pending: PendingLogin };

/** `slow_down` adds this to the interval for good (RFC 8628 section 3.5, AWS CLI). */
const SLOW_DOWN_MS = 5_000;

/**
 * Asks once. Failures of the network end nothing: the code outlives them. The caller holds the lock of the pending
 * login, and has waited until {@link PendingLogin.nextPollAt}.
 */
export async function pollOnce({ aws, system, log }: Run, session: Session, pending: PendingLogin): Promise<Polled> {
  if (system.now() >= pending.expiresAt) return { result: "expired" };
  let { intervalMs } = pending;
  try {
    const token = await aws.call("CreateToken", sessionTargets(session, system.env).oidc, {
      clientId: pending.clientId,
      clientSecret: pending.clientSecret.reveal(),
      deviceCode: pending.deviceCode.reveal(),
    });
    return { result: "approved", token };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, kind, status, reason } = error.failure;
    // With a reason it is no person who denied, but a key of KMS.
    if (code === "AccessDeniedException" && !reason) return { result: "denied" };
    if (code === "ExpiredTokenException") return { result: "expired" };
    if (code === "SlowDownException") intervalMs += SLOW_DOWN_MS;
    else if (code !== "AuthorizationPendingException") {
      if (kind === "service" && status !== 429 && (status ?? 500) < 500) return { result: "refused", error };
      log.info("asking again for the approval", { error: error.message });
    }
  }
  const waiting: PendingLogin = { ...pending, intervalMs, nextPollAt: system.now() + intervalMs };
  // Whoever goes on with it after this process knows the pace.
  await savePendingLogin(system.home, waiting);
  return { result: "waiting", pending: waiting };
}
