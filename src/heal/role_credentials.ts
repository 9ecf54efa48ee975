// The credentials of one profile, for everything that hands them out: those that the AWS CLI has kept, else new ones.
import { readAwsFiles } from "../aws/config_file.ts";
import { readRoleCredentials, type RoleCredentials, rolePath } from "../aws/role_cache.ts";
import { type RoleChain, roleChainOf } from "../aws/role_chain.ts";
import type { System } from "../system/system.ts";
import type { Context } from "./context.ts";

/** Credentials of a profile. */
export interface ProfileCredentials {
  readonly profile: string;
  /** The profile's own, for what uses the credentials. */
  readonly region?: string;
  readonly credentials: RoleCredentials;
}

/** The AWS CLI takes none from its cache that end sooner (botocore `DEFAULT_EXPIRY_WINDOW_SECONDS`). */
export const LEAST_LEFT_MS = 15 * 60_000;
/** The longest that a permission set allows. */
export const LONGEST_LIFE_MS = 12 * 3_600_000;

/**
 * Credentials of the profile `name`. Those of its SSO role come from the cache of the AWS CLI v2, which keeps them 15
 * minutes before their end no longer, else from the portal; then they are kept there. Those of a role that is assumed
 * from there are always new, and kept nowhere.
 *
 * @throws {UserError} exit code 4 when a person must sign in, 75 for what may pass, 1 for a profile that cannot be used
 * and a role that AWS refuses.
 */
export async function roleCredentials(context: Context, name: string): Promise<ProfileCredentials> {
  const { chain, cached } = await lookUp(context.system, name);
  const credentials = isEnough(chain, cached)
    ? cached
    : await (await import("./role_credentials_fetch.ts")).fetchCredentials(context, chain, cached);
  return { profile: name, region: chain.profile.region, credentials };
}

/** The same as far as it goes without AWS. @throws {UserError} exit code 1 for a profile that cannot be used. */
export async function keptCredentials(system: System, name: string): Promise<ProfileCredentials | undefined> {
  const { chain, cached } = await lookUp(system, name);
  return isEnough(chain, cached) ? { profile: name, region: chain.profile.region, credentials: cached } : undefined;
}

function isEnough({ steps }: RoleChain, cached: RoleCredentials | undefined): cached is RoleCredentials {
  return cached !== undefined && steps.length === 0;
}

async function lookUp(system: System, name: string): Promise<{ chain: RoleChain; cached?: RoleCredentials }> {
  const found = await roleChainOf(name, await readAwsFiles(system), system.home);
  if (found.kind === "problem") {
    throw (await import("./role_credentials_refusals.ts")).unusable(found.problem, system.home);
  }
  const { chain } = found;
  return { chain, cached: await readKept(system, chain) };
}

/** What the cache holds for the SSO role of a chain, unless it ends too soon. */
export async function readKept(system: System, chain: RoleChain): Promise<RoleCredentials | undefined> {
  const credentials = (await readKeptRole(system, chain))?.credentials;
  return credentials === undefined || credentials.expiresAt - system.now() < LEAST_LEFT_MS ? undefined : credentials;
}

function changedAt(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0; // a logout has just removed it
    throw error;
  }
}

/** What the cache holds for the SSO role of a chain, over or not. */
export interface KeptRole {
  readonly credentials: RoleCredentials;
  /** How long they live in all; absent where it is not known. */
  readonly lifeMs?: number;
}

/** See {@link KeptRole}. */
export async function readKeptRole(system: System, { session, root }: RoleChain): Promise<KeptRole | undefined> {
  const file = await readRoleCredentials(system, session, root);
  if (file.kind !== "credentials") return undefined;
  const { credentials } = file;
  // Whoever gets credentials keeps them at once, so the file is as old as they are.
  const lifeMs = credentials.expiresAt - changedAt(rolePath(system.home, session, root));
  return { credentials, lifeMs: lifeMs > 0 && lifeMs <= LONGEST_LIFE_MS ? lifeMs : undefined };
}
