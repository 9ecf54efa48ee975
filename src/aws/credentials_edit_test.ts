// Proves that an edit of the credentials file changes our lines and nothing else, and that AWS clients read the result.
import assert from "node:assert/strict";
import fc from "fast-check";
import { editOne } from "../../tests/credentials/edit_one.ts";
import { BOM, EDITED, FILE, HAND_MADE, KEYS, now, old, REFUSED } from "../../tests/credentials/nasty.ts";
import { editCredentials } from "./credentials_edit.ts";

Deno.test("editCredentials() replaces, adds and removes lines of ours and leaves every other byte", () => {
  for (const [what, before, after] of EDITED) {
    const edited = editOne(before, "x", KEYS);
    assert.equal(edited.kind === "edited" ? edited.text : edited.why, after, what);
    assert.equal(edited.kind === "edited" && edited.changed, before !== after, what);
    assert.deepEqual(editOne(after, "x", KEYS), { ...edited, changed: false }, `${what}, again`);
  }
});

Deno.test("editCredentials() refuses what clients read in two ways, by line", () => {
  for (const [what, before, code, line] of REFUSED) {
    const refusal = editOne(before, "x", KEYS);
    assert.ok(refusal.kind === "refused", what);
    assert.deepEqual([refusal.code, refusal.line], [code, line], what);
    assert.match(refusal.why + refusal.hint, /^(?!.*(AKIAHAND|old\/)).{40,}$/, what);
  }
});

Deno.test("editCredentials() takes a hand-made section over by force, keeps its other keys", () => {
  const edited = editOne(HAND_MADE, "x", KEYS, { force: true });
  assert.deepEqual(edited, {
    kind: "edited",
    text: "[x]\naws_access_key_id = ASIANEW\nrole_arn = r\naws_secret_access_key = new/secret+1=\n" +
      "aws_session_token = new:token==\nx_sso_heal_expiration = 2026-11-21T18:00:00Z\n" +
      "x_sso_heal_source = 012345678901/New\n",
    changed: true,
  });
  const bare = editOne("[x]\n  role_arn = r\n  s = t\n", "x", KEYS, { force: true });
  assert.equal(bare.kind === "edited" && bare.text, `[x]\n${now(" = ", "\n", "  ")}  role_arn = r\n  s = t\n`);
});

Deno.test("editCredentials() writes region and output when told, and leaves those that are there when not", () => {
  const keys = { ...KEYS, region: "eu-west-1", output: "json" };
  const edited = editOne(`[x]\nregion = old\n${old()}`, "x", keys);
  assert.equal(edited.kind === "edited" && edited.text, `[x]\nregion = eu-west-1\n${now()}output = json\n`);
  const created = editOne("", "x", keys);
  const text = created.kind === "edited" ? created.text : "";
  assert.equal(text, `[x]\n${now()}region = eu-west-1\noutput = json\n`);
  assert.equal(Object.assign(editOne(text, "x", KEYS)).text, text);
});

/** What is left of ours beside what is not ours: no secret, but our mark. */
const MARKED = "x_sso_heal_expiration = 2026-11-20T18:00:00Z\nx_sso_heal_source = 012345678901/Old:r\n";

Deno.test("editCredentials() takes our secrets out, and the whole section when all of it is ours", () => {
  const permanent = old().replace("ASIAOLD", "AKIAHAND");
  const rows: [what: string, before: string, after: string][] = [
    ["ours alone", `[x]\n${old()}`, ""],
    ["behind a byte order mark", `${BOM}[x]\n${old()}[b]\n`, `${BOM}[b]\n`],
    ["ours at the end", `[a]\nk = v\n\n[x]\n${old()}region = r\n`, "[a]\nk = v\n\n"],
    ["ours in the middle", `[a]\n[x]\n${old()}\n# of b\n[b]\n`, "[a]\n\n# of b\n[b]\n"],
    ["a comment among ours", `[x]\n# mine\n${old()}`, `[x]\n# mine\n${MARKED}`],
    ["a comment behind the header", `[x] # mine\n${old()}`, `[x] # mine\n${MARKED}`],
    ["other keys", `[x]\n${old()}s3 =\n  a = b`, `[x]\n${MARKED}s3 =\n  a = b`],
    ["a region that somebody chose", `[x]\nregion = q\n${old()}`, `[x]\nregion = q\n${MARKED}`],
    ["an output, with our region", `[x]\n${old()}region = r\noutput = o\n`, `[x]\n${MARKED}region = r\noutput = o\n`],
    ["what was taken out before", `[x]\nregion = q\n${MARKED}`, `[x]\nregion = q\n${MARKED}`],
    ["a permanent key in place of ours", `[x]\n${permanent}`, `[x]\n${permanent}`],
    ["the old token", `[x]\naws_security_token = s\n${old()}`, ""],
    ["no such section", "[a]\nk = v", "[a]\nk = v"],
    ["a section made by hand", HAND_MADE, HAND_MADE],
    ["a section that looks like it", `[ x ]\n${old()}`, `[ x ]\n${old()}`],
  ];
  for (const [what, before, after] of rows) {
    const edited = editOne(before, "x", undefined);
    assert.equal(edited.kind === "edited" ? edited.text : edited.why, after, what);
  }
  const forced = editOne(`${HAND_MADE}region = r\n`, "x", undefined, { force: true });
  assert.equal(forced.kind === "edited" && forced.text, "[x]\nrole_arn = r\nregion = r\n");
  const falling = editOne(`[a]\n[x]\n${old()}[b]# c\nk = v\n`, "x", undefined);
  assert.equal(falling.kind === "refused" && falling.line, 8, "the keys of b would become those of a for JavaScript");
  const twice = editOne(`[x]\n${old()}[x]\n`, "x", undefined);
  assert.equal(twice.kind === "refused" && twice.line, 7);
});

