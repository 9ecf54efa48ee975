// A file of certificates to trust (`AWS_CA_BUNDLE`, `ca_bundle`).
import { UserError } from "../domain/problem.ts";

/**
 * The text of the PEM file; a leading `~/` means `home`.
 *
 * @throws {UserError} when it cannot be read, lies outside the granted folders, or holds no certificate.
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
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UserError(`Cannot use the CA bundle "${path}": it holds no PEM certificate`, [
    "it must contain lines -----BEGIN CERTIFICATE-----",
  ]);
}
