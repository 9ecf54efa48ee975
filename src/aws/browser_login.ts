// Sign-in by browser: authorization code with PKCE (RFC 7636), field by field as the AWS CLI v2 does it.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { CALLBACK_PATH } from "./browser_login_answer.ts";
import type { Input, Output } from "./protocol.ts";
import type { Registration } from "./registration_cache.ts";

const GRANTS = ["authorization_code", "refresh_token"];

/** Bytes of chance that {@link pkce} takes: in base64url they are the 64 characters of the AWS CLI's verifiers. */
export const VERIFIER_BYTES = 48;

/**
 * Whether the session signs in by device code only. A legacy session always does, as with the AWS CLI (its
 * customizations/sso/utils.py); else `sso_use_device_code` of the session says it, then that of its first profile with any.
 */
export function usesDeviceCode({ legacy, useDeviceCode, profiles }: Session): boolean {
  if (legacy) return true;
  return useDeviceCode ?? profiles.find((profile) => profile.useDeviceCode !== undefined)?.useDeviceCode ?? false;
}

/**
 * What RegisterClient is asked for.
 *
 * @param startUrl the resolved one (see `start_url.ts`): AWS takes it for the issuer
 */
export function browserClient(
  clientName: string,
  scopes: readonly string[],
  startUrl: string,
): Input<"RegisterClient"> {
  const redirectUris = [`http://127.0.0.1${CALLBACK_PATH}`];
  return { clientName, scopes: [...scopes], grantTypes: GRANTS, redirectUris, issuerUrl: startUrl };
}

/** The registration to store: it says that it is good for the browser flow only. */
export function browserRegistration(answer: Output<"RegisterClient">, scopes: readonly string[]): Registration {
  const { clientId, clientSecret, expiresAt } = answer;
  return { clientId, clientSecret: new Secret(clientSecret), expiresAt, scopes, grantTypes: GRANTS };
}

/** What proves at the end that the login was begun here: only the challenge travels through the browser. */
export interface Pkce {
  readonly verifier: Secret;
  readonly challenge: string;
}

/**
 * @param random {@link VERIFIER_BYTES} bytes that nobody can guess, used for this login only
 * @throws {RangeError} for another number of bytes.
 */
export function pkce(random: Uint8Array): Pkce {
  if (random.length !== VERIFIER_BYTES) throw new RangeError(`a verifier is made of ${VERIFIER_BYTES} bytes`);
  const verifier = Buffer.from(random).toString("base64url");
  return { verifier: new Secret(verifier), challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** One login on its way through the browser. */
export interface BrowserLogin {
  readonly registration: Registration;
  /** Port of this machine that waits for the browser. */
  readonly port: number;
}

/**
 * The page to open, at the OIDC endpoint of the session.
 *
 * @param state comes back with the answer; nobody may guess it (a random UUID will do)
 */
export function authorizeUrl(
  endpoint: string,
  { registration, port }: BrowserLogin,
  state: string,
  challenge: string,
): string {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: registration.clientId,
    redirect_uri: redirectUri(port),
    state,
    code_challenge_method: "S256",
    // Not `scope`, as everywhere else.
    scopes: (registration.scopes ?? []).join(" "),
    code_challenge: challenge,
  });
  // "+" is a space in forms only.
  return `${endpoint}/authorize?${query}`.replaceAll("+", "%20");
}

/** What CreateToken is asked with, for the code that the browser brought. */
export function codeGrant({ registration, port }: BrowserLogin, code: Secret, verifier: Secret): Input<"CreateToken"> {
  return {
    clientId: registration.clientId,
    clientSecret: registration.clientSecret.reveal(),
    code: code.reveal(),
    redirectUri: redirectUri(port),
    codeVerifier: verifier.reveal(),
  };
}

function redirectUri(port: number): string {
  return `http://127.0.0.1:${port}${CALLBACK_PATH}`;
}
