// Lines of a credentials file as they may be shown: whatever is not known to be harmless is masked. Somebody's own keys
// stand in the same file, in comments and in broken lines too.
import { clean } from "./cells.ts";

const MASK = "****";
/** Deeper indentation says no more. */
const MOST_INDENT = 8;

const WORD = /^[A-Za-z0-9-]{1,32}$/;
/** Long ones have a sign in them that no key of AWS has. */
const NAME = /^(?![A-Za-z0-9]{20,}$)[\w.@-]{1,64}$/;
const ARN = /^arn:[\w:/+=,.@-]{1,200}$/;
/** `ACCOUNT/ROLE` or the ARN of a role, and a region. */
const SOURCE = /^(\d{12}\/[\w+=,.@-]{1,64}|arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,128})(:[a-z0-9-]{1,32})?$/;

/** Keys whose value may be shown when it looks as it should: a secret may have got into the wrong line. */
const HARMLESS: ReadonlyMap<string, RegExp> = new Map([
  ["x_sso_heal_expiration", /^\d{4}-\d\d-\d\dT[\d:.]{5,12}Z$/],
  ["x_sso_heal_source", SOURCE],
  ["region", WORD],
  ["output", WORD],
  ["credential_source", WORD],
  ["duration_seconds", /^\d{1,6}$/],
  ["mfa_serial", ARN],
  ["role_arn", ARN],
  ["role_session_name", NAME],
  ["source_profile", NAME],
  ["sso_account_id", /^\d{12}$/],
  ["sso_region", WORD],
  ["sso_role_name", NAME],
  ["sso_session", NAME],
  ["sso_start_url", /^https:\/\/[\w./#-]{1,200}$/],
]);
/** Other names are shown only like this: half a secret may stand before a `=`. */
const USUAL_KEY = /^([a-z]{1,20}(_[a-z]{1,20}){0,5}|(AWS|SSO)(_[A-Z]{1,20}){1,5})$/;
const ACCESS_KEY_ID = /^[A-Z0-9]{16,32}$/;

/** One for each line (given without its ending): no secret, no control character. Blank lines are empty. */
export function maskedLines(lines: readonly string[]): string[] {
  // Indentation of the line above that a deeper one goes on with.
  let depth: number | undefined;
  return lines.map((line) => {
    const content = line.trim();
    const first = content[0] ?? "";
    if (first === "") return "";
    const indent = line.length - line.trimStart().length;
    const margin = " ".repeat(Math.min(indent, MOST_INDENT));
    if (first === "#" || first === ";") return `${margin}${first}${content === first ? "" : ` ${MASK}`}`;

    const isContinuation = depth !== undefined && indent > depth;
    if (isContinuation) return margin + MASK;
    const close = first === "[" ? content.indexOf("]") : -1;
    depth = close > 1 ? undefined : indent;
    if (close <= 1) return margin + maskedKey(content);
    return `${margin}${clean(content.slice(0, close + 1))}${close + 1 < content.length ? ` ${MASK}` : ""}`;
  });
}

function maskedKey(content: string): string {
  const delimiter = content.search(/[=:]/);
  if (delimiter === -1) return MASK;
  const key = content.slice(0, delimiter).trimEnd();
  const value = content.slice(delimiter + 1).trimStart();
  const isKnown = HARMLESS.has(key.toLowerCase()) || USUAL_KEY.test(key);
  const sign = clean(content.slice(key.length, content.length - value.length));
  return (isKnown ? key : MASK) + sign + maskedValue(key.toLowerCase(), value);
}

function maskedValue(key: string, value: string): string {
  if (value === "" || HARMLESS.get(key)?.test(value)) return value;
  if (key !== "aws_access_key_id" || !ACCESS_KEY_ID.test(value)) return MASK;
  return value.slice(0, 4) + MASK + value.slice(-4);
}
