// Everything the simulated AWS knows, in one place, for the handlers of the three services.
import { AuthorizationCodes } from "./authorization_codes.ts";
import { DeviceLogins } from "./device_logins.ts";
import { Mint } from "./mint.ts";
import { Registrations } from "./registrations.ts";
import { RoleKeyRing } from "./role_keys.ts";
import type { Settings } from "./settings.ts";
import { SignIns } from "./sign_ins.ts";

export class World {
  readonly mint = new Mint();
  readonly registrations = new Registrations(this.mint);
  readonly codes = new AuthorizationCodes(this.mint);
  readonly roleKeys = new RoleKeyRing(this.mint);
  readonly devices: DeviceLogins;
  readonly signIns: SignIns;
  /** Times of the last portal requests, for its limiter. */
  readonly portalRequests: number[] = [];
  /** Base URL of the simulator, known once it listens. */
  url = "";

  /** `clock` is the tests' own clock; the services add their skew to it. */
  constructor(readonly settings: Settings, readonly clock: () => number) {
    this.devices = new DeviceLogins(this.mint, settings);
    this.signIns = new SignIns(this.mint, settings);
  }

  /** The services' clock, epoch milliseconds. */
  now(): number {
    return this.clock() + this.settings.clockSkewMs;
  }
}
