// Credentials files as people, editors and other tools leave them, each with what becomes of it.
import fc from "fast-check";
import type { LegacyKeys } from "../../src/aws/credentials_keys.ts";

/** What is written. */
export const KEYS: LegacyKeys = {
  aws_access_key_id: "ASIANEW",
  aws_secret_access_key: "new/secret+1=",
  aws_session_token: "new:token==",
  x_sso_heal_expiration: "2026-11-21T18:00:00Z",
  x_sso_heal_source: "012345678901/New",
};
/** What was written before. */
const OLD: LegacyKeys = {
  aws_access_key_id: "ASIAOLD",
  aws_secret_access_key: "old/secret",
  aws_session_token: "old/token",
  x_sso_heal_expiration: "2026-11-20T18:00:00Z",
  x_sso_heal_source: "012345678901/Old:r",
};
/** The lines of such keys, in the style of a file. */
export const linesOf = (keys: object) => (spacing = " = ", ending = "\n", indent = "") =>
  Object.entries(keys).map(([key, value]) => indent + key + spacing + value + ending).join("");
export const now = linesOf(KEYS);
export const old = linesOf(OLD);
export const BOM = "\ufeff";

/** A file, and what it becomes when `[x]` gets the new keys. */
export const EDITED: readonly [what: string, before: string, after: string][] = [
  ["no file", "", `[x]\n${now()}`],
  ["only blank lines", "\n \n", `\n \n[x]\n${now()}`],
  ["only a comment", "# mine", `# mine\n\n[x]\n${now()}`],
  ["only a byte order mark", BOM, `${BOM}[x]\n${now()}`],
  ["another profile", "[a]\nk = v\n", `[a]\nk = v\n\n[x]\n${now()}`],
  ["no final newline", "[a]\nk = v", `[a]\nk = v\n\n[x]\n${now()}`],
  ["blank lines at the end", "[a]\nk = v\n\n\n", `[a]\nk = v\n\n\n[x]\n${now()}`],
  ["spaces at the end", "[a]\nk = v\n  ", `[a]\nk = v\n  \n[x]\n${now()}`],
  ["the spacing of the file", "[a]\nk=v\n", `[a]\nk=v\n\n[x]\n${now("=")}`],
  ["signs in one column", "[a]\nk      = v\n", `[a]\nk      = v\n\n[x]\n${now()}`],
  ["our signs in one column", `[x]\n${old("   = ")}`, `[x]\n${now("   = ")}`],
  ["tabs around the sign", "[a]\nk\t=\tv\n", `[a]\nk\t=\tv\n\n[x]\n${now("\t=\t")}`],
  ["CRLF", "[a]\r\nk = v\r\n", `[a]\r\nk = v\r\n\r\n[x]\r\n${now(" = ", "\r\n")}`],
  ["CRLF without a final one", "[a]\r\nk = v", `[a]\r\nk = v\r\n\r\n[x]\r\n${now(" = ", "\r\n")}`],
  ["mixed endings, new section", "[a]\r\nk = v\n", `[a]\r\nk = v\n\n[x]\n${now()}`],
  ["a profile of the config file", "[profile x]\nk = v\n", `[profile x]\nk = v\n\n[x]\n${now()}`],
  ["a name in capitals", "[X]\nk = v\n", `[X]\nk = v\n\n[x]\n${now()}`],
  ["longer names", "[x-y]\nk = v\n[xx]\n", `[x-y]\nk = v\n[xx]\n\n[x]\n${now()}`],
  ["nested block at the end", "[a]\ns3 =\n  k = v\n", `[a]\ns3 =\n  k = v\n\n[x]\n${now()}`],
  ["text before the first section", "junk\n[a]\n", `junk\n[a]\n\n[x]\n${now()}`],
  ["a section twice that is not ours", "[a]\n[a]\n", `[a]\n[a]\n\n[x]\n${now()}`],
  ["ours", `[x]\n${old()}`, `[x]\n${now()}`],
  ["ours already", `[x]\n${now()}`, `[x]\n${now()}`],
  ["ours in the middle", `[a]\nk=v\n\n[x]\n${old()}\n# c\n[b]\n`, `[a]\nk=v\n\n[x]\n${now()}\n# c\n[b]\n`],
  ["ours without a final newline", `[x]\n${old().trimEnd()}`, `[x]\n${now().trimEnd()}`],
  ["ours with CRLF", `[x]\r\n${old("=", "\r\n")}\r\n`, `[x]\r\n${now("=", "\r\n")}\r\n`],
  ["ours behind a byte order mark", `${BOM}[x]\n${old()}`, `${BOM}[x]\n${now()}`],
  ["ours indented", `[x]\n${old(" = ", "\n", "  ")}`, `[x]\n${now(" = ", "\n", "  ")}`],
  ["the section indented as a whole", `  [x]\n${old("=", "\n", "\t")}`, `  [x]\n${now("=", "\n", "\t")}`],
  ["capital letters in our keys", `[x]\n${old().toUpperCase()}`, `[x]\n${now()}`],
  ["colons", `[x]\n${old(": ")}`, `[x]\n${now()}`],
  ["a comment behind a value", `[x]\n${old(" = ", " # c\n")}`, `[x]\n${now()}`],
  [
    "comments and blank lines between",
    `[x]\n# a\n\n${old(" = ", "\n\n ; b\n")}`,
    `[x]\n# a\n\n${now(" = ", "\n\n ; b\n")}`,
  ],
  ["text behind the header", `[x] # c\n${old()}`, `[x] # c\n${now()}`],
  [
    "other keys, a nested block among ours",
    `[x]\nregion = r\n${old()}s3 =\n    aws = 1\n\n[b]\n`,
    `[x]\nregion = r\n${now()}s3 =\n    aws = 1\n\n[b]\n`,
  ],
  [
    "keys are missing",
    "[x]\nx_sso_heal_expiration=old\n\n[b]\n",
    `[x]\nx_sso_heal_expiration=2026-11-21T18:00:00Z
aws_access_key_id=ASIANEW\naws_secret_access_key=new/secret+1=\naws_session_token=new:token==
x_sso_heal_source=012345678901/New\n\n[b]\n`,
  ],
  [
    "keys are missing in the last line",
    "[x]\nx_sso_heal_expiration=old",
    `[x]\nx_sso_heal_expiration=2026-11-21T18:00:00Z
aws_access_key_id=ASIANEW\naws_secret_access_key=new/secret+1=\naws_session_token=new:token==
x_sso_heal_source=012345678901/New\n`,
  ],
  ["a key of ours twice", `[x]\n${old()}aws_session_token = older\n`, `[x]\n${now()}`],
  ["the old name of the token", `[x]\naws_security_token = s\n${old()}`, `[x]\n${now()}`],
  ["the account of other keys", `[x]\naws_account_id = 1\n${old()}aws_credential_scope = r\n`, `[x]\n${now()}`],
  [
    "an indented empty value below ours",
    `[x]\n${old(" = ", "\n", "  ")}  s3 =\n    k = v\n`,
    `[x]\n${now(" = ", "\n", "  ")}  s3 =\n    k = v\n`,
  ],
  ["the old name in the last line", `[x]\n${old()}aws_security_token = s`, `[x]\n${now()}`],
  [
    "empty values",
    `[x]\n${linesOf({ ...OLD, aws_session_token: "" })(" =")}`,
    `[x]\n${now(" =")}`,
  ],
  ["an empty section", "[x]\n[b]\n", `[x]\n${now()}[b]\n`],
  ["an empty section in a file of another spacing", "[x]\n[b]\nk=v\n", `[x]\n${now("=")}[b]\nk=v\n`],
  ["an empty section at the end", "[a]\nk: v\n[x]", `[a]\nk: v\n[x]\n${now()}`],
  ["mixed endings, ours", `[a]\n[x]\r\n${old(" = ", "\n")}`, `[a]\n[x]\r\n${now(" = ", "\n")}`],
  ["words of other alphabets", `[é😀]\nk = \u2028ü\n\n[x]\n${old()}`, `[é😀]\nk = \u2028ü\n\n[x]\n${now()}`],
  ["a bracket that is not closed", `[b\nk = v\n[x]\n${old()}`, `[b\nk = v\n[x]\n${now()}`],
  ["left-over of a merge", `<<<<<<<\n[x]\n${old()}=======\n`, `<<<<<<<\n[x]\n${now()}=======\n`],
];

