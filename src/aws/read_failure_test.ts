// Proves that every refusal of the system becomes a reason with a way out.
import assert from "node:assert/strict";
import { wordFailure } from "./read_failure.ts";
import { NoOrdinaryFile } from "./read_file.ts";

Deno.test("wordFailure() gives a reason and a way out for what the system says", () => {
  const rows: [error: unknown, why: RegExp, hint: RegExp][] = [
    [new Deno.errors.PermissionDenied("x"), /^permission denied$/, /^let this user read it: chmod u\+r "\/f"$/],
    [new Deno.errors.NotCapable("x"), /^it lies outside the folders/, /^link its folder into ~\/\.aws/],
    [new Deno.errors.IsADirectory("x"), /^it is a folder$/, /^move the folder "\/f" away$/],
    [new NoOrdinaryFile(), /^it is no ordinary file$/, /^put a file in the place of "\/f"/],
    [new Deno.errors.FilesystemLoop("x"), /^the system says FilesystemLoop$/, /^look at "\/f"/],
    ["odd", /^the system says unknown error$/, /^look at "\/f"/],
  ];
  for (const [error, why, hint] of rows) {
    const worded = wordFailure("/f", { kind: "failed", code: "Unreadable", error });
    assert.match(worded.why, why);
    assert.match(worded.hint, hint);
  }
});
