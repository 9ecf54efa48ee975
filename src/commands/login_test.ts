// Tests of the exit code of several logins.
import assert from "node:assert/strict";
import type { ExitCode } from "../domain/problem.ts";
import { worstCode } from "./login.ts";

const CODES: Array<[ExitCode[], ExitCode]> = [
  [[], 0],
  [[0, 0], 0],
  [[0, 75], 75],
  [[75, 4, 0], 4],
  [[4, 1, 75], 1],
];

for (const [codes, worst] of CODES) {
  Deno.test(`worstCode() of ${codes.join(", ") || "none"} is ${worst}`, () => assert.equal(worstCode(codes), worst));
}
