// The two requests that sign a person in to the AWS web console, and how long that lasts.
//
// Protocol: IAM User Guide, "Enable custom identity broker access to the AWS console". First the keys of a role are
// exchanged for a sign-in token, then a link with that token is opened within 15 minutes.
import { EXIT, UserError } from "./problem.ts";
import { Secret } from "./secret.ts";

/** Keys of a role, revealed: the request for the token is made where the network is. */
export interface SigninKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Where both requests go, below the sign-in endpoint. */
export const FEDERATION_PATH = "/federation";

/**
 * The form to POST for a sign-in token; the answer is `{"SigninToken": "…"}`. In the body and not in the URL, as the
 * toolkits of AWS do it, because URLs end up in the logs of proxies.
 *
 * @param seconds life of the console session, see {@link sessionSeconds}; as long as the keys unless given
 */
export function signinTokenForm(keys: SigninKeys, seconds?: number): string {
  const session = { sessionId: keys.accessKeyId, sessionKey: keys.secretAccessKey, sessionToken: keys.sessionToken };
  const form = new URLSearchParams({ Action: "getSigninToken", Session: JSON.stringify(session) });
  if (seconds !== undefined) form.set("SessionDuration", String(seconds));
  return form.toString();
}

/** How long a sign-in token lives, and so its link. */
export const LINK_LIFE_MS = 15 * 60_000;

/** The link to open, within {@link LINK_LIFE_MS}. Whoever has it is signed in. */
export function loginLink(signInEndpoint: string, signinToken: string, page: string): Secret {
  const query = new URLSearchParams({ Action: "login", Issuer: "", Destination: page, SigninToken: signinToken });
  return new Secret(`${signInEndpoint}${FEDERATION_PATH}?${query}`);
}

const SHORTEST_S = 900;
const LONGEST_S = 12 * 3600;

/**
 * The life of the console session in seconds, undefined if it is left to AWS (as long as the keys).
 *
 * @param chained whether the role was assumed by another role: AWS ends such a session with its keys, after one hour at
 *   most, and refuses any wish of another length (aws-sso-cli 1205)
 * @throws {UserError} for less than 15 minutes, more than 12 hours, or any wish with `chained`
 */
export function sessionSeconds(durationMs: number | undefined, chained: boolean): number | undefined {
  if (durationMs === undefined) return undefined;
  if (chained) {
    throw wrong(
      `Cannot choose "--duration": this role is assumed by another one, so its console session lasts 1h at most`,
      "leave out --duration",
    );
  }
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < SHORTEST_S || seconds > LONGEST_S) {
    throw wrong(`Option "--duration" is from 15m to 12h`, "write for example: --duration 4h");
  }
  return seconds;
}

/** The least that every role allows for a session of its own (IAM: MaxSessionDuration). */
const ALWAYS_ALLOWED_S = 3600;

/** How long a console session is asked for, and when it ends (epoch milliseconds). */
export interface ConsoleSession {
  /** Absent for a chained role, which cannot have it: then it ends with the keys. */
  readonly seconds?: number;
  readonly endsAt: number;
}

/**
 * What to ask for. Keys that were kept may have minutes left, and nobody wants to be signed out in the middle of
 * something: where nothing was chosen it is the life of the keys, but an hour at least. It is asked for, so that nothing is
 * promised that AWS has not heard of.
 *
 * @param chosen see {@link sessionSeconds}
 * @param now by the clock of AWS where it is known: more than the role allows is refused
 */
export function consoleSession(
  chosen: number | undefined,
  { chained, keysEndAt, now }: { readonly chained: boolean; readonly keysEndAt: number; readonly now: number },
): ConsoleSession {
  if (chained) return { endsAt: keysEndAt };
  const keysLeftS = Math.floor((keysEndAt - now) / 1000);
  const seconds = chosen ?? Math.min(Math.max(keysLeftS, ALWAYS_ALLOWED_S), LONGEST_S);
  return { seconds, endsAt: now + seconds * 1000 };
}

function wrong(message: string, hint: string): UserError {
  return new UserError(message, [hint], EXIT.usage);
}
