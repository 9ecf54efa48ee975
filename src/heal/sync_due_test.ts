// Proves when a legacy profile needs new keys, and when those that the AWS CLI has kept are enough.
import assert from "node:assert/strict";
import { rolePath } from "../aws/role_cache.ts";
import { HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { sessionNamed, writeRole } from "../../tests/support/session_home.ts";
import { CREDENTIALS, filesOf, legacySection, syncHome } from "../../tests/support/sync_home.ts";
import { type Lasting, lookAtJobs, namesOver, windowOf } from "./sync_due.ts";
import { gapWarnings } from "./sync_due_gap.ts";
import { planSync, type SyncRule } from "./sync_plan.ts";

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
  { name: "no keys live as long as those that are written", written: 13 * 60, expected: "keys" },
  { name: "the keys live as long as any do", written: 12 * 60, expected: "nothing" },
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
  const roles = { "corp-dev": undefined, p1: "111111111111/r1", p2: "111111111111/r2" };
  const sections = Object.entries(roles).map(([name, role]) => legacySection(`${name}-legacy-sso`, HOUR, role));
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
  [
    "a permanent key in place of ours, also when our keys would be over",
    legacySection("corp-dev-legacy-sso", -HOUR).replace("ASIAWRITTEN", "AKIAHAND"),
    false,
    "ProfileHandMade",
  ],
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

/** What lasts for an hour in a file that is looked at for a profile with a region. */
const WHOSE: readonly (readonly [
  name: string,
  section: string,
  expected: "nothing" | "kept",
  rule?: Partial<SyncRule>,
])[] = [
  ["are of this role", legacy("012345678901/ReadOnly:eu-west-1", "eu-west-1"), "nothing"],
  ["are of another role", legacy("012345678901/Admin:eu-west-1", "eu-west-1"), "kept"],
  ["are of another account", legacy("111111111111/ReadOnly:eu-west-1", "eu-west-1"), "kept"],
  ["are of a role whose name only begins alike", legacy("012345678901/ReadOnlyPlus", "eu-west-1"), "kept"],
  ["do not tell whose they are", legacy("", "eu-west-1").replace(/x_sso_heal_source.*\n/, ""), "kept"],
  ["came with another region", legacy("012345678901/ReadOnly:us-east-2", "us-east-2"), "kept"],
  ["stand beside a region that somebody chose", legacy("012345678901/ReadOnly:eu-west-1", "us-east-2"), "nothing"],
  ["have lost their region", legacy("012345678901/ReadOnly:eu-west-1"), "kept"],
  [
    "stand beside a region and an output as the rule says",
    `${legacy("012345678901/ReadOnly", "r")}output = text\n`,
    "nothing",
    {
      region: "r",
      output: "text",
    },
  ],
  ["stand beside another region than the rule says", legacy("012345678901/ReadOnly", "q"), "kept", { region: "r" }],
  ["stand beside another output than the rule says", `${legacy("012345678901/ReadOnly", "q")}output = json\n`, "kept", {
    output: "text",
  }],
];

function legacy(source: string, region?: string): string {
  return legacySection("corp-dev-legacy-sso", HOUR, source) + (region === undefined ? "" : `region = ${region}\n`);
}

for (const [name, section, expected, rule] of WHOSE) {
  Deno.test(`lookAtJobs() says "${expected}" of keys that last and ${name}`, async () => {
    await using system = await syncHome(0, undefined, "region = eu-west-1\n");
    system.write(CREDENTIALS, section);
    writeRole(system, sessionNamed("corp"), HOUR);
    const { jobs } = planSync(
      [{ from: "corp-dev", file: `${system.home}/${CREDENTIALS}`, ...rule }],
      await filesOf(system),
      system.home,
    );
    const [view] = await lookAtJobs(system, jobs, CHECK);
    assert.equal(view.kept === undefined ? view.need : "kept", expected);
  });
}

/** All in minutes. */
const WINDOWS:
  readonly (readonly [name: string, life: number | undefined, every: number, ahead: number, window: number])[] = [
    ["half of their life would not reach the next run", 15, 10, 28, 12],
    ["half of their life would just reach the next run", 20, 10, 28, 12],
    ["their life is no longer than the interval: at every run", 60, 60, 78, 59],
    ["half of their life is the interval", 60, 30, 48, 32],
    ["the window for tokens reaches the next run", 60, 10, 28, 28],
    ["they live long", 720, 10, 28, 28],
    ["nobody knows how long they live, and refresh_ahead is short", undefined, 30, 5, 32],
  ];

for (const [name, life, every, ahead, window] of WINDOWS) {
  Deno.test(`windowOf() lets no keys end between two runs when ${name}`, () => {
    const lasting = { aheadMs: ahead * MINUTE, leastMs: 0, everyMs: every * MINUTE };
    assert.equal(windowOf(lasting, life && life * MINUTE), window * MINUTE);
  });
}

Deno.test("gapWarnings() names profiles whose keys live no longer than the time between two checks", async () => {
  const more =
    "[profile short]\nrole_arn = arn:aws:iam::111111111111:role/r\nsource_profile = corp-dev\nduration_seconds = 900\n";
  await using system = await syncHome(0, undefined, more);
  const rules = [{ from: "short", file: `${system.home}/${CREDENTIALS}` }];
  const { jobs } = planSync(rules, await filesOf(system), system.home);
  const views = await lookAtJobs(system, jobs, CHECK);
  assert.deepEqual(gapWarnings(views, 10 * MINUTE), []);
  const [{ message, hint }] = gapWarnings([...views, ...views, ...views, ...views], 15 * MINUTE);
  assert.match(
    message,
    /^The keys of ("short-legacy-sso"(, )?){3} and 1 more live for 15 min and checks run every 15 min:/,
  );
  assert.match(hint ?? "", /install --every/);
});

Deno.test("namesOver() finds every section of ours that is over, whoever wanted it, and nothing of others", async () => {
  await using system = await syncHome();
  const parts = [
    legacySection("over", -MINUTE),
    legacySection("lasts", MINUTE),
    legacySection("ahead", 24 * 365 * HOUR),
    legacySection("permanent", -MINUTE).replace("ASIAWRITTEN", "AKIAHAND"),
    "[hand]\naws_access_key_id = ASIA\n",
    "[emptied]\nx_sso_heal_expiration = 2020-01-01T00:00:00Z\nregion = r\n",
  ];
  system.write(CREDENTIALS, parts.join("\n"));
  assert.deepEqual(namesOver(`${system.home}/${CREDENTIALS}`, START), ["over"]);
  assert.deepEqual(namesOver(`${system.home}/.aws`, START), [], "what cannot be read");
});