/** A section of somebody else. */
export const HAND_MADE = "[x]\naws_access_key_id = AKIAHAND\nrole_arn = r\naws_secret_access_key = s\n";

/** Files that stay as they are. */
export const REFUSED: readonly [what: string, before: string, code: string, line: number][] = [
  ["a section made by hand", `[a]\n${HAND_MADE}`, "ProfileHandMade", 2],
  ["made by hand, other keys", "[x]\nregion = r\n", "ProfileHandMade", 1],
  ["a permanent key in place of ours", `[x]\n${old().replace("ASIAOLD", "AKIAHAND")}`, "ProfileHandMade", 1],
  ["the section twice", `[x]\n${old()}[b]\n[x]\n`, "ProfileTwice", 8],
  ["spaces inside the brackets", `[ x ]\n${old()}`, "ProfileAmbiguous", 1],
  ["the name in quotes", `[b]\n["x"]\n${old()}`, "ProfileAmbiguous", 2],
  ["the name in single quotes", `[b]\n[ 'x' ]\n`, "ProfileAmbiguous", 2],
  ["a bracket in the comment behind the header", `[x] # [b]\n${old()}`, "ProfileAmbiguous", 1],
  ["the bracket is not closed", `[x\n${old()}`, "ProfileAmbiguous", 1],
  ["the header is indented below a value", `[a]\nk = v\n  [x]\n  y = z\n`, "ProfileAmbiguous", 3],
  ["a line continues one of ours", `[x]\n${old()}  foo = bar\n`, "KeysTangled", 7],
  [
    "ours continue another value",
    `[x]\nx_sso_heal_expiration = t\nregion = r\n  aws_session_token = t\n`,
    "KeysTangled",
    4,
  ],
  ["ours in a nested block", `[x]\n${old()}s3 =\n  AWS_SECRET_ACCESS_KEY : t\n`, "KeysTangled", 8],
  ["everyone inherits the old token", "[DEFAULT]\naws_security_token = t\n", "TokenInherited", 2],
  ["everyone inherits an account", "[DEFAULT]\naws_account_id = 1\n", "TokenInherited", 2],
  ["lone carriage returns, one line for JavaScript and rclone", "[a]\rk = v\r", "FileAmbiguous", 1],
  ["one lone carriage return", `[x]\n# c\r${old()}`, "FileAmbiguous", 2],
  ["text behind the header, no header for JavaScript", `[x] by the old build\n${old()}`, "ProfileAmbiguous", 1],
  ["a comment right behind the header", `[x]# c\n${old()}`, "ProfileAmbiguous", 1],
  ["a blank of Python alone before the header", `[a]\n\u0085[x]\n${old()}`, "ProfileAmbiguous", 2],
  ["a byte order mark, for JavaScript alone a blank", `[x]\n${old()}${BOM}aws_access_key_id = B\n`, "FileAmbiguous", 7],
  ["text behind the header below", `[x]\n${old()}# c\n[b] c\nk = v\n`, "ProfileAmbiguous", 8],
  ["the header below is not closed", `[x]\n${old()}[b\nk = v\n`, "ProfileAmbiguous", 7],
  ["a value goes on with a bracket", `[x]\nk = v\n  [b]\n${old()}`, "ProfileAmbiguous", 3],
  ["a nested block has a bracket", `[x]\n${old()}s3 =\n  [b] = c\n`, "ProfileAmbiguous", 8],
  ["ours indented below an empty value", `[x]\n  region =\n  x_sso_heal_expiration = t\n`, "KeysTangled", 2],
  ["ours indented below a comment for a value", `[x]\n s3 = # c\n${old(" = ", "\n", " ")}`, "KeysTangled", 2],
  ["ours to be put below an empty value", `[x]\n x_sso_heal_expiration = t\n region =\n`, "KeysTangled", 3],
];

