// The names of the cache files: every AWS client computes them from the config, so ours must be equal to the byte.
import { sha1 } from "../domain/sha1.ts";
import { pythonJson, pythonJsonCompact } from "./python_json.ts";

/**
 * File of the access token.
 *
 * @param session name of the sso-session; for a legacy profile its start URL as written, with nothing normalised
 *   (botocore utils.py `SSOTokenLoader`)
 */
export function tokenFileName(session: string): string {
  return fileName(session);
}

/** What a client registration is for. */
export interface RegistrationKey {
  readonly startUrl: string;
  readonly region: string;
  /** Undefined when the config has no `sso_registration_scopes`, and for legacy sessions. */
  readonly scopes?: readonly string[];
  /** Undefined for legacy sessions. */
  readonly sessionName?: string;
}

/** File of the client registration; the same for the device and the browser flow (aws-cli botocore/utils.py). */
export function registrationFileName({ startUrl, region, scopes, sessionName }: RegistrationKey): string {
  // The members in the order of Python's sort_keys.
  const key = { region, scopes: scopes ?? null, session_name: sessionName ?? null, startUrl, tool: "botocore" };
  return fileName(pythonJson(key));
}

/** Whose role credentials they are: by session name, or by start URL for a legacy session. */
export type RoleKey =
  & { readonly accountId: string; readonly roleName: string }
  & ({ readonly sessionName: string } | { readonly startUrl: string });

/** File of the role credentials in the cache of the AWS CLI v2 (botocore credentials.py `SSOCredentialFetcher`). */
export function roleFileName(key: RoleKey): string {
  const { accountId, roleName } = key;
  const whose = "sessionName" in key ? { sessionName: key.sessionName } : { startUrl: key.startUrl };
  return fileName(pythonJsonCompact({ accountId, roleName, ...whose }));
}

function fileName(key: string): string {
  return `${sha1(key)}.json`;
}