Deno.test("editCredentials() gives a section its keys again that were taken out beside keys of others", () => {
  const before = `[x]\nregion = q\n${old()}s3 =\n  a = b\n`;
  const out = editOne(before, "x", undefined);
  const back = editOne(out.kind === "edited" ? out.text : "", "x", KEYS);
  const [id, secret, token, mark, source] = now().split(/(?<=\n)/);
  assert.equal(
    back.kind === "edited" && back.text,
    `[x]\nregion = q\n${mark}${source}${id}${secret}${token}s3 =\n  a = b\n`,
  );
});

Deno.test("editCredentials() leaves keys in that somebody has renewed since they were found to be over", () => {
  const end = Date.parse("2026-11-20T18:00:00Z");
  for (
    const [text, overAt, changed] of [
      [`[x]\n${old()}`, end - 1, false],
      [`[x]\n${old()}`, end, true],
      [`[x]\n${old().replace("2026-11-20T18:00:00Z", "soon")}`, end, true],
      ["", end, false],
    ] as const
  ) {
    const { edits } = editCredentials(text, [{ profile: "x", keys: undefined, overAt }]);
    assert.deepEqual(edits, [{ kind: "edited", changed }], text);
  }
});

Deno.test("editCredentials() refuses a change that would turn a header into a part of the value above", () => {
  const before = `[a]\nk = v\n[x]\n${old(" = ", "\n", "  ")}  [b]\n  l = w\n`;
  const refusal = editOne(before, "x", undefined);
  assert.deepEqual(refusal.kind === "refused" && [refusal.code, refusal.line], ["KeysTangled", 3]);
  const edited = editOne(before, "x", KEYS);
  assert.equal(edited.kind === "edited" && edited.text, before.replace(/ {2}aws[^[]*/, now(" = ", "\n", "  ") + "  "));
});

Deno.test("editCredentials() refuses names that cannot be a section, and takes others", () => {
  const bad = [
    "",
    "a]",
    "[a",
    "a\nb",
    "a\r",
    "a\0",
    "a\u2028b",
    " a",
    "a\t",
    '"a"',
    "a #b",
    ";a",
    "DEFAULT",
    "__proto__",
  ];
  for (const name of [...bad, "profile x", "sso-session x"]) {
    const refusal = editOne("[a]\n", name, KEYS);
    assert.equal(refusal.kind === "refused" && refusal.code, "ProfileNameInvalid", JSON.stringify(name));
  }
  for (const name of ["default", "a b", "a/b@c+d", "corp\\dev", "o'neil", "a=b", "a:b", "dév", "profile", "x#1"]) {
    const edited = editOne("", name, KEYS);
    assert.equal(edited.kind === "edited" && edited.text, `[${name}]\n${now()}`);
  }
});

Deno.test("editCredentials() refuses values that would not be read back, without showing them", () => {
  for (
    const value of [
      "",
      "s3cret\n[a]",
      "s3cret\r",
      " s3cret",
      "s3 cret",
      "#s3cret",
      ";s3cret",
      '"s3cret"',
      "s3crét",
      "s3\0",
    ]
  ) {
    for (const key of ["aws_secret_access_key", "aws_session_token", "region"]) {
      const refusal = editOne("", "x", { ...KEYS, [key]: value });
      assert.ok(refusal.kind === "refused" && refusal.code === "ValueInvalid", JSON.stringify(value));
      assert.match(refusal.why, new RegExp(`^the new ${key} is empty or holds a character`));
      assert.doesNotMatch(refusal.why + refusal.hint, /s3/);
    }
  }
});

/** The text without the lines that may be ours, found without the code under test. */
function withoutOurs(text: string): string {
  const header = /^(\ufeff?)\s*\[x\]\s*$/;
  const ours =
    /^\s*(aws_(access_key_id|secret_access_key|se\w+_token|account_id)|x_sso_heal_(expiration|source)|region)\s*[=:]/i;
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/).map((line) => line.replace(header, "$1"));
  return lines.filter((line) => !ours.test(line)).join("").replace(/\s+$/, "");
}

Deno.test("editCredentials() leaves every byte of others in any file, and is done after one edit", () => {
  let edits = 0;
  const property = fc.property(FILE, fc.boolean(), fc.boolean(), (text, force, out) => {
    const keys = out ? undefined : KEYS;
    const edited = editOne(text, "x", keys, { force });
    if (edited.kind === "refused") return;
    edits += Number(edited.changed);
    assert.equal(withoutOurs(edited.text), withoutOurs(text));
    assert.equal(edited.changed, edited.text !== text);
    const again = editOne(edited.text, "x", keys, { force });
    assert.equal(again.kind === "edited" ? again.text : again.why, edited.text);
    if (!out) { for (const value of Object.values(KEYS)) assert.equal(edited.text.split(value).length, 2); }
  });
  fc.assert(property, { numRuns: 2000, seed: 20261121 });
  assert.ok(edits > 500, `only ${edits} edits`);
});
