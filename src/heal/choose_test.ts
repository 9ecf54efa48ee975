// Proves which sessions a person means who named none.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { sessionSections } from "../../tests/support/session_home.ts";
import { UserError } from "../domain/problem.ts";
import type { Choice } from "../domain/select.ts";
import { chooseSessions } from "./choose.ts";

const CORP = sessionSections("corp");
const LAB = sessionSections("lab");
const DEFAULT_OF_LAB = "[default]\nsso_session = lab\nsso_account_id = 012345678901\nsso_role_name = Ops\n";
const NONE: Choice = { sessions: [], profiles: [] };

/** Names of the sessions, or the exit code and a word of the refusal. */
type Expected = readonly string[] | readonly [exitCode: number, words: RegExp];
type Row = [sentence: string, config: string, choice: Choice, profile: string | undefined, expected: Expected];

const ROWS: readonly Row[] = [
  ["takes the only session", CORP, NONE, undefined, ["corp"]],
  ["takes the session of the profile default", CORP + LAB + DEFAULT_OF_LAB, NONE, undefined, ["lab"]],
  ["takes the session of AWS_PROFILE before that of default", CORP + LAB + DEFAULT_OF_LAB, NONE, "corp-dev", ["corp"]],
  ["takes what is named before AWS_PROFILE", CORP + LAB, { sessions: ["lab"], profiles: [] }, "corp-dev", ["lab"]],
  ["takes the session of a named profile", CORP + LAB, { sessions: [], profiles: ["lab-dev"] }, undefined, ["lab"]],
  ["takes all that are named by a glob", CORP + LAB, { sessions: ["*"], profiles: [] }, undefined, ["corp", "lab"]],
  ["takes an empty AWS_PROFILE for none", CORP, NONE, "", ["corp"]],
  ["refuses to guess among several", CORP + LAB, NONE, undefined, [2, /several/]],
  ["refuses when there is none", "[profile x]\nregion = us-east-1\n", NONE, undefined, [2, /has none/]],
  ["refuses an AWS_PROFILE that is not one of SSO", CORP, NONE, "gone", [2, /profile "gone"/]],
];

for (const [sentence, config, choice, profile, expected] of ROWS) {
  Deno.test(`chooseSessions() ${sentence}`, async () => {
    await using system = await fakeSystem({ AWS_PROFILE: profile });
    system.write(".aws/config", config);
    const chosen = chooseSessions(system, choice);
    if (typeof expected[0] === "number") {
      await assert.rejects(chosen, (error: UserError) => {
        assert.equal(error.exitCode, expected[0]);
        assert.match(error.message, expected[1] as RegExp);
        return true;
      });
    } else assert.deepEqual((await chosen).selected.map(({ session }) => session.name), expected);
  });
}

Deno.test("chooseSessions() looks at every session, also at those that our own config leaves out", async () => {
  await using system = await fakeSystem();
  system.write(".aws/config", CORP + LAB);
  system.write(".config/sso-heal/config.ini", "[check]\nsessions = corp\n");
  await assert.rejects(chooseSessions(system, NONE), /several/);
});
