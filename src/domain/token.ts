// What one file of ~/.aws/sso/cache says about a signed-in session.
import type { Secret } from "./secret.ts";

/** An access token with what is needed to refresh it. All times are epoch milliseconds. */
export interface Token {
  readonly startUrl: string;
  /** Region the token was issued in. */
  readonly region: string;
  readonly accessToken: Secret;
  readonly expiresAt: number;
  readonly refreshToken?: Secret;
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly registrationExpiresAt?: number;
}

/** Whether both are the same generation: the pair of access and refresh token is unchanged. */
export function samePair(a: Token | undefined, b: Token | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (!a.accessToken.equals(b.accessToken)) return false;
  return a.refreshToken === undefined ? b.refreshToken === undefined : a.refreshToken.equals(b.refreshToken);
}

/** Whether the file has everything that CreateToken with grant_type=refresh_token needs at `now`. */
export function isRefreshable(token: Token, now: number): boolean {
  return token.refreshToken !== undefined && token.clientId !== undefined && token.clientSecret !== undefined &&
    (token.registrationExpiresAt === undefined || token.registrationExpiresAt > now);
}
