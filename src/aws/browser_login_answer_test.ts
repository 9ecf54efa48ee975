// Proves what is made of every query that can arrive at the callback address.
import assert from "node:assert/strict";
import { parseCallback } from "./browser_login_answer.ts";

type Row = [sentence: string, query: string, expected: string | undefined];

const ROWS: readonly Row[] = [
  ["takes the code", "?code=c-1&state=s", "approved c-1"],
  ["decodes the code", "?state=s&code=a%2Fb%3D", "approved a/b="],
  ["does without the question mark", "code=c&state=s", "approved c"],
  ["knows a refusal of the person", "?error=access_denied&state=s", "denied"],
  ["takes a refusal for one although there is a code", "?error=access_denied&code=c&state=s", "denied"],
  ["ignores an error without a state", "?error=access_denied", undefined],
  ["ignores an error with an empty state", "?error=access_denied&state=", undefined],
  ["names other errors", "?error=invalid_scope&error_description=x&state=s", "failed invalid_scope"],
  ["shows no strange error", "?error=%1b%5b31m&state=s", "failed unknown error"],
  ["shows no endless error", `?error=${"x".repeat(61)}&state=s`, "failed unknown error"],
  ["ignores a code with another state", "?code=c&state=t", undefined],
  ["ignores a code with a state in other letters", "?code=c&state=S", undefined],
  ["ignores a code without a state", "?code=c", undefined],
  ["ignores a code with an empty state", "?code=c&state=", undefined],
  ["ignores an error with another state", "?error=access_denied&state=t", undefined],
  ["ignores an empty code", "?code=&state=s", undefined],
  ["ignores an empty query", "", undefined],
];

for (const [sentence, query, expected] of ROWS) {
  Deno.test(`parseCallback() ${sentence}`, () => {
    const found = parseCallback(query, "s");
    const detail = found?.result === "approved"
      ? ` ${found.code.reveal()}`
      : found?.result === "failed"
      ? ` ${found.error}`
      : "";
    assert.equal(found && `${found.result}${detail}`, expected);
  });
}

Deno.test("parseCallback() gives a code that cannot be printed", () => {
  const found = parseCallback("?code=s3cret&state=s", "s");
  assert.doesNotMatch(Deno.inspect(found) + JSON.stringify(found), /s3cret/);
});
