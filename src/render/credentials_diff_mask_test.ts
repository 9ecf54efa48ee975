// Proves that no secret of a credentials file is shown, wherever it stands, and that harmless words are.
import assert from "node:assert/strict";
import fc from "fast-check";
import { editOne } from "../../tests/credentials/edit_one.ts";
import { FILE, KEYS } from "../../tests/credentials/nasty.ts";
import { maskedDiff } from "./credentials_diff.ts";
import { maskedLines } from "./credentials_diff_mask.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

Deno.test("maskedLines() shows what is known to be harmless and masks the rest", () => {
  const rows: [line: string, shown: string][] = [
    ["[a b/c@d]", "[a b/c@d]"],
    ["  [x] # old key", "  [x] ****"],
    ["[a] [b]", "[a] ****"],
    ["[a\u001b[31m]", "[a[31m]"],
    ["region=eu-west-1", "region=eu-west-1"],
    ["\tOutput\t:\tjson", " Output : json"],
    ["x_sso_heal_expiration = 2026-11-21T18:00:00Z", "x_sso_heal_expiration = 2026-11-21T18:00:00Z"],
    ["x_sso_heal_source = 012345678901/Read:eu-west-1", "x_sso_heal_source = 012345678901/Read:eu-west-1"],
    ["x_sso_heal_source = arn:aws:iam::012345678901:role/x", "x_sso_heal_source = arn:aws:iam::012345678901:role/x"],
    ["x_sso_heal_source = wJalrXUtnFEMI/K7MDENG", "x_sso_heal_source = ****"],
    ["role_arn = arn:aws:iam::012345678901:role/x", "role_arn = arn:aws:iam::012345678901:role/x"],
    ["sso_start_url = https://a.awsapps.com/start#/", "sso_start_url = https://a.awsapps.com/start#/"],
    ["sso_start_url = https://me:word@a.example/start", "sso_start_url = ****"],
    ["sso_account_id = 012345678901", "sso_account_id = 012345678901"],
    ["source_profile = base", "source_profile = base"],
    ["region = eu-west-1 # old key", "region = ****"],
    ["sso_role_name = PowerUserAccessOfTeam", "sso_role_name = ****"],
    ["sso_role_name = PowerUserAccess-OfTeam", "sso_role_name = PowerUserAccess-OfTeam"],
    ...["role_session_name", "source_profile", "sso_session", "sso_role_name"].map(
      (key): [string, string] => [`${key} = ${SECRET.replaceAll("/", "x").replace("+", "y")}`, `${key} = ****`],
    ),
    [`region = ${SECRET}`, "region = ****"],
    ["aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "aws_access_key_id = AKIA****MPLE"],
    ["aws_access_key_id = AKIA", "aws_access_key_id = ****"],
    [`aws_access_key_id = ${SECRET}`, "aws_access_key_id = ****"],
    ["aws_secret_access_key =", "aws_secret_access_key ="],
    ["aws_session_token: t", "aws_session_token: ****"],
    ["AWS_SECURITY_TOKEN = t", "AWS_SECURITY_TOKEN = ****"],
    ["credential_process = get --key k", "credential_process = ****"],
    ["anything_else = t", "anything_else = ****"],
    [`${SECRET}==`, "****=****"],
    ["FwoGZXIvYXdz = t", "**** = ****"],
    [SECRET, "****"],
    [`[${SECRET}`, "****"],
    ["= t", "****= ****"],
    ["# aws_secret_access_key = s", "# ****"],
    ["  ; old", "  ; ****"],
    ["#", "#"],
    ["  \t", ""],
    ["\u0000\u001b]0;x", "****"],
  ];
  for (const [line, shown] of rows) assert.deepEqual(maskedLines([line]), [shown], JSON.stringify(line));
});

Deno.test("maskedLines() masks lines that go on with a value above, as harmless as they look", () => {
  const lines = [
    "[a]",
    "s3 =",
    "  region = eu",
    "",
    "  [no header]",
    "k = v",
    "  # c",
    "\t[x]",
    "[b]",
    "  k = v",
    "   [c]",
  ];
  const shown = [
    "[a]",
    "**** =",
    "  ****",
    "",
    "  ****",
    "k = ****",
    "  # ****",
    " ****",
    "[b]",
    "  k = ****",
    "   ****",
  ];
  assert.deepEqual(maskedLines(lines), shown);
});

Deno.test("maskedDiff() shows no secret and no control character, whatever the file", () => {
  let shown = 0;
  const place = fc.constantFrom(
    "S",
    "k = S",
    "region = S",
    "region = eu # S",
    "aws_access_key_id : S",
    "  S",
    "  region = S",
    "# S",
    "#aws_secret_access_key=S",
    "S = v",
    "S:",
    "[a] S",
    "[S",
    "[]S]",
    "k =\n  [S]",
    "k = v\n\n # c\n\tS",
    "\u001b[2JS",
    "role_arn = arn:aws:iam::012345678901:role/x S",
    "sso_start_url = https://S@a.example/start",
  );
  const lines = fc.array(fc.tuple(place, fc.constantFrom("\n", "\r\n", "\r")).map((parts) => parts.join("")));
  const property = fc.property(FILE, lines, FILE, fc.boolean(), (head, nasty, tail, out) => {
    const before = `${head}\n${nasty.join("").replaceAll("S", SECRET)}${tail}`;
    const edited = editOne(before, "x", out ? undefined : KEYS, { force: true });
    const diff = maskedDiff(before, edited.kind === "edited" ? edited.text : `${before}\nk = v\n`, "p");
    shown += diff.split("\n").length;
    assert.ok(!diff.includes(SECRET.slice(1, 12)) && !diff.includes(SECRET.slice(20)), diff);
    assert.doesNotMatch(diff, /[^\P{Cc}\n]|old\/|new\/|HAND/u);
  });
  fc.assert(property, { numRuns: 2000, seed: 20261121 });
  assert.ok(shown > 10_000, `only ${shown} lines`);
});
