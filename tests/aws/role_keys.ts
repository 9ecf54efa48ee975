// Temporary keys that the portal and STS hand out, so that STS knows which it issued itself.
import type { Mint } from "./mint.ts";

/** One set of keys. `expiresAt` is epoch milliseconds of the services' clock. */
export interface RoleKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
  readonly accountId: string;
  /** Name of the IAM role as in the ARN. */
  readonly role: string;
  /** Unique id of the role, AROA…. */
  readonly roleId: string;
  /** Last part of the ARN: the user for roles of the portal. */
  readonly sessionName: string;
}

export class RoleKeyRing {
  readonly #byId = new Map<string, RoleKeys>();

  constructor(readonly mint: Mint) {}

  issue(wanted: Pick<RoleKeys, "accountId" | "role" | "sessionName" | "expiresAt">): RoleKeys {
    const keys: RoleKeys = {
      ...wanted,
      roleId: this.mint.letters("AROA", 17),
      accessKeyId: this.mint.letters("ASIA", 16),
      secretAccessKey: this.mint.secret("", 30),
      sessionToken: this.mint.secret("IQoJb3JpZ2luX2VjE", 120),
    };
    this.#byId.set(keys.accessKeyId, keys);
    return keys;
  }

  find(accessKeyId: string): RoleKeys | undefined {
    return this.#byId.get(accessKeyId);
  }
}
