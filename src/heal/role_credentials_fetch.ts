// Gets the credentials of a profile from AWS: those of its SSO role by the session's token, then role by role.
import { AwsError } from "../aws/client.ts";
import type { Target } from "../aws/protocol.ts";
import { type RoleCredentials, rolePath } from "../aws/role_cache.ts";
import type { RoleChain } from "../aws/role_chain.ts";
import type { RoleStep } from "../aws/role_chain_step.ts";
import { formatRoleCredentials } from "../aws/role_format.ts";
import type { Selected } from "../domain/select.ts";
import type { Session } from "../domain/session.ts";
import type { Token } from "../domain/token.ts";
import { awsPaths } from "../store/paths.ts";
import { listTemporary } from "../store/temporary.ts";
import type { Context, Run } from "./context.ts";
import { healSession } from "./heal_session.ts";
import { canProve, look, type View, wantsRefresh } from "./look.ts";
import { callPatiently, credentialsFromPortal, credentialsOf, isDeadToken, keepCredentials, keysOf } from "./prove.ts";
import type { Proved } from "./prove.ts";
import { readKept } from "./role_credentials.ts";
import { noCredentials, roleRefused, stepRefused } from "./role_credentials_refusals.ts";
import { loadSetup } from "./setup.ts";
import { caCertsOf, hostsOf, stsTarget } from "./targets.ts";

/** Those who run this as a `credential_process` wait for a minute (AWS SDK for Go): our own words come before. */
const TIMEOUT_MS = 50_000;

/**
 * Credentials of `chain` from AWS. A token that is due is refreshed first, and so is one that the portal does not know
 * (401), once; a token that lives and cannot be refreshed now is used all the same.
 *
 * @param cached of the SSO role, when there is only to assume others from there
 * @throws {UserError} as `roleCredentials` does.
 */
export async function fetchCredentials(
  context: Context,
  chain: RoleChain,
  cached?: RoleCredentials,
): Promise<RoleCredentials> {
  const { system } = context;
  const deadline = system.now() + TIMEOUT_MS;
  const seen = cached === undefined ? await lookAtSession(context, chain) : undefined;
  const { session, steps, profile } = chain;
  // Only roles that are assumed need STS.
  const reached: Selected = { session, chosen: true, profiles: steps.length > 0 ? [profile] : [] };
  const connection = await context.connect(hostsOf([reached], system.env), caCertsOf([reached], system));
  try {
    const run: Run = { ...context, aws: connection, deadline };
    if (seen !== undefined) return await assumeAll(run, chain, await fromSession(run, chain, seen));
    const renew = async () => await fromSession(run, chain, await lookAtSession(context, chain), cached);
    return await assumeAll(run, chain, cached!, renew);
  } finally {
    connection.close();
  }
}

/** @throws {UserError} when AWS need not be asked: no token that lives, and none to be had without a person. */
async function lookAtSession(context: Context, chain: RoleChain): Promise<View> {
  const { system } = context;
  const { config, inventory, refreshAheadMs } = await loadSetup(system, { sessions: [], profiles: [] });
  const leftovers = listTemporary(awsPaths(system.home).ssoCache);
  if (leftovers.length > 0) {
    const { recoverTokens } = await import("./recover.ts");
    await recoverTokens(context, inventory.sessions, leftovers, config.check.expectedUser);
  }
  const selected: Selected = { session: chain.session, chosen: true, profiles: [] };
  const view = await look(system, selected, { refreshAheadMs });
  if (wantsRefresh(view) || canProve(view)) return view;
  const forced = mayTryNow(view) ? await look(system, selected, { refreshAheadMs, force: true }) : view;
  if (!wantsRefresh(forced)) throw noCredentials(view, system, undefined, chain.root.name);
  return forced;
}

/**
 * Whether AWS may be asked although the next try of the checks is later: somebody waits, and the network may be back. Not
 * where AWS itself asked for patience.
 */
