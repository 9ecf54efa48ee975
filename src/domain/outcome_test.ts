// Proves the outcome of every combination, and the exit code of every outcome.
import assert from "node:assert/strict";
import type { SessionState } from "./decide.ts";
import { exitCodeOf, type Outcome, outcomeOf, worst } from "./outcome.ts";

type Row = [state: SessionState, temporaryFailure: boolean, profileBroken: boolean, expected: Outcome];

/** All there is. */
const ROWS: readonly Row[] = [
  ["healthy", false, false, "healthy"],
  ["healthy", false, true, "broken"],
  ["healthy", true, false, "temporary-failure"],
  ["healthy", true, true, "broken"],
  ["refresh-due", false, false, "healthy"],
  ["refresh-due", false, true, "broken"],
  ["refresh-due", true, false, "temporary-failure"],
  ["refresh-due", true, true, "broken"],
  ["needs-login", false, false, "needs-login"],
  ["needs-login", false, true, "needs-login"],
  ["needs-login", true, false, "needs-login"],
  ["needs-login", true, true, "needs-login"],
  ["broken", false, false, "broken"],
  ["broken", false, true, "broken"],
  ["broken", true, false, "broken"],
  ["broken", true, true, "broken"],
];

for (const [state, temporaryFailure, profileBroken, expected] of ROWS) {
  const marks = [temporaryFailure && "a temporary failure", profileBroken && "a refused role"].filter((mark) => mark);
  Deno.test(`outcomeOf() says ${expected} for ${[state, ...marks].join(" with ")}`, () => {
    assert.equal(outcomeOf({ state, temporaryFailure, profileBroken }), expected);
  });
}

/** From the least to the worst. */
const CODES: ReadonlyArray<readonly [Outcome, number]> = [
  ["healthy", 0],
  ["temporary-failure", 75],
  ["needs-login", 4],
  ["broken", 1],
];

Deno.test("worst() takes the worse of any two, in any order", () => {
  for (const [i, [a]] of CODES.entries()) {
    for (const [j, [b]] of CODES.entries()) assert.equal(worst([a, b]), CODES[Math.max(i, j)][0], `${a}, ${b}`);
  }
});

Deno.test("worst() is healthy when there is nothing", () => assert.equal(worst([]), "healthy"));

Deno.test("exitCodeOf() is 0, 75, 4 or 1", () => {
  for (const [outcome, code] of CODES) assert.equal(exitCodeOf(outcome), code);
});
