// Waits until a person has allowed a device authorization (RFC 8628), at the pace AWS asks for.
import { AwsError } from "../aws/client.ts";
import type { Output, Target } from "../aws/protocol.ts";
import type { Registration } from "../aws/registration_cache.ts";
import type { Run } from "./context.ts";

/** A device authorization under way. */
export interface Pending {
  readonly registration: Registration;
  readonly deviceCode: string;
  readonly intervalS: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export type LoginEnd =
  | { readonly result: "approved"; readonly token: Output<"CreateToken"> }
  | { readonly result: "denied" | "expired" }
  | { readonly result: "refused"; readonly error: AwsError };

/** Never without a pause, whatever the answer says. */
const SHORTEST_INTERVAL_S = 1;
/** `slow_down` adds this to the interval for good (RFC 8628 section 3.5, AWS CLI). */
const SLOW_DOWN_MS = 5_000;

/** Polls until the end of the code. Failures of the network end nothing: the code outlives them. */
export async function waitForApproval({ aws, system, log }: Run, oidc: Target, pending: Pending): Promise<LoginEnd> {
  const { registration, deviceCode, expiresAt } = pending;
  let pauseMs = Math.max(pending.intervalS, SHORTEST_INTERVAL_S) * 1000;
  while (system.now() + pauseMs < expiresAt) {
    await system.sleep(pauseMs);
    try {
      const token = await aws.call("CreateToken", oidc, {
        clientId: registration.clientId,
        clientSecret: registration.clientSecret.reveal(),
        deviceCode,
      });
      return { result: "approved", token };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code, kind, status, reason } = error.failure;
      if (code === "AuthorizationPendingException") continue;
      if (code === "SlowDownException") pauseMs += SLOW_DOWN_MS;
      // With a reason it is no person who denied, but a key of KMS.
      else if (code === "AccessDeniedException" && !reason) return { result: "denied" };
      else if (code === "ExpiredTokenException") return { result: "expired" };
      else if (kind !== "service" || status === 429 || (status ?? 500) >= 500) {
        log.info("asking again for the approval", { error: error.message });
      } else return { result: "refused", error };
    }
  }
  return { result: "expired" };
}
