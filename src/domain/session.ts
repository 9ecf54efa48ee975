// Sessions and profiles as the AWS config files describe them.
import type { Problem } from "./problem.ts";

/** One `[sso-session NAME]`, or one legacy start URL found in profiles. */
export interface Session {
  /** Name of the sso-session; for a legacy session its start URL as written. */
  readonly name: string;
  readonly legacy: boolean;
  readonly startUrl: string;
  readonly region: string;
  /** `sso_registration_scopes`, split and trimmed; undefined when the key is absent (and for legacy sessions). */
  readonly scopes?: readonly string[];
  /** `sso_use_device_code`: whether a login goes by device code although there is a browser. */
  readonly useDeviceCode?: boolean;
  /** Its profiles in file order. */
  readonly profiles: readonly Profile[];
  /** Set when the config of the session itself cannot be used; the other fields are then as far as known ("" if not). */
  readonly problem?: Problem;
}

/** One `[profile NAME]` or `[default]` that resolves to a session. */
export interface Profile {
  readonly name: string;
  /** {@link Session.name} of its session. */
  readonly session: string;
  /** Absent in a profile that is for the token only. */
  readonly accountId?: string;
  readonly roleName?: string;
  /** The profile's own `region` (for STS), not that of SSO. */
  readonly region?: string;
  /** Endpoint overrides from `services` and `endpoint_url`, most special first already applied. */
  readonly endpoints?: EndpointOverrides;
  /** `ca_bundle` as written, `~` expanded. */
  readonly caBundle?: string;
  readonly useFips?: boolean;
  readonly useDualstack?: boolean;
  /** As {@link Session.useDeviceCode}, which counts more. */
  readonly useDeviceCode?: boolean;
  readonly problem?: Problem;
}

/** URLs to use instead of the resolved endpoints. */
export interface EndpointOverrides {
  readonly oidc?: string;
  readonly portal?: string;
  readonly sts?: string;
  /** Of the sign-in to the web console. */
  readonly signin?: string;
}
