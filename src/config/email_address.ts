// Addresses of mail: taken apart, so that none can smuggle a second header or a command into a mail.

export interface Mailbox {
  /** For people. */
  readonly name?: string;
  /** `local@domain`, ASCII without blanks, quotes and brackets: fit for SMTP commands. */
  readonly address: string;
}

const ADDRESS = /^[\w!#$%&'*+\-/=?^`{|}~.]+@[\w\-.]+$/;
/** RFC 5321 section 4.5.3.1.3 */
const LONGEST = 254;

/** Reads `ops@example.com`, `Ops <ops@example.com>` or `"Ops" <ops@example.com>`; undefined for anything else. */
export function mailboxOf(text: string): Mailbox | undefined {
  if (/\p{Cc}/u.test(text)) return undefined;
  const [, name = "", address] = /^(?:([^<>]*)<([^<>]*)>|[^<>]*)$/.exec(text.trim()) ?? [];
  const plain = (address ?? text).trim();
  if (plain.length > LONGEST || !ADDRESS.test(plain)) return undefined;
  const shown = name.trim().replace(/^"(.*)"$/, "$1");
  return shown === "" ? { address: plain } : { name: shown, address: plain };
}
