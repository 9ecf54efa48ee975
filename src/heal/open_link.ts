// Asks AWS for a link that a person can approve (RFC 8628), and keeps it as the pending login of the session.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import type { Registration } from "../aws/registration_cache.ts";
import type { PendingLogin } from "../domain/pending.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import type { Run } from "./context.ts";
import { registrationFor } from "./registration.ts";
import { signInUrl } from "./start_urls.ts";
import { sessionTargets } from "./targets.ts";

/**
 * A new link for the session, stored in place of any former one. The caller holds the lock of its pending login.
 *
 * @param leastMs how long the client registration must still live, else it is renewed before
 * @throws {AwsError} {@link UserError}
 */
export async function openLink(run: Run, session: Session, leastMs?: number): Promise<PendingLogin> {
  const { registration, authorization } = await authorize(run, session, leastMs);
  const now = run.system.now();
  const intervalMs = authorization.intervalS * 1000;
  const pending: PendingLogin = {
    session: session.name,
    startUrl: session.startUrl,
    region: session.region,
    clientId: registration.clientId,
    clientSecret: registration.clientSecret,
    registrationExpiresAt: registration.expiresAt,
    deviceCode: new Secret(authorization.deviceCode),
    userCode: authorization.userCode,
    verificationUri: authorization.verificationUri,
    verificationUriComplete: authorization.verificationUriComplete,
    startedAt: now,
    expiresAt: now + authorization.expiresInS * 1000,
    intervalMs,
    nextPollAt: now + intervalMs,
  };
  await savePendingLogin(run.system.home, pending);
  return pending;
}

interface Authorized {
  readonly registration: Registration;
  readonly authorization: Output<"StartDeviceAuthorization">;
}

/** A registration that AWS does not accept any more is made anew, once. */
async function authorize(run: Run, session: Session, leastMs?: number): Promise<Authorized> {
  const startUrl = signInUrl(run, session);
  for (let attempt = 1;; attempt++) {
    const registration = await registrationFor(run, session, { flow: "device", leastMs, anew: attempt > 1 });
    try {
      const authorization = await run.aws.call(
        "StartDeviceAuthorization",
        sessionTargets(session, run.system.env).oidc,
        {
          clientId: registration.clientId,
          clientSecret: registration.clientSecret.reveal(),
          startUrl,
        },
      );
      return { registration, authorization };
    } catch (error) {
      const refused = error instanceof AwsError &&
        ["InvalidClientException", "UnauthorizedClientException"].includes(error.failure.code);
      if (!refused || attempt > 1) throw error;
    }
  }
}
