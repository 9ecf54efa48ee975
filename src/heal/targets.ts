// Where the calls of a session go, and which certificates they trust.
import { caBundle } from "../aws/ca_bundle.ts";
import { chooseEndpoint, hostAndPort, usesDualstackPortal } from "../aws/endpoints.ts";
import type { Target } from "../aws/protocol.ts";
import type { Profile, Session } from "../domain/session.ts";
import type { Selected } from "../domain/select.ts";
import type { System } from "../system/system.ts";

export interface SessionTargets {
  readonly oidc: Target;
  readonly portal: Target;
}

type Env = System["env"];

/**
 * Targets of a session. Overrides in the config file belong to profiles; those of its first profile that has any count.
 *
 * @throws {UserError} for an override that cannot be used.
 */
export function sessionTargets(session: Session, env: Env): SessionTargets {
  const { region } = session;
  const options = endpointOptions(session.profiles.find(hasEndpointOptions));
  options.useDualstack ??= usesDualstackPortal(session.startUrl);
  return {
    oidc: { region, endpoint: chooseEndpoint("oidc", region, env, options) },
    portal: { region, endpoint: chooseEndpoint("portal", region, env, options) },
  };
}

/** Target of STS for a profile: its own region, then that of the environment, then that of the session. */
export function stsTarget(profile: Profile, session: Session, env: Env): Target {
  const region = profile.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? session.region;
  return { region, endpoint: chooseEndpoint("sts", region, env, endpointOptions(profile)) };
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
 * Certificates (PEM) to trust besides the usual ones: `AWS_CA_BUNDLE`, else `ca_bundle` of the profiles.
 *
 * @throws {UserError} when the file cannot be read or holds no certificate.
 */
export function caCertsOf(selected: readonly Selected[], { env, home }: Pick<System, "env" | "home">): string[] {
  // A bundle outside the granted folders was given to the runtime at start.
  if (env.DENO_CERT !== undefined && env.DENO_CERT === env.AWS_CA_BUNDLE) return [];
  const files = env.AWS_CA_BUNDLE
    ? [env.AWS_CA_BUNDLE]
    : selected.flatMap(({ session }) => session.profiles.flatMap(({ caBundle }) => caBundle ?? []));
  return [...new Set(files)].map((file) => caBundle(file, home));
}

function hasEndpointOptions(profile: Profile): boolean {
  return profile.endpoints !== undefined || profile.useFips !== undefined || profile.useDualstack !== undefined;
}

function endpointOptions(profile: Profile | undefined) {
  return { ...profile?.endpoints, useFips: profile?.useFips, useDualstack: profile?.useDualstack };
}
