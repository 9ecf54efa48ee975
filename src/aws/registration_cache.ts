// The OIDC client registration of a session in ~/.aws/sso/cache, shared with the AWS CLI v2.
import type { Problem } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { awsPaths } from "../store/paths.ts";
import type { System } from "../system/system.ts";
import { Damage, type JsonObject, readCacheFile, requiredText, requiredTime } from "./cache_file.ts";
import { registrationFileName } from "./cache_key.ts";
import { pythonJson } from "./python_json.ts";
import { formatTime } from "./time.ts";
import { quoted } from "./wording.ts";

/** A registered OIDC client. Times are epoch milliseconds. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly expiresAt: number;
  readonly scopes?: readonly string[];
  /** Only the browser flow writes them; see {@link isForBrowser}. */
  readonly grantTypes?: readonly string[];
}

/** What the registration file says. `damaged` is as good as missing: the next login registers anew. */
export type RegistrationFile =
  | { readonly kind: "missing" }
  | { readonly kind: "registration"; readonly registration: Registration }
  | { readonly kind: "damaged"; readonly problem: Problem };

type SessionKey = Pick<Session, "name" | "legacy" | "startUrl" | "region" | "scopes">;

/** Absolute path of a session's registration file. */
export function registrationPath(home: string, session: SessionKey): string {
  const { startUrl, region } = session;
  const key = session.legacy ? {} : { scopes: session.scopes, sessionName: session.name };
  return `${awsPaths(home).ssoCache}/${registrationFileName({ startUrl, region, ...key })}`;
}

/** Reads a session's registration file; see {@link readCacheFile} for how patiently. */
export async function readRegistration(
  system: Pick<System, "home" | "sleep">,
  session: SessionKey,
): Promise<RegistrationFile> {
  const path = registrationPath(system.home, session);
  const found = await readCacheFile(path, understand, system);
  if (found === undefined) return { kind: "missing" };
  if (!(found instanceof Damage)) return { kind: "registration", registration: found };
  const problem: Problem = {
    code: `Registration${found.code}`,
    message: `Cannot read the client registration of session ${quoted(session.name)}: ${found.why}`,
    hint: found.hint ?? "nothing to do: the next login registers anew and replaces the file",
    file: path,
  };
  return { kind: "damaged", problem };
}

/**
 * Whether the registration was made for the browser flow. Both flows use the same file name, and AWS refuses the client
 * of one for the other: who finds the wrong kind must register anew (aws-cli `_is_registration_for_auth_code`).
 */
export function isForBrowser({ grantTypes }: Registration): boolean {
  return grantTypes?.includes("authorization_code") ?? false;
}

/**
 * Whether a login may use the registration until `until` (epoch milliseconds), by that flow and with all these scopes.
 * The rest of its life is also that of the refresh tokens that AWS gives to it.
 */
export function isFitFor(
  flow: "device" | "browser",
  registration: Registration,
  scopes: readonly string[],
  until: number,
): boolean {
  return isForBrowser(registration) === (flow === "browser") && registration.expiresAt >= until &&
    scopes.every((scope) => registration.scopes?.includes(scope));
}

/** The bytes of a registration file as the AWS CLI v2 writes it. */
export function formatRegistration(registration: Registration): Uint8Array {
  const { clientId, clientSecret, expiresAt, scopes, grantTypes } = registration;
  const members = {
    clientId,
    clientSecret: clientSecret.reveal(),
    expiresAt: formatTime(expiresAt),
    scopes: scopes?.length === 0 ? undefined : scopes,
    grantTypes,
  };
  return new TextEncoder().encode(pythonJson(members));
}

function understand(object: JsonObject): Registration {
  return {
    clientId: requiredText(object, "clientId"),
    clientSecret: new Secret(requiredText(object, "clientSecret")),
    expiresAt: requiredTime(object, "expiresAt"),
    scopes: optionalList(object, "scopes"),
    grantTypes: optionalList(object, "grantTypes"),
  };
}

function optionalList(object: JsonObject, key: string): readonly string[] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Damage("WrongType", `${quoted(key)} in it is not a list of texts`);
}