const line = fc.constantFrom(
  "[x]",
  "[x] # c",
  "[x] c",
  "[b]# c",
  "\u0085[x]",
  "\x1fk = v",
  "  [x]",
  "[a]",
  "[a b]",
  " [b]",
  "[open",
  "[ x ]",
  "",
  "  ",
  "# c",
  "  ; c",
  "k = v",
  "  k = v",
  "\tl: w",
  "s3 =",
  "    n = o",
  "junk",
  "aws_access_key_id = ASIA",
  "  AWS_SECRET_ACCESS_KEY=B",
  "aws_session_token : C # d",
  "aws_security_token = D",
  "x_sso_heal_expiration = E",
  "x_sso_heal_source = G",
  "region = r",
  "  region =",
  "aws_account_id = F",
);
// Few lone carriage returns: one makes the whole file a refusal.
const ending = fc.constantFrom(...new Array<string>(60).fill("\n"), ...new Array<string>(20).fill("\r\n"), "\r");
/** Any file of such lines, the byte order mark and every line ending included. */
export const FILE = fc.tuple(
  fc.constantFrom("", "", "", BOM),
  fc.array(fc.tuple(line, ending).map((parts) => parts.join("")), { maxLength: 14 }),
  fc.constantFrom("", "", "last = line", `[x]\n${old()}`, `\n[x]\n${old("=", "\r\n")}\n[z]`),
).map(([mark, lines, last]) => mark + lines.join("") + last);