function mayTryNow({ decision, record: { lastError }, seenAt }: View): boolean {
  return decision.state === "refresh-due" && lastError !== undefined && !THROTTLED.has(lastError.code) &&
    seenAt - (lastError.at ?? 0) >= BETWEEN_TRIES_MS;
}

const BETWEEN_TRIES_MS = 30_000;
const THROTTLED = new Set(["SlowDownException", "TooManyRequestsException"]);

const NOTHING: Proved = { proofs: [], held: [] };

/** @param stale what AWS does not take any more, although it is kept */
async function fromSession(
  run: Run,
  chain: RoleChain,
  seen: View,
  stale?: RoleCredentials,
): Promise<RoleCredentials> {
  const outcome: { got?: RoleCredentials; failure?: unknown } = {};
  const use = async (session: Session, token: Token): Promise<Proved> => {
    try {
      const kept = await readKept(run.system, chain);
      const isStale = kept === undefined || kept.accessKeyId === stale?.accessKeyId;
      outcome.got = isStale ? await askPortal(run, chain, session, token) : kept;
    } catch (error) {
      if (isDeadToken(error)) return { ...NOTHING, tokenDead: error };
      outcome.failure = error;
    }
    return NOTHING;
  };
  const { refreshAheadMs } = seen;
  // What was seen as due is due, whatever our record says of the next try.
  const force = seen.record.retryAt !== undefined && wantsRefresh(seen);
  const { view, error } = await healSession(run, seen, { refreshAheadMs, force, probe: true, use });
  if (outcome.got !== undefined) return outcome.got;
  if (outcome.failure !== undefined) throw roleRefused(outcome.failure, chain);
  throw noCredentials(view, run.system, error, chain.root.name);
}

/**
 * New credentials of the SSO role of a chain; they are kept where the AWS CLI v2 looks for them, if that is possible.
 *
 * @throws {AwsError} that {@link roleRefused} words.
 */
export async function askPortal(
  run: Run,
  { root }: RoleChain,
  session: Session,
  token: Token,
): Promise<RoleCredentials> {
  const credentials = await credentialsFromPortal(run, session, token, root);
  try {
    const path = rolePath(run.system.home, session, root);
    await keepCredentials(run, session, path, formatRoleCredentials(credentials));
  } catch (error) {
    // A disk that is full or read-only makes the next time slower, and nothing worse.
    run.log.info("role credentials are not kept", { session: session.name, error: (error as Error).message });
  }
  return credentials;
}

/**
 * Credentials of the last role of a chain by those of its SSO role.
 *
 * @param renew gives others when AWS does not know those of the SSO role any more: a permission set that was provisioned
 *   anew ends them before their time
 * @throws {UserError} when one is refused.
 */
export async function assumeAll(
  run: Run,
  { session, steps, profile }: RoleChain,
  first: RoleCredentials,
  renew?: () => Promise<RoleCredentials>,
): Promise<RoleCredentials> {
  let credentials = first;
  for (const [at, step] of steps.entries()) {
    const target = stsTarget(profile, session, run.system.env);
    try {
      credentials = await assume(run, step, target, credentials);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const isUnknown = at === 0 && renew !== undefined && KEYS_NOT_TAKEN.has(error.failure.code);
      if (!isUnknown) throw stepRefused(error, step);
      credentials = await assume(run, step, target, await renew()).catch((error) => {
        throw stepRefused(error, step);
      });
    }
  }
  return credentials;
}

/** STS about keys that are over, or of a role that is not there any more. */
const KEYS_NOT_TAKEN = new Set(["InvalidClientTokenId", "ExpiredToken"]);

async function assume(run: Run, step: RoleStep, sts: Target, by: RoleCredentials): Promise<RoleCredentials> {
  const { roleArn, externalId, durationSeconds } = step;
  const sessionName = step.sessionName ?? `sso-heal-${Math.floor(run.system.now() / 1000)}`;
  const role = { roleArn, sessionName, externalId, durationSeconds };
  return credentialsOf(await callPatiently(run, "AssumeRole", sts, { ...keysOf(by), ...role }));
}
