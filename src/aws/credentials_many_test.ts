// Proves that many profiles edited in one go become what they become one after the other, and in near linear time.
import assert from "node:assert/strict";
import fc from "fast-check";
import { editOne } from "../../tests/credentials/edit_one.ts";
import { FILE, HAND_MADE, KEYS, now, old } from "../../tests/credentials/nasty.ts";
import { type CredentialsChange, editCredentials, type Edited } from "./credentials_edit.ts";

const toX = { profile: "x", keys: KEYS };
const without = (profile: string) => ({ profile, keys: undefined });
const codes = (edits: readonly Edited[]) => edits.map((edit) => edit.kind === "refused" ? edit.code : edit.changed);

/** Each change in the text that the one before left, or as it was where that was refused. */
function oneByOne(text: string, changes: readonly CredentialsChange[]) {
  const edits = changes.map(({ profile, keys, force }): Edited => {
    const edit = editOne(text, profile, keys, { force });
    if (edit.kind === "refused") return edit;
    const { text: after, ...rest } = edit;
    text = after;
    return rest;
  });
  return { text, edits };
}

const change = fc.record({
  profile: fc.constantFrom("x", "x", "a", "b", "a b", "z", "n1", "n2"),
  keys: fc.constantFrom(KEYS, KEYS, { ...KEYS, region: "eu-west-1" }, undefined),
  force: fc.boolean(),
});

Deno.test("editCredentials() makes of many changes what it makes of one after the other, in any file", () => {
  let [edits, refusals] = [0, 0];
  const changes = fc.uniqueArray(change, { selector: ({ profile }) => profile, minLength: 2, maxLength: 6 });
  const property = fc.property(FILE, FILE, changes, (head, tail, changes) => {
    const before = head + tail;
    const [many, single] = [editCredentials(before, changes), oneByOne(before, changes)];
    const accepted = changes.filter((_, at) => many.edits[at].kind === "edited");
    const again = editCredentials(many.text, accepted);
    assert.ok(again.text === many.text && codes(again.edits).every((code) => code === false));
    if (many.edits.every(({ kind }, at) => kind === single.edits[at].kind)) {
      assert.deepEqual(codes(many.edits), codes(single.edits));
      // Lines that go can join a lone \r with a \n, or bring a stray byte order mark to the top: a matter of style.
      if (!/\r(?!\n)|.\ufeff/s.test(before)) assert.equal(many.text, single.text);
    } else {
      // A later change took away what stood in the way of an earlier one.
      const more = single.edits.filter((edit, at) => edit.kind !== many.edits[at].kind);
      for (const edit of more) assert.equal(edit.kind === "refused" && edit.code, "KeysTangled");
    }
    edits += many.edits.filter((edit) => edit.kind === "edited" && edit.changed).length;
    refusals += many.edits.filter(({ kind }) => kind === "refused").length;
  });
  fc.assert(property, { numRuns: 2000, seed: 20261122 });
  assert.ok(edits > 1000 && refusals > 300, `${edits} edits, ${refusals} refusals`);
});

Deno.test("editCredentials() refuses some of many by their lines in the text as given, and makes the others", () => {
  const others = Array.from({ length: 20 }, (_, at) => ({ profile: `n${at}`, keys: KEYS }));
  // To take g out would make a header part of the value above; e has no keys, so that the header below would go on its.
  const harmful = `[f]\nk = v\n[g]\n${old(" = ", "\n", "  ")}  [h]\n[e]\n  [i]\n`;
  const before = `[n0]\n${old()}x = y\n[n1]\n${HAND_MADE.slice(4)}[n2]\n${old()}[n3]\n${HAND_MADE.slice(4)}${harmful}`;
  const changes = [
    without("n0"),
    ...others.slice(1, 10),
    without("g"),
    ...others.slice(11),
    { profile: "e", keys: KEYS },
    { ...others[3], force: true },
  ].filter(({ profile, ...rest }) => profile !== "n3" || "force" in rest);
  const { text, edits } = editCredentials(before, changes);
  const refused = edits.flatMap((edit, at) =>
    edit.kind === "refused" ? [[changes[at].profile, edit.code, edit.line]] : []
  );
  assert.deepEqual(refused, [["n1", "ProfileHandMade", 8], ["g", "KeysTangled", 24], ["e", "KeysTangled", 31]]);
  const made = others.slice(4).filter((_, at) => at !== 6).map(({ profile }) => `\n[${profile}]\n${now()}`);
  const taken = "[n3]\naws_access_key_id = ASIANEW\nrole_arn = r\naws_secret_access_key = new/secret+1=\n" +
    "aws_session_token = new:token==\nx_sso_heal_expiration = 2026-11-21T18:00:00Z\n" +
    "x_sso_heal_source = 012345678901/New\n";
  const kept = `[n0]\n${old().split(/(?<=\n)/).slice(3).join("")}x = y\n[n1]\n${HAND_MADE.slice(4)}`;
  assert.equal(text, `${kept}[n2]\n${now()}${taken}${harmful}${made.join("")}`);
});

Deno.test("editCredentials() makes a second change of a profile after the first, as if it were alone", () => {
  const newer = { ...KEYS, aws_session_token: "newer" };
  const rows: [
    what: string,
    before: string,
    changes: CredentialsChange[],
    after: string,
    done: (boolean | string)[],
  ][] = [
    ["other keys", "", [toX, { ...toX, keys: newer }], `[x]\n${now().replace("new:token==", "newer")}`, [true, true]],
    ["the same keys", "", [toX, toX], `[x]\n${now()}`, [true, false]],
    ["in and out", "# c\n", [toX, without("x")], "# c\n\n", [true, true]],
    ["out and in", `[x]\n${old()}[a]\n`, [without("x"), toX], `[a]\n\n[x]\n${now()}`, [true, true]],
    ["others between", "", [toX, { ...toX, profile: "y" }, without("x")], `\n[y]\n${now()}`, [true, true, true]],
    ["taken over, then ours", HAND_MADE, [{ ...toX, force: true }, toX], "", [true, false]],
    ["refused, then by force", HAND_MADE, [toX, { ...toX, force: true }], "", ["ProfileHandMade", true]],
  ];
  const taken = editCredentials(HAND_MADE, [{ ...toX, force: true }]).text;
  for (const [what, before, changes, after, done] of rows) {
    const { text, edits } = editCredentials(before, changes);
    assert.deepEqual([text, codes(edits)], [after || taken, done], what);
  }
});

Deno.test("editCredentials() writes and takes out thousands, and finds the one that does harm", () => {
  const names = Array.from({ length: 3000 }, (_, at) => `p-${at}`);
  const changes = names.map((profile) => ({ profile, keys: KEYS }));
  const harmful = "[bad]\n  [hidden]\nk = v\n";
  const made = editCredentials(harmful, [...changes, { profile: "bad", keys: KEYS }]);
  assert.ok(made.text === harmful + names.map((name) => `\n[${name}]\n${now()}`).join(""));
  const isBad = ({ kind }: Edited) => kind === "refused";
  assert.deepEqual([made.edits.findIndex(isBad), made.edits.findLastIndex(isBad)], [3000, 3000]);
  const again = editCredentials(made.text, changes);
  assert.ok(again.text === made.text && again.edits.every((edit) => edit.kind === "edited" && !edit.changed));
  const gone = editCredentials(made.text, names.map(without));
  assert.ok(gone.text === harmful + "\n".repeat(3000));
});
