// OIDC clients that the simulator knows.
import type { Mint } from "./mint.ts";
import { oidcError } from "./service_error.ts";

/** One registered client. Times are epoch milliseconds of the services' clock. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly expiresAt: number;
  /** Absent for a legacy client: its logins get no refresh token. */
  readonly scopes?: readonly string[];
  /** Absent for a device client, as the AWS CLI registers it. */
  readonly grantTypes?: readonly string[];
  readonly redirectUris?: readonly string[];
  readonly issuerUrl?: string;
}

export class Registrations {
  readonly #byId = new Map<string, Registration>();

  constructor(readonly mint: Mint) {}

  add(wanted: Omit<Registration, "clientId" | "clientSecret">): Registration {
    const registration = {
      ...wanted,
      clientId: this.mint.id("", 16),
      clientSecret: this.mint.secret("eyJraWQiOiJrZXktMTU2", 60),
    };
    this.#byId.set(registration.clientId, registration);
    return registration;
  }

  /** The client, without its secret (for the authorize page). */
  find(clientId: string | null): Registration | undefined {
    return clientId === null ? undefined : this.#byId.get(clientId);
  }

  /** The client; throws InvalidClientException ("incorrect clientId or an expired clientSecret"). */
  check(clientId: string, clientSecret: string, now: number): Registration {
    const registration = this.#byId.get(clientId);
    if (registration === undefined || registration.clientSecret !== clientSecret) {
      throw oidcError("InvalidClientException", "Invalid client or client secret");
    }
    if (registration.expiresAt <= now) throw oidcError("InvalidClientException", "Client registration has expired");
    return registration;
  }
}
