// Proves that whatever the system says about a write becomes a sentence with a way out.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { writeFailure } from "./write_failure.ts";

const withCode = (code: string) => Object.assign(new Error("os"), { code });

Deno.test("writeFailure() words what the system said", () => {
  const rows: [error: unknown, state: RegExp, hint: RegExp][] = [
    [withCode("EROFS"), /: the file system is read-only$/, /mount it writable/],
    [withCode("ENOSPC"), /: the disk is full$/, /free some space/],
    [withCode("EDQUOT"), /: the disk quota of this user is used up$/, /quota/],
    [withCode("EACCES"), /: permission denied$/, /chown/],
    [withCode("EPERM"), /: permission denied$/, /chown/],
    [withCode("EIO"), /: the disk reported an error$/, /check the disk/],
    [withCode("EXDEV"), /: the system reported EXDEV$/, /can write in that folder/],
    [new Deno.errors.NotCapable("no"), /: it lies outside the folders sso-heal may touch$/, /your own home/],
    [new RangeError("odd"), /: the system reported RangeError$/, /can write in that folder/],
    ["odd", /: the system reported an unknown error$/, /can write in that folder/],
    [withCode("constructor"), /: the system reported constructor$/, /can write in that folder/],
  ];
  for (const [error, state, hint] of rows) {
    const failure = writeFailure(error, { path: "/home/u/.aws/x" });
    assert.match(failure.message, /^Cannot write "\/home\/u\/\.aws\/x": /);
    assert.match(failure.message, state);
    assert.match(failure.hints.join("\n"), hint);
    assert.equal(failure.exitCode, 1);
  }
});

Deno.test("writeFailure() names both ends of a link", () => {
  const failure = writeFailure(withCode("ENOSPC"), { path: "/h/.aws/x", real: "/h/.aws/y" });
  assert.equal(failure.message, 'Cannot write "/h/.aws/x" (a link to "/h/.aws/y"): the disk is full');
  const same = writeFailure(withCode("ENOSPC"), { path: "/h/.aws/x", real: "/h/.aws/x" });
  assert.equal(same.message, 'Cannot write "/h/.aws/x": the disk is full');
});

Deno.test("writeFailure() passes a failure on that is worded already", () => {
  const worded = new UserError("said", ["do"]);
  assert.equal(writeFailure(worded, { path: "/x" }), worded);
});
