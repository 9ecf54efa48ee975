// The bytes of a token file, apart from reading it: a check with nothing to do writes none.
import type { Secret } from "../domain/secret.ts";
import type { Token } from "../domain/token.ts";
import { type JsonObject, parseObject } from "./cache_file.ts";
import { pythonJson } from "./python_json.ts";
import { formatTime } from "./time.ts";

const KNOWN = [
  "startUrl",
  "region",
  "accessToken",
  "expiresAt",
  "clientId",
  "clientSecret",
  "registrationExpiresAt",
  "refreshToken",
] as const;

/**
 * The bytes of a token file as the AWS CLI v2 writes it (aws-cli botocore/utils.py, botocore tokens.py): one line, no
 * newline at the end, members in a fixed order, times to the second. What is absent is left out, above all the refresh
 * token: Python clients would send an empty one.
 *
 * @param raw text of the file that is replaced; members that no client knows are kept behind the known ones
 */
export function formatToken(token: Token, raw?: Secret): Uint8Array {
  const { registrationExpiresAt } = token;
  const members: Record<typeof KNOWN[number], string | undefined> = {
    startUrl: token.startUrl,
    region: token.region,
    accessToken: token.accessToken.reveal(),
    expiresAt: formatTime(token.expiresAt),
    clientId: token.clientId,
    clientSecret: token.clientSecret?.reveal(),
    registrationExpiresAt: registrationExpiresAt === undefined ? undefined : formatTime(registrationExpiresAt),
    refreshToken: token.refreshToken?.reveal() || undefined,
  };
  return new TextEncoder().encode(pythonJson({ ...members, ...raw && unknownMembers(raw) }));
}

function unknownMembers(raw: Secret): JsonObject {
  const known: readonly string[] = KNOWN;
  try {
    return Object.fromEntries(Object.entries(parseObject(raw.reveal())).filter(([key]) => !known.includes(key)));
  } catch {
    // Nothing may stand between an answer of AWS and the disk.
    return {};
  }
}
