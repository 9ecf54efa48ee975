// Proves when a legacy profile needs new keys, and when those that the AWS CLI has kept are enough.
import assert from "node:assert/strict";
import { rolePath } from "../aws/role_cache.ts";
import { HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { sessionNamed, writeRole } from "../../tests/support/session_home.ts";
import { CREDENTIALS, filesOf, legacySection, syncHome } from "../../tests/support/sync_home.ts";
import { type Lasting, lookAtJobs } from "./sync_due.ts";
import { planSync } from "./sync_plan.ts";

/** A check every ten minutes, and a sync by hand. */
const CHECK: Lasting = { aheadMs: 28 * MINUTE, leastMs: 0 };
const BY_HAND: Lasting = { aheadMs: 28 * MINUTE, leastMs: 15 * MINUTE };

interface Row {
  readonly name: string;
  /** Minutes that the written keys have left; absent: none are written. */
  readonly written?: number;
  /** Minutes that the kept ones have left, and how long ago they were got. */
  readonly kept?: readonly [left: number, age: number];
  readonly lasting?: Lasting;
  readonly expected: "nothing" | "keys" | "kept";
}

const ROWS: readonly Row[] = [
  { name: "nothing is written", expected: "keys" },
  { name: "the keys last longer than the window", written: 29, expected: "nothing" },
  { name: "the keys are inside the window", written: 28, expected: "keys" },
  { name: "the keys are over", written: -1, expected: "keys" },
  { name: "nothing is written and what is kept lasts", kept: [29, 31], expected: "kept" },
  { name: "what is kept ends within the window", written: 10, kept: [16, 44], expected: "keys" },
  { name: "what is kept has lived half of a short life", kept: [8, 8], expected: "keys" },
  { name: "what is kept of a short life lasts", written: 2, kept: [14, 1], expected: "kept" },
  { name: "the keys of a short life are in their first half", written: 9, kept: [9, 6], expected: "nothing" },
  { name: "the keys of a short life are in their second half", written: 7, kept: [7, 8], expected: "keys" },
  {
    name: "by hand the keys of a short life have less than a quarter of an hour",
    written: 14,
    kept: [14, 1],
    lasting: BY_HAND,
    expected: "keys",
  },
  { name: "by hand the keys last long enough", written: 29, lasting: BY_HAND, expected: "nothing" },
  { name: "the keys of a life of an hour are inside the window", written: 20, kept: [20, 40], expected: "keys" },
  { name: "nobody can have kept for so long what is kept", written: 20, kept: [20, 24 * 60], expected: "keys" },
];

for (const { name, written, kept, lasting = CHECK, expected } of ROWS) {
  Deno.test(`lookAtJobs() says "${expected}" when ${name}`, async () => {
    await using system = await syncHome();
    if (written !== undefined) system.write(CREDENTIALS, legacySection("corp-dev-legacy-sso", written * MINUTE));
    if (kept !== undefined) {
      const [left, age] = kept;
      const session = sessionNamed("corp");
      writeRole(system, session, left * MINUTE);
      const at = new Date(START - age * MINUTE);
      Deno.utimeSync(rolePath(system.home, session, { accountId: "012345678901", roleName: "ReadOnly" }), at, at);
    }
    const { jobs } = planSync(
      [{ from: "corp-dev", file: `${system.home}/${CREDENTIALS}` }],
      await filesOf(system),
      system.home,
    );
    const [view] = await lookAtJobs(system, jobs, lasting);
    assert.equal(view.kept === undefined ? view.need : "kept", expected);
  });
}

Deno.test("lookAtJobs() opens no file of a role whose keys last, and the credentials file once", async () => {
  await using system = await syncHome(2);
  const sections = ["corp-dev", "p1", "p2"].map((name) => legacySection(`${name}-legacy-sso`, HOUR));
  system.write(CREDENTIALS, sections.join("\n"));
  // A file that makes no sense would be read again and again, with pauses.
  system.write(
    `.aws/cli/cache/${
      rolePath("", sessionNamed("corp"), { accountId: "111111111111", roleName: "r1" }).split("/").at(-1)
    }`,
    "{",
  );
  const known = await filesOf(system);
  const { jobs } = planSync([{ from: "*", file: `${system.home}/${CREDENTIALS}` }], known, system.home);
  Deno.removeSync(`${system.home}/${CREDENTIALS}`);
  const views = await lookAtJobs(system, jobs, CHECK, known.files.credentials);
  assert.deepEqual(views.map(({ need }) => need), ["nothing", "nothing", "nothing"]);
  assert.deepEqual(system.sleeps, []);
});

const HANDS: readonly (readonly [name: string, text: string, force: boolean, code: string | undefined])[] = [
  ["a profile made by hand", "[corp-dev-legacy-sso]\naws_access_key_id = A\n", false, "ProfileHandMade"],
  ["one made by hand, by force", "[corp-dev-legacy-sso]\naws_access_key_id = A\n", true, undefined],
  ["an empty section", "[corp-dev-legacy-sso]\n", false, undefined],
  ["one that assumes a role", `${legacySection("corp-dev-legacy-sso", 0)}role_arn = arn\n`, true, "TargetTaken"],
];

for (const [name, text, force, code] of HANDS) {
  Deno.test(`lookAtJobs() finds out ${name} before anybody is asked`, async () => {
    await using system = await syncHome();
    system.write(CREDENTIALS, text);
    const rule = { from: "corp-dev", file: `${system.home}/${CREDENTIALS}`, force };
    const { jobs } = planSync([rule], await filesOf(system), system.home);
    const [{ need }] = await lookAtJobs(system, jobs, CHECK);
    assert.equal(typeof need === "string" ? undefined : need.code, code);
  });
}
