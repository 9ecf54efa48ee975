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
  if (!isUsable(text)) {
    throw new UserError(`Cannot use the CA bundle "${path}": a certificate in it is damaged`, [
      "write the file anew, from whoever gave it to you",
    ]);
  }
  return text;
}

/** Bundles that were found good: a run asks for the same one before every call. */
const usable = new Set<string>();

/** All certificates of a run go into one client, and it takes all or none: a damaged one would stop every session. */
function isUsable(text: string): boolean {
  if (usable.has(text)) return true;
  try {
    Deno.createHttpClient({ caCerts: [text] }).close();
  } catch {
    return false;
  }
  usable.add(text);
  return true;
}
