// Device authorizations: from the code a client asks for to the tap of a person.
import type { Mint } from "./mint.ts";
import { oidcError } from "./service_error.ts";
import type { Settings } from "./settings.ts";

/** One login that waits for a person. Times are epoch milliseconds of the services' clock. */
export interface DeviceLogin {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly clientId: string;
  readonly startUrl: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  intervalMs: number;
  polledAt?: number;
  state: "pending" | "approved" | "denied" | "used";
  /** Who approved. */
  user?: string;
}

/** Timers of clients fire a little early; AWS is not known to mind. */
const EARLY_POLL_MS = 100;

export class DeviceLogins {
  readonly all: DeviceLogin[] = [];

  constructor(readonly mint: Mint, readonly settings: Settings) {}

  start(clientId: string, startUrl: string, now: number): DeviceLogin {
    const { settings } = this;
    const login: DeviceLogin = {
      deviceCode: this.mint.secret("device-", 60),
      userCode: this.mint.userCode(),
      clientId,
      startUrl,
      startedAt: now,
      expiresAt: now + settings.deviceCodeLifeS * 1000,
      intervalMs: settings.intervalS * 1000,
      state: "pending",
    };
    this.all.push(login);
    return login;
  }

  /** The login when it is approved, which uses it up; throws what CreateToken answers in every other state. */
  poll(deviceCode: string, clientId: string, now: number): DeviceLogin {
    const login = this.all.find((one) => one.deviceCode === deviceCode && one.clientId === clientId);
    if (login === undefined || login.state === "used") {
      throw oidcError("InvalidGrantException", "Invalid device code provided");
    }
    if (login.expiresAt <= now) throw oidcError("ExpiredTokenException", "Device code has expired");
    const tooSoon = login.polledAt !== undefined && now < login.polledAt + login.intervalMs - EARLY_POLL_MS;
    login.polledAt = now;
    if (tooSoon) {
      login.intervalMs += this.settings.slowDownAddsS * 1000;
      throw oidcError("SlowDownException", "Polling faster than the interval");
    }
    this.#approveByItself(login, now);
    if (login.state === "denied") throw oidcError("AccessDeniedException", "The request was denied");
    if (login.state === "pending") throw oidcError("AuthorizationPendingException", "Authorization is pending");
    login.state = "used";
    return login;
  }

  /** The answer of a person to one code, or to every pending one. Throws when nothing of that kind is pending. */
  decide(state: "approved" | "denied", now: number, userCode?: string, user = this.settings.user): DeviceLogin[] {
    const chosen = this.pending(now).filter((one) => userCode === undefined || one.userCode === userCode);
    if (chosen.length === 0) throw new Error(`no login is pending with code ${userCode ?? "of any kind"}`);
    for (const login of chosen) Object.assign(login, { state, user });
    return chosen;
  }

  pending(now: number): DeviceLogin[] {
    return this.all.filter((one) => one.state === "pending" && one.expiresAt > now);
  }

  #approveByItself(login: DeviceLogin, now: number): void {
    const { autoApprove, user } = this.settings;
    if (login.state !== "pending" || autoApprove === false) return;
    const afterMs = autoApprove === true ? 0 : autoApprove.afterMs;
    if (now >= login.startedAt + afterMs) Object.assign(login, { state: "approved", user });
  }
}
