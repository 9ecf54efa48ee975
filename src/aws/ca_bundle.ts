// A file of certificates to trust (`AWS_CA_BUNDLE`, `ca_bundle`).
import { UserError } from "../domain/problem.ts";

/**
 * The text of the PEM file; a leading `~/` means `home`.
 *
 * @throws {UserError} when it cannot be read, lies outside the granted folders, or holds no certificate or a damaged one.
 */
export function caBundle(file: string, home: string): string {
  const path = file.startsWith("~/") ? `${home}${file.slice(1)}` : file;
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new UserError(`Cannot read the CA bundle "${path}": it lies outside the folders sso-heal may touch`, [
        `copy it: cp '${path}' ~/.aws/ca.pem, and name that file in ca_bundle or AWS_CA_BUNDLE`,
        `or name it in the environment: export AWS_CA_BUNDLE='${path}'`,
      ]);
    }
    const state = error instanceof Deno.errors.NotFound ? "it does not exist" : "it cannot be read";
    throw new UserError(`Cannot read the CA bundle "${path}": ${state}`, [
      "correct AWS_CA_BUNDLE, or ca_bundle in the AWS config file",
    ]);
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new UserError(`Cannot use the CA bundle "${path}": it holds no PEM certificate`, [
      "it must contain lines -----BEGIN CERTIFICATE-----",
    ]);
  }
  if (!isWhole(text)) {
    throw new UserError(`Cannot use the CA bundle "${path}": a certificate in it is damaged`, [
      "write the file anew, from whoever gave it to you",
    ]);
  }
  return text;
}

/**
 * Whether every certificate in it is whole, by its outermost length (X.690): all certificates of a run go into one HTTP
 * client, which takes all or none, so a damaged one would stop every session.
 */
function isWhole(pem: string): boolean {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)];
  return blocks.length === pem.split("-----BEGIN CERTIFICATE-----").length - 1 &&
    blocks.every(([, text]) => isDer(text));
}

function isDer(base64: string): boolean {
  let der: string;
  try {
    der = atob(base64.replace(/\s/g, ""));
  } catch {
    return false;
  }
  const byte = (at: number) => der.charCodeAt(at);
  if (byte(0) !== SEQUENCE) return false;
  // Up to 127 the length stands there itself, else the number of the bytes that hold it.
  const more = byte(1) < 0x80 ? 0 : byte(1) & 0x7f;
  let length = more === 0 ? byte(1) : 0;
  for (let at = 2; at < 2 + more; at++) length = length * 256 + byte(at);
  return der.length === 2 + more + length;
}

const SEQUENCE = 0x30;
