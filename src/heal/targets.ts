// Where the calls of a session go, and which certificates they trust.
import { caBundle } from "../aws/ca_bundle.ts";
import { type ApiService, chooseEndpoint, overrideOf, usesDualstackPortal } from "../aws/endpoints.ts";
import { hostAndPort, isGrantable } from "../domain/host.ts";
import type { Target } from "../aws/protocol.ts";
import { UserError } from "../domain/problem.ts";
import type { Profile, Session } from "../domain/session.ts";
import type { Selected } from "../domain/select.ts";
import type { System } from "../system/system.ts";

export interface SessionTargets {
  readonly oidc: Target;
  readonly portal: Target;
}

type Env = System["env"];

/**
 * Targets of a session, by the settings of one of its profiles: see {@link settingsOf}.
 *
 * @throws {UserError} for a region, an override or a `ca_bundle` that cannot be used.
 */
export function sessionTargets(session: Session, env: Env): SessionTargets {
  const profile = settingsOf(session);
  refuseBadBundle(profile, env);
  const options = endpointOptions(profile);
  options.useDualstack ??= usesDualstackPortal(session.startUrl);
  const region = ssoRegion(session);
  const to = (service: ApiService) => target(region, (name) => chooseEndpoint(service, name, env, options));
  return { oidc: to("oidc"), portal: to("portal") };
}

/**
 * Target of STS for a profile: its own region, then that of the environment, then that of the session. Empty is unset.
 *
 * @throws {UserError} for a region, an override or a `ca_bundle` that cannot be used.
 */
export function stsTarget(profile: Profile, session: Session, env: Env): Target {
  refuseBadBundle(profile, env);
  const options = endpointOptions(profile);
  return target(regionOf(profile, session, env), (region) => chooseEndpoint("sts", region, env, options));
}

/** See {@link signInTarget}. */
export interface SignInPlace {
  /** In place of that of the profile; what `--region` or the environment said. */
  readonly region?: string;
  /** The public URL in a region, by `domain/console_url.ts`: only the one command that needs it loads that. */
  readonly publicUrl: (region: string) => string;
}

/**
 * Target of the sign-in to the web console, in the region of {@link stsTarget} unless another is given.
 *
 * @throws {UserError} as there, and for a region whose console is not known.
 */
export function signInTarget(profile: Profile, session: Session, env: Env, place: SignInPlace): Target {
  refuseBadBundle(profile, env);
  const region = place.region === undefined ? regionOf(profile, session, env) : [place.region, "--region"] as const;
  const options = endpointOptions(profile);
  return target(region, (name) => overrideOf("signin", env, options) ?? place.publicUrl(name));
}

/** A region, and where it was found. */
type FoundRegion = readonly [region: string, where: string];

function regionOf(profile: Profile, session: Session, env: Env): FoundRegion {
  const regions = [
    [profile.region, `region of profile "${profile.name}"`],
    [env.AWS_REGION, "AWS_REGION"],
    [env.AWS_DEFAULT_REGION, "AWS_DEFAULT_REGION"],
  ] as const;
  const [region, where] = regions.find(([value]) => value) ?? [];
  return region === undefined || where === undefined ? ssoRegion(session) : [region, where];
}

function ssoRegion({ region, name }: Session): FoundRegion {
  return [region, `sso_region of session "${name}"`];
}

/** It becomes a part of a host name: anything else could lead to another host. */
const REGION = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

function target([region, where]: FoundRegion, choose: (region: string) => string): Target {
  if (!REGION.test(region)) {
    throw new UserError(`Cannot use ${where} = "${region}": that is no region`, [
      `write a region such as us-east-1 in ${where}`,
    ]);
  }
  const endpoint = choose(region);
  // Only the host is shown: an override may hold a password.
  const host = hostAndPort(endpoint);
  if (!isGrantable(host)) {
    throw new UserError(`Cannot use the endpoint at "${host}": that is no valid host name`, [
      "correct endpoint_url in the AWS config file, or AWS_ENDPOINT_URL",
    ]);
  }
  return { region, endpoint };
}

/** `host:port` of everything that the sessions of a run may call. Sessions that cannot be called add none. */
export function hostsOf(selected: readonly Selected[], env: Env): string[] {
  const hosts = new Set<string>();
  for (const { session, profiles } of selected) {
    if (session.problem !== undefined) continue;
    const targets = [
      () => Object.values(sessionTargets(session, env)),
      ...profiles.map((profile) => () => [stsTarget(profile, session, env)]),
    ];
    for (const make of targets) {
      try {
        for (const { endpoint } of make()) hosts.add(hostAndPort(endpoint));
      } catch {
        // The same refusal is reported where the session or the profile is worked on.
      }
    }
  }
  return [...hosts];
}

/**
 * Certificates (PEM) to trust besides the usual ones: `AWS_CA_BUNDLE`, else `ca_bundle` of the profiles that are used.
 *
 * @throws {UserError} when that of `AWS_CA_BUNDLE` cannot be used.
 */
export function caCertsOf(selected: readonly Selected[], { env, home }: Pick<System, "env" | "home">): string[] {
  // A bundle outside the granted folders was given to the runtime at start.
  if (env.DENO_CERT !== undefined && env.DENO_CERT === env.AWS_CA_BUNDLE) return [];
  if (env.AWS_CA_BUNDLE) return [caBundle(env.AWS_CA_BUNDLE, home)];
  const used = selected.flatMap(({ session, profiles }) => [settingsOf(session), ...profiles]);
  const files = new Set(used.flatMap((profile) => profile?.caBundle ?? []));
  return [...files].flatMap((file) => {
    try {
      return [caBundle(file, home)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The same refusal is reported where the session or the profile is worked on.
      return [];
    }
  });
}

/** In the AWS files settings belong to profiles. Those of the first with an endpoint count, else the first with a role. */
function settingsOf({ profiles }: Session): Profile | undefined {
  return profiles.find(hasEndpointOptions) ?? profiles.find(hasRole) ?? profiles.at(0);
}

/** @throws {UserError} for a `ca_bundle` that counts and cannot be used: the calls would fail less clearly without it. */
function refuseBadBundle(profile: Profile | undefined, env: Env): void {
  // The path of a profile is absolute already.
  if (profile?.caBundle && !env.AWS_CA_BUNDLE) caBundle(profile.caBundle, "");
}

function hasRole({ accountId, roleName }: Profile): boolean {
  return accountId !== undefined && roleName !== undefined;
}

function hasEndpointOptions(profile: Profile): boolean {
  return profile.endpoints !== undefined || profile.useFips !== undefined || profile.useDualstack !== undefined;
}

function endpointOptions(profile: Profile | undefined) {
  return { ...profile?.endpoints, useFips: profile?.useFips, useDualstack: profile?.useDualstack };
}
