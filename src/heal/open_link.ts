// Asks AWS for a link that a person can approve (RFC 8628), and keeps it as the pending login of the session.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import {
  formatRegistration,
  isFitFor,
  readRegistration,
  type Registration,
  registrationPath,
} from "../aws/registration_cache.ts";
import type { PendingLogin } from "../domain/pending.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { writeFileAtomic } from "../store/atomic_file.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import type { Run } from "./context.ts";
import { signInUrl } from "./start_urls.ts";
import { sessionTargets } from "./targets.ts";

/** A registration that ends earlier is not worth a person's approval. */
export const REGISTRATION_LEAST_MS = 24 * 3_600_000;
/** Without this scope AWS gives no refresh token; it is what the AWS CLI asks for by default in its newer flow. */
export const DEFAULT_SCOPES: readonly string[] = ["sso:account:access"];

/**
 * A new link for the session, stored in place of any former one. The caller holds the lock of its pending login.
 *
 * @param leastMs how long the client registration must still live, else it is renewed before
 * @throws {AwsError} {@link UserError}
 */
export async function openLink(run: Run, session: Session, leastMs = REGISTRATION_LEAST_MS): Promise<PendingLogin> {
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
async function authorize(run: Run, session: Session, leastMs: number): Promise<Authorized> {
  const startUrl = signInUrl(run, session);
  for (let attempt = 1;; attempt++) {
    const registration = await register(run, session, leastMs, attempt > 1);
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

/** The cached registration if it fits, else a new one, kept where the AWS CLI looks for it. */
async function register(run: Run, session: Session, leastMs: number, anew: boolean): Promise<Registration> {
  const { system, aws } = run;
  const scopes = [...session.scopes ?? DEFAULT_SCOPES];
  const cached = await readRegistration(system, session);
  const until = system.now() + leastMs;
  if (!anew && cached.kind === "registration" && isFitFor("device", cached.registration, scopes, until)) {
    return cached.registration;
  }
  const answer = await aws.call("RegisterClient", sessionTargets(session, system.env).oidc, {
    clientName: `botocore-client-${session.legacy ? Math.floor(system.now() / 1000) : session.name}`,
    scopes,
  });
  const { clientId, expiresAt } = answer;
  const registration: Registration = { clientId, clientSecret: new Secret(answer.clientSecret), expiresAt, scopes };
  await writeFileAtomic(registrationPath(system.home, session), formatRegistration(registration));
  return registration;
}
