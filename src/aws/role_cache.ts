// Role credentials in ~/.aws/cli/cache, where the AWS CLI v2 keeps those of SSO profiles.
import type { Problem } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import type { Profile, Session } from "../domain/session.ts";
import { awsPaths } from "../store/paths.ts";
import type { System } from "../system/system.ts";
import { Damage, type JsonObject, optionalText, readCacheFile, requiredText, requiredTime } from "./cache_file.ts";
import { roleFileName } from "./cache_key.ts";
import { quoted } from "./wording.ts";

/** Temporary keys of one role in one account. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly accountId?: string;
}

/** What the file says. `damaged` is as good as missing: the next proof fetches the credentials anew. */
export type RoleFile =
  | { readonly kind: "missing" }
  | { readonly kind: "credentials"; readonly credentials: RoleCredentials }
  | { readonly kind: "damaged"; readonly problem: Problem };

type SessionKey = Pick<Session, "name" | "legacy" | "startUrl">;
type Role = Required<Pick<Profile, "accountId" | "roleName">>;

/** Absolute path of the credentials of a role, reached through a session. */
export function rolePath(home: string, session: SessionKey, { accountId, roleName }: Role): string {
  const whose = session.legacy ? { startUrl: session.startUrl } : { sessionName: session.name };
  return `${awsPaths(home).cliCache}/${roleFileName({ accountId, roleName, ...whose })}`;
}

/** Reads the cached credentials of a role, expired ones too; see {@link readCacheFile} for how patiently. */
export async function readRoleCredentials(
  system: Pick<System, "home" | "sleep">,
  session: SessionKey,
  role: Role,
): Promise<RoleFile> {
  const path = rolePath(system.home, session, role);
  const found = await readCacheFile(path, understand, system);
  if (found === undefined) return { kind: "missing" };
  if (!(found instanceof Damage)) return { kind: "credentials", credentials: found };
  const problem: Problem = {
    code: `Role${found.code}`,
    message: `Cannot read the cached credentials of ${quoted(role.roleName)} in ${
      quoted(role.accountId)
    }: ${found.why}`,
    hint: found.hint ?? "nothing to do: the next check fetches them anew and replaces the file",
    file: path,
  };
  return { kind: "damaged", problem };
}

function understand(object: JsonObject): RoleCredentials {
  if (object.ProviderType !== "sso") throw new Damage("WrongType", `"ProviderType" in it is not "sso"`);
  const keys = object.Credentials;
  if (typeof keys !== "object" || keys === null || Array.isArray(keys)) {
    throw new Damage("Incomplete", `it has no "Credentials"`);
  }
  const fields = keys as JsonObject;
  return {
    accessKeyId: requiredText(fields, "AccessKeyId"),
    secretAccessKey: new Secret(requiredText(fields, "SecretAccessKey")),
    sessionToken: new Secret(requiredText(fields, "SessionToken")),
    expiresAt: requiredTime(fields, "Expiration"),
    accountId: optionalText(fields, "AccountId"),
  };
}
