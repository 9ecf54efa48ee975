// Random values in the shapes of AWS. It remembers each secret, so that a test can search logs and files for leaks.
import { randomBytes, randomInt } from "node:crypto";

/** Makes the identifiers and secrets of one simulator. */
export class Mint {
  /** Every secret value made so far, oldest first. */
  readonly secrets: string[] = [];

  /** `prefix` and `bytes` random bytes in base64url. */
  secret(prefix: string, bytes: number): string {
    const value = prefix + randomBytes(bytes).toString("base64url");
    this.secrets.push(value);
    return value;
  }

  /** A name that is no secret. */
  id(prefix: string, bytes: number): string {
    return prefix + randomBytes(bytes).toString("base64url");
  }

  /** `prefix` and `length` letters and digits, as in key ids. */
  letters(prefix: string, length: number): string {
    return prefix + pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length);
  }

  /** Four and four consonants: what a person compares on the approval page. */
  userCode(): string {
    const consonants = "BCDFGHJKLMNPQRSTVWXZ";
    return `${pick(consonants, 4)}-${pick(consonants, 4)}`;
  }
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
