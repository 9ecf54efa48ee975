// The OIDC client that a login is made with: the cached one if it fits, else a new one.
import { browserClient, browserRegistration } from "../aws/browser_login.ts";
import {
  formatRegistration,
  isFitFor,
  readRegistration,
  type Registration,
  registrationPath,
} from "../aws/registration_cache.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { writeFileAtomic } from "../store/atomic_file.ts";
import type { Run } from "./context.ts";
import { signInUrl } from "./start_urls.ts";
import { sessionTargets } from "./targets.ts";

/** A registration that ends earlier is not worth a person's approval. */
export const REGISTRATION_LEAST_MS = 24 * 3_600_000;
/** Without this scope AWS gives no refresh token; it is what the AWS CLI asks for by default in its newer flow. */
const DEFAULT_SCOPES: readonly string[] = ["sso:account:access"];

/** What the registration is to be good for. */
export interface Wanted {
  readonly flow: "device" | "browser";
  /** It must still live so long. */
  readonly leastMs?: number;
  /** AWS does not accept the cached one any more. */
  readonly anew?: boolean;
}

/**
 * A registration that fits, kept where the AWS CLI looks for it. Both flows share one file: a registration of the other
 * flow is replaced, as the AWS CLI does.
 *
 * @throws {AwsError} {@link UserError}
 */
export async function registrationFor(
  run: Run,
  session: Session,
  { flow, leastMs = REGISTRATION_LEAST_MS, anew = false }: Wanted,
): Promise<Registration> {
  const { system, aws } = run;
  const scopes = [...session.scopes ?? DEFAULT_SCOPES];
  const cached = await readRegistration(system, session);
  const until = system.now() + leastMs;
  if (!anew && cached.kind === "registration" && isFitFor(flow, cached.registration, scopes, until)) {
    return cached.registration;
  }
  const clientName = `botocore-client-${session.legacy ? Math.floor(system.now() / 1000) : session.name}`;
  const answer = await aws.call(
    "RegisterClient",
    sessionTargets(session, system.env).oidc,
    flow === "device" ? { clientName, scopes } : browserClient(clientName, scopes, signInUrl(run, session)),
  );
  const registration = flow === "browser"
    ? browserRegistration(answer, scopes)
    : { clientId: answer.clientId, clientSecret: new Secret(answer.clientSecret), expiresAt: answer.expiresAt, scopes };
  await writeFileAtomic(registrationPath(system.home, session), formatRegistration(registration));
  return registration;
}
