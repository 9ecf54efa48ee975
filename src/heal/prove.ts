// Proves that a token works: role credentials from the portal, then STS says who they are.
import { AwsError, CALL_TIMEOUT_MS } from "../aws/client.ts";
import type { Input, Operation, Output, RoleKeys, Target } from "../aws/protocol.ts";
import { type RoleCredentials, rolePath } from "../aws/role_cache.ts";
import { formatRoleCredentials } from "../aws/role_format.ts";
import { delayAfter, WITHIN_RUN } from "../domain/backoff.ts";
import { classifyProof } from "../domain/classify.ts";
import { UserError } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import type { Token } from "../domain/token.ts";
import { writeFileAtomic } from "../store/atomic_file.ts";
import { LockHeld } from "../store/lock.ts";
import type { ProfileProof } from "../store/session_record.ts";
import type { Run } from "./context.ts";
import { roleFault, RUN_IS_OVER } from "./faults.ts";
import type { Role } from "./look.ts";
import { localFailure } from "./report.ts";
import { sessionTargets, stsTarget } from "./targets.ts";
import { unlessLoggedOut } from "./unless_logged_out.ts";

/** The proofs, and whether the portal does not know the token (401). */
export interface Proved {
  readonly proofs: readonly ProfileProof[];
  readonly tokenDead?: AwsError;
  /** Cache files of the credentials that were got but not kept; see {@link ProveOptions.hold}. */
  readonly held: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

export interface ProveOptions {
  /** Keep no credentials: whether the token itself is kept is not decided yet. */
  readonly hold?: boolean;
}

const TRIES = 3;
const LONGEST_PAUSE_MS = 5_000;
/** Side by side for one session; how fast they follow each other, `pace.ts` decides where they are many. */
const AT_ONCE = 4;

/** Proves `token` by each of `roles`, and keeps the credentials where the AWS CLI v2 looks for them. */
export async function prove(
  run: Run,
  session: Session,
  token: Token,
  roles: readonly Role[],
  { hold = false }: ProveOptions = {},
): Promise<Proved> {
  const held: { path: string; bytes: Uint8Array }[] = [];
  const keep = async (path: string, bytes: Uint8Array) => {
    if (hold) held.push({ path, bytes });
    else await keepCredentials(run, session, path, bytes);
  };
  const proofs: ProfileProof[] = [];
  let tokenDead: AwsError | undefined;
  const waiting = [...roles];
  const work = async () => {
    for (let role = waiting.shift(); role !== undefined && !tokenDead; role = waiting.shift()) {
      try {
        proofs.push(await proveRole(run, session, token, role, keep));
      } catch (error) {
        if (isDeadToken(error)) tokenDead = error;
        else proofs.push(failedProof(run, role, error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, roles.length) }, work));
  return { proofs, tokenDead, held };
}

/** Credentials that cannot be kept now because the session is busy are got again by the next check. */
export async function keepCredentials(
  { system, log }: Run,
  session: Session,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await unlessLoggedOut(system, session, () => writeFileAtomic(path, bytes));
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    log.info("role credentials are not kept", { session: session.name, error: error.message });
  }
}

type Keep = (path: string, bytes: Uint8Array) => Promise<void>;

async function proveRole(
  run: Run,
  session: Session,
  token: Token,
  { profile }: Role,
  keep: Keep,
): Promise<ProfileProof> {
  const { system } = run;
  const credentials = await credentialsFromPortal(run, session, token, profile);
  const keys = keysOf(credentials);
  const asked = callPatiently(run, "GetCallerIdentity", stsTarget(profile, session, system.env), keys);
  // Kept while STS answers, and also when it refuses: the keys are from the portal.
  const [kept, answer] = await Promise.allSettled([
    keep(rolePath(system.home, session, profile), formatRoleCredentials(credentials)),
    asked,
  ]);
  if (kept.status === "rejected") throw kept.reason;
  if (answer.status === "rejected") throw answer.reason;
  const { arn } = answer.value;
  return {
    name: profile.name,
    ok: true,
    arn,
    provedAt: system.now(),
    credentialsExpireAt: credentials.expiresAt,
  };
}

function failedProof({ system, log }: Run, { profile }: Role, error: unknown): ProfileProof {
  const base = { name: profile.name, ok: false, provedAt: system.now() } as const;
  if (error instanceof UserError) return { ...base, ...localFailure(error) };
  if (!(error instanceof AwsError)) throw error;
  log.info(`cannot prove profile ${profile.name}`, { error: error.message });
  if (classifyProof(error.failure) === "temporary") {
    return { ...base, temporary: true, code: error.failure.code, message: error.message };
  }
  const { code, message } = roleFault(error, profile.accountId, profile.roleName);
  return { ...base, code, message };
}

/** Asks the portal for credentials of a role. @throws {AwsError} @throws {UserError} as {@link sessionTargets} does. */
export async function credentialsFromPortal(
  run: Run,
  session: Session,
  token: Token,
  { accountId, roleName }: Pick<Role["profile"], "accountId" | "roleName">,
): Promise<RoleCredentials> {
  const { portal } = sessionTargets(session, run.system.env);
  const accessToken = token.accessToken.reveal();
  const keys = await callPatiently(run, "GetRoleCredentials", portal, { accessToken, accountId, roleName });
  return { ...credentialsOf(keys), accountId };
}

/** Keys as AWS gives them, as credentials. */
export function credentialsOf({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: Issued): RoleCredentials {
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    // Files know seconds only.
    expiresAt: Math.floor(expiresAt / 1000) * 1000,
  };
}

type Issued = Output<"GetRoleCredentials" | "AssumeRole">;

/** What a call is signed with. */
export function keysOf({ accessKeyId, secretAccessKey, sessionToken }: RoleCredentials): RoleKeys {
  return { accessKeyId, secretAccessKey: secretAccessKey.reveal(), sessionToken: sessionToken.reveal() };
}

/** A call that may be repeated: nothing is used up by it. */
export async function callPatiently<O extends Operation>(
  { aws, system, deadline }: Run,
  operation: O,
  target: Target,
  input: Input<O>,
): Promise<Output<O>> {
  for (let attempt = 1;; attempt++) {
    const leftMs = deadline - system.now();
    if (leftMs <= 0) {
      throw new AwsError(operation, target, RUN_IS_OVER);
    }
    try {
      return await aws.call(operation, target, input, Math.min(CALL_TIMEOUT_MS, leftMs));
    } catch (error) {
      if (!(error instanceof AwsError) || attempt >= TRIES) throw error;
      if (classifyProof(error.failure) !== "temporary") throw error;
      const pauseMs = delayAfter(WITHIN_RUN, attempt, system.random(), error.failure.retryAfterMs);
      if (pauseMs > LONGEST_PAUSE_MS || system.now() + pauseMs >= deadline) throw error;
      await system.sleep(pauseMs);
    }
  }
}

/** The portal does not know the access token. */
export function isDeadToken(error: unknown): error is AwsError {
  return error instanceof AwsError && error.operation === "GetRoleCredentials" &&
    classifyProof(error.failure) === "token-dead";
}
