// How the simulated services behave: what a test may choose, with the defaults nearest to AWS.

/** One account of the simulated organisation. */
export interface Account {
  readonly name: string;
  readonly email: string;
  /** Permission sets, listed by ListAccountRoles. */
  readonly roles: readonly string[];
  /** Roles that are listed and yet answered with 403, as AWS does for a while after a change. */
  readonly refused?: readonly string[];
}

/** Every lifetime is in seconds (…S), as on the wire; everything may be changed while the simulator runs. */
export interface Settings {
  /** Where the instance lives. A request whose Host names another region is refused as AWS would. */
  region: string;
  /** Added to the clock of the services: their Date header and every absolute time they answer or judge. */
  clockSkewMs: number;
  accessTokenLifeS: number;
  roleLifeS: number;
  /** From the login; a refresh after that is answered with InvalidGrantException. */
  sessionLifeS: number;
  registrationLifeS: number;
  deviceCodeLifeS: number;
  /** Seconds between polls; 0 never asks to slow down. */
  intervalS: number;
  /** What SlowDownException adds to the interval for good (RFC 8628, 3.5). */
  slowDownAddsS: number;
  /** Refresh token of a refresh answer: a new one, the same again, or none. */
  rotate: "always" | "same" | "never";
  /** What a refresh token that was rotated away still does; "grace": works for `graceS`. */
  reuse: "refuse" | "grace" | "allow";
  graceS: number;
  /** Approve each device authorization without a tap, at once or after a while. */
  autoApprove: boolean | { readonly afterMs: number };
  /** Who approves when nobody is named. */
  user: string;
  /** Requests a second that the portal allows; more are answered with 429. */
  portalPerSecond: number;
  /** Entries in a page of the portal when the request names no max_result. */
  pageSize: number;
  /** Pause between the state change and the answer, for races. */
  latencyMs: number;
  /** By account id of twelve digits. */
  accounts: Record<string, Account>;
}

/** A fresh copy of the defaults. */
export function defaultSettings(): Settings {
  return {
    region: "us-east-1",
    clockSkewMs: 0,
    accessTokenLifeS: 3600,
    roleLifeS: 3600,
    sessionLifeS: 8 * 3600,
    registrationLifeS: 90 * 86_400,
    deviceCodeLifeS: 600,
    intervalS: 5,
    slowDownAddsS: 5,
    rotate: "always",
    reuse: "refuse",
    graceS: 60,
    autoApprove: false,
    user: "alice@example.com",
    portalPerSecond: Infinity,
    pageSize: 20,
    latencyMs: 0,
    accounts: {
      "012345678901": { name: "Main", email: "main@example.com", roles: ["ReadOnly", "AdministratorAccess"] },
      "100000000001": { name: "Build", email: "build@example.com", roles: ["AdministratorAccess", "ReadOnlyAccess"] },
      "100000000002": { name: "Audit", email: "audit@example.com", roles: ["ReadOnlyAccess"] },
    },
  };
}
