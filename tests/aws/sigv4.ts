// Signature Version 4 from the server's side: the simulator knows the secret keys, so it verifies every bit.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { WireRequest } from "./http_wire.ts";
import type { RoleKeyRing, RoleKeys } from "./role_keys.ts";
import { type ServiceError, stsError } from "./service_error.ts";

const SKEW_MS = 15 * 60_000;
const SCHEME = /^AWS4-HMAC-SHA256 Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
const MUST_SIGN = ["host", "x-amz-date", "x-amz-security-token"];

/**
 * The keys that signed a POST to "/"; `now` is epoch milliseconds. Throws the error STS answers: a missing or unfit
 * Authorization, a clock more than 15 minutes off, keys it never issued, a wrong signature, keys that have expired.
 */
export async function verifySignature(request: WireRequest, keyRing: RoleKeyRing, now: number): Promise<RoleKeys> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) throw stsError("MissingAuthenticationToken");
  const parts = SCHEME.exec(authorization);
  const stamp = request.headers.get("x-amz-date") ?? "";
  if (parts === null || !/^\d{8}T\d{6}Z$/.test(stamp)) throw stsError("IncompleteSignature");
  const [, credential, signedHeaders, signature] = parts;
  const [accessKeyId, date, region, service, last] = credential.split("/");
  if (last !== "aws4_request") throw stsError("IncompleteSignature");
  if (service !== "sts") throw mismatch("Credential should be scoped to correct service: 'sts'.");
  if (!stamp.startsWith(date)) throw mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601");
  const names = signedHeaders.split(";");
  const unsigned = MUST_SIGN.find((name) => !names.includes(name));
  if (unsigned !== undefined) throw mismatch(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  checkClock(stamp, now);
  const keys = keyRing.find(accessKeyId);
  if (keys === undefined || request.headers.get("x-amz-security-token") !== keys.sessionToken) {
    throw stsError("InvalidClientTokenId");
  }
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical(request, names))}`;
  let key = new Uint8Array(new TextEncoder().encode(`AWS4${keys.secretAccessKey}`));
  for (const part of [date, region, service, "aws4_request"]) key = await hmac(key, part);
  const expected = await hmac(key, toSign);
  if (Buffer.from(expected).toString("hex") !== signature) throw stsError("SignatureDoesNotMatch");
  if (keys.expiresAt <= now) throw stsError("ExpiredToken");
  return keys;
}

function canonical(request: WireRequest, names: readonly string[]): string {
  const headers = names.map((name) => `${name}:${(request.headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`);
  const lines = [request.method, request.path, "", headers.join(""), names.join(";"), sha256(request.body)];
  return lines.join("\n");
}

function checkClock(stamp: string, now: number): void {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signedAt = Date.parse(iso);
  if (signedAt < now - SKEW_MS) {
    const limit = `${basic(now - SKEW_MS)} (${basic(now)} - 15 min.)`;
    throw mismatch(`Signature expired: ${stamp} is now earlier than ${limit}`);
  }
  if (signedAt > now + SKEW_MS) {
    const limit = `${basic(now + SKEW_MS)} (${basic(now)} + 15 min.)`;
    throw mismatch(`Signature not yet current: ${stamp} is still later than ${limit}`);
  }
}

function mismatch(message: string): ServiceError {
  return stsError("SignatureDoesNotMatch", message);
}

function basic(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** By Web Crypto: `createHmac` of node:crypto prints a deprecation warning under Deno 2.4. */
async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const usable = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", usable, new TextEncoder().encode(text)));
}
