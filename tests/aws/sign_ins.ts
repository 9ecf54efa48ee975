// What a login leaves at AWS: the session with its access tokens and the generations of its refresh token.
import type { Mint } from "./mint.ts";
import { oidcError } from "./service_error.ts";
import type { Settings } from "./settings.ts";

/** One signed-in session. Times are epoch milliseconds of the services' clock. */
export interface SignIn {
  readonly id: string;
  readonly clientId: string;
  readonly startUrl: string;
  readonly user: string;
  readonly endsAt: number;
  readonly refreshable: boolean;
  ended: boolean;
  /** 1 after the login, one more with each refresh. */
  generation: number;
  accessToken: string;
  /** What the next refresh must bring. */
  refreshToken?: string;
}

/** The answer to a token request. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  readonly expiresIn: number;
  readonly refreshToken?: string;
}

/** What a new session is made of. `lifeS`: of the session; `tokenLifeS`: of its first access token. */
export interface NewSignIn {
  readonly clientId: string;
  readonly startUrl: string;
  readonly user: string;
  readonly refreshable: boolean;
  readonly lifeS?: number;
  readonly tokenLifeS?: number;
}

export class SignIns {
  readonly all: SignIn[] = [];
  readonly #access = new Map<string, { readonly signIn: SignIn; readonly expiresAt: number }>();
  readonly #refresh = new Map<string, { readonly signIn: SignIn; retiredAt?: number }>();

  constructor(readonly mint: Mint, readonly settings: Settings) {}

  /** The session of that id, or the newest one; throws when there is none. */
  get(id?: string): SignIn {
    const found = id === undefined ? this.all.at(-1) : this.all.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the simulator has no session ${id ?? "yet"}`);
    return found;
  }

  /** Starts a session, generation 1. */
  begin(wanted: NewSignIn, now: number): SignIn {
    const signIn: SignIn = {
      id: `session-${this.all.length + 1}`,
      clientId: wanted.clientId,
      startUrl: wanted.startUrl,
      user: wanted.user,
      refreshable: wanted.refreshable,
      endsAt: now + (wanted.lifeS ?? this.settings.sessionLifeS) * 1000,
      ended: false,
      generation: 1,
      accessToken: this.#newAccessToken(),
    };
    this.all.push(signIn);
    this.#remember(signIn, now, wanted.tokenLifeS);
    if (wanted.refreshable) this.#newRefreshToken(signIn);
    return signIn;
  }

  /** The answer that hands out the present tokens of a session that has just begun. */
  answer(signIn: SignIn): TokenAnswer {
    const refreshToken = signIn.refreshToken === undefined ? {} : { refreshToken: signIn.refreshToken };
    const { accessTokenLifeS: expiresIn } = this.settings;
    return { accessToken: signIn.accessToken, tokenType: "Bearer", expiresIn, ...refreshToken };
  }

  /** The next generation; throws InvalidGrantException when the session is over or the token is not the present one. */
  refresh(refreshToken: string, clientId: string, now: number): TokenAnswer {
    const known = this.#refresh.get(refreshToken);
    const refuse = (why: string) => oidcError("InvalidGrantException", why);
    if (known === undefined || known.signIn.clientId !== clientId) throw refuse("Invalid refresh token provided");
    const { signIn, retiredAt } = known;
    if (signIn.ended || signIn.endsAt <= now) throw refuse("The session has ended");
    if (retiredAt !== undefined && !this.#mayReuse(retiredAt, now)) throw refuse("Invalid refresh token provided");
    signIn.generation += 1;
    signIn.accessToken = this.#newAccessToken();
    this.#remember(signIn, now);
    if (this.settings.rotate === "always") {
      const present = signIn.refreshToken === undefined ? undefined : this.#refresh.get(signIn.refreshToken);
      if (present !== undefined) present.retiredAt ??= now;
      this.#newRefreshToken(signIn);
    }
    const { refreshToken: next, ...bare } = this.answer(signIn);
    return this.settings.rotate === "never" || next === undefined ? bare : { ...bare, refreshToken: next };
  }

  /** The session of a living access token, else undefined. */
  ofAccessToken(token: string | null, now: number): SignIn | undefined {
    const known = token === null ? undefined : this.#access.get(token);
    return known === undefined || known.expiresAt <= now ? undefined : known.signIn;
  }

  /** No refresh from now on; `accessTokens`: the portal refuses its access tokens as well. */
  end(signIn: SignIn, accessTokens: boolean): void {
    signIn.ended = true;
    if (!accessTokens) return;
    for (const [token, known] of this.#access) if (known.signIn === signIn) this.#access.delete(token);
  }

  #mayReuse(retiredAt: number, now: number): boolean {
    const { reuse, graceS } = this.settings;
    return reuse === "allow" || (reuse === "grace" && now <= retiredAt + graceS * 1000);
  }

  #newAccessToken(): string {
    return this.mint.secret("aoaAAAAAG", 90);
  }

  #remember(signIn: SignIn, now: number, lifeS = this.settings.accessTokenLifeS): void {
    this.#access.set(signIn.accessToken, { signIn, expiresAt: now + lifeS * 1000 });
  }

  #newRefreshToken(signIn: SignIn): void {
    signIn.refreshToken = this.mint.secret("aorAAAAAG", 90);
    this.#refresh.set(signIn.refreshToken, { signIn });
  }
}
