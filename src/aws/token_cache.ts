// The access token of a session in ~/.aws/sso/cache: read as any client wrote it, written as the AWS CLI v2 writes it.
import type { Problem } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { loginCommand } from "../domain/shell_word.ts";
import type { Token } from "../domain/token.ts";
import { awsPaths } from "../store/paths.ts";
import type { System } from "../system/system.ts";
import {
  Damage,
  type JsonObject,
  optionalText,
  optionalTime,
  parseObject,
  readCacheFile,
  requiredText,
  requiredTime,
} from "./cache_file.ts";
import { tokenFileName } from "./cache_key.ts";
import { quoted } from "./wording.ts";

/** What the token file of a session says. */
export type TokenFile =
  | { readonly kind: "missing" }
  /** `raw` is the text of the file, for {@link formatToken} to keep what it does not know. */
  | { readonly kind: "token"; readonly token: Token; readonly raw: Secret }
  | { readonly kind: "damaged"; readonly problem: Problem };

type SessionKey = Pick<Session, "name" | "startUrl" | "region">;

/** Absolute path of a session's token file. No environment variable moves it (botocore tokens.py). */
export function tokenPath(home: string, session: Pick<Session, "name">): string {
  return `${awsPaths(home).ssoCache}/${tokenFileName(session.name)}`;
}

/**
 * Reads a session's token file. Content that makes no sense is read again for at least 300 ms, because not all clients
 * write atomically, and is then `damaged`; the file is never changed. Start URL and region that the file lacks are
 * those of the session.
 */
export async function readToken(system: Pick<System, "home" | "sleep">, session: SessionKey): Promise<TokenFile> {
  const path = tokenPath(system.home, session);
  const found = await readCacheFile(path, (object, text) => understand(object, text, session), system);
  if (found === undefined) return { kind: "missing" };
  return found instanceof Damage ? { kind: "damaged", problem: problemOf(found, path, session) } : found;
}

/** The token in a file that was never given its name, or undefined if there is no whole one in it. */
export function readTokenAt(path: string, session: SessionKey): Token | undefined {
  try {
    const text = Deno.readTextFileSync(path);
    return understand(parseObject(text), text, session).token;
  } catch {
    // Not a token, or gone in this moment.
    return undefined;
  }
}

function understand(object: JsonObject, text: string, session: SessionKey): TokenFile & { kind: "token" } {
  const refreshToken = optionalText(object, "refreshToken");
  const clientSecret = optionalText(object, "clientSecret");
  const token: Token = {
    startUrl: optionalText(object, "startUrl") ?? session.startUrl,
    region: optionalText(object, "region") ?? session.region,
    accessToken: new Secret(requiredText(object, "accessToken")),
    expiresAt: requiredTime(object, "expiresAt"),
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    clientId: optionalText(object, "clientId"),
    clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret),
    registrationExpiresAt: optionalTime(object, "registrationExpiresAt"),
  };
  return { kind: "token", token, raw: new Secret(text) };
}

function problemOf({ code, why, hint }: Damage, path: string, { name }: SessionKey): Problem {
  return {
    code: `Token${code}`,
    message: `Cannot read the token of session ${quoted(name)}: ${why}`,
    hint: hint ?? `run: ${loginCommand(name)} (it replaces the file)`,
    file: path,
  };
}
