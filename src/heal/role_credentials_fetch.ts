// Gets the credentials of a profile from AWS: those of its SSO role by the session's token, then role by role.
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
    let credentials = cached ?? await fromSession(run, chain, seen!);
    for (const step of steps) {
      credentials = await assume(run, step, stsTarget(profile, session, system.env), credentials);
    }
    return credentials;
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
  const view = await look(system, { session: chain.session, chosen: true, profiles: [] }, { refreshAheadMs });
  if (!wantsRefresh(view) && !canProve(view)) throw noCredentials(chain, view, system);
  return view;
}

const NOTHING: Proved = { proofs: [], held: [] };

async function fromSession(run: Run, chain: RoleChain, seen: View): Promise<RoleCredentials> {
  const outcome: { got?: RoleCredentials; failure?: unknown } = {};
  const use = async (session: Session, token: Token): Promise<Proved> => {
    try {
      outcome.got = await readKept(run.system, chain) ?? await askPortal(run, chain, session, token);
    } catch (error) {
      if (isDeadToken(error)) return { ...NOTHING, tokenDead: error };
      outcome.failure = error;
    }
    return NOTHING;
  };
  const { refreshAheadMs } = seen;
  const { view, error } = await healSession(run, seen, { refreshAheadMs, force: false, probe: true, use });
  if (outcome.got !== undefined) return outcome.got;
  if (outcome.failure !== undefined) throw roleRefused(outcome.failure, chain);
  throw noCredentials(chain, view, run.system, error);
}

async function askPortal(run: Run, { root }: RoleChain, session: Session, token: Token): Promise<RoleCredentials> {
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

async function assume(run: Run, step: RoleStep, sts: Target, by: RoleCredentials): Promise<RoleCredentials> {
  const { roleArn, externalId, durationSeconds } = step;
  const sessionName = step.sessionName ?? `sso-heal-${Math.floor(run.system.now() / 1000)}`;
  const role = { roleArn, sessionName, externalId, durationSeconds };
  try {
    return credentialsOf(await callPatiently(run, "AssumeRole", sts, { ...keysOf(by), ...role }));
  } catch (error) {
    throw stepRefused(error, step);
  }
}
