// A session without a login: the files a client would have after one, so that a test can start from there.
import { createHash } from "node:crypto";
import type { SignIn } from "./sign_ins.ts";
import type { World } from "./world.ts";

/** What to issue. Times left are in seconds from now; a negative one has passed. */
export interface IssueOptions {
  /** Name of the `[sso-session]`; it decides the name of the file. */
  readonly sessionName?: string;
  readonly startUrl?: string;
  /** null: a legacy login, without scopes and refresh token, and its file is named after the start URL. */
  readonly scopes?: readonly string[] | null;
  readonly user?: string;
  readonly accessTokenLeftS?: number;
  readonly sessionLeftS?: number;
  readonly registrationLeftS?: number;
}

/** `~/.aws/sso/cache/<sha1>.json` as the AWS CLI writes it, keys in its order. */
export interface TokenFile {
  readonly startUrl: string;
  readonly region: string;
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly registrationExpiresAt: string;
  readonly refreshToken?: string;
}

/** The client registration of the same login, as the device flow of the AWS CLI caches it. */
export interface RegistrationFile {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly expiresAt: string;
  readonly scopes?: readonly string[];
}

export interface IssuedSession {
  /** Names the session to `session()`, `generation()` and `endSession()`. */
  readonly id: string;
  /** Base name of the token file. */
  readonly fileName: string;
  readonly token: TokenFile;
  readonly registration: RegistrationFile;
}

/** Registers a client and signs it in. `expiresAt` follows the client's clock: a client computes it from expiresIn. */
export function issueSession(world: World, options: IssueOptions = {}): IssuedSession {
  const { settings } = world;
  const startUrl = options.startUrl ?? "https://sim.awsapps.com/start";
  const scopes = options.scopes === null ? undefined : options.scopes ?? ["sso:account:access"];
  const tokenLifeS = options.accessTokenLeftS ?? settings.accessTokenLifeS;
  const registration = world.registrations.add({
    expiresAt: world.now() + (options.registrationLeftS ?? settings.registrationLifeS) * 1000,
    scopes,
  });
  const { clientId, clientSecret } = registration;
  const signIn: SignIn = world.signIns.begin({
    clientId,
    startUrl,
    user: options.user ?? settings.user,
    refreshable: scopes !== undefined && scopes.length > 0,
    lifeS: options.sessionLeftS,
    tokenLifeS,
  }, world.now());
  const registrationExpiresAt = timestamp(registration.expiresAt);
  return {
    id: signIn.id,
    fileName: `${sha1(scopes === undefined ? startUrl : options.sessionName ?? "corp")}.json`,
    token: {
      startUrl,
      region: settings.region,
      accessToken: signIn.accessToken,
      expiresAt: timestamp(world.clock() + tokenLifeS * 1000),
      clientId,
      clientSecret,
      registrationExpiresAt,
      ...(signIn.refreshToken === undefined ? {} : { refreshToken: signIn.refreshToken }),
    },
    registration: { clientId, clientSecret, expiresAt: registrationExpiresAt, ...(scopes && { scopes }) },
  };
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
