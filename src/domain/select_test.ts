// Proves which sessions a run is about, who counts as chosen, and which profiles are proved.
import assert from "node:assert/strict";
import { type Choice, select, type Standing, unmatched } from "./select.ts";
import type { Problem } from "./problem.ts";
import type { Profile, Session } from "./session.ts";

const PROBLEM: Problem = { code: "RoleMissing", message: "", hint: "" };

function profile(name: string, session: string, more: Partial<Profile> = {}): Profile {
  return { name, session, accountId: "012345678901", roleName: "ReadOnly", ...more };
}

function session(name: string, ...profiles: Profile[]): Session {
  return { name, legacy: false, startUrl: `https://${name}.awsapps.com/start`, region: "us-east-1", profiles };
}

const SESSIONS: readonly Session[] = [
  session("corp", profile("dev", "corp"), profile("prod", "corp"), profile("token", "corp", { accountId: undefined })),
  session(
    "lab",
    profile("bare", "lab", { roleName: undefined }),
    profile("odd", "lab", { problem: PROBLEM }),
    profile("lab-dev", "lab"),
  ),
  session("empty"),
];

const NONE: Choice = { sessions: [], profiles: [] };
const ALL: Standing = { sessions: ["*"] };

function by(sessions: string[], profiles: string[] = []): Choice {
  return { sessions, profiles };
}

/** `session: profile, profile`, with a `!` after a session that somebody chose. */
type Row = [sentence: string, choice: Choice, standing: Standing, expected: string[]];

const ROWS: readonly Row[] = [
  ["takes all, and the first profile that has a role", NONE, ALL, ["corp: dev", "lab: lab-dev", "empty:"]],
  ["takes what the config names as chosen", NONE, { sessions: ["lab"] }, ["lab!: lab-dev"]],
  ["does not take a glob of the config for a choice", NONE, { sessions: ["l*"] }, ["lab: lab-dev"]],
  ["takes a session named beside a glob as chosen", NONE, { sessions: ["*", "corp"] }, [
    "corp!: dev",
    "lab: lab-dev",
    "empty:",
  ]],
  ["takes nothing when the config names nothing that is there", NONE, { sessions: ["gone"] }, []],
  ["takes the session of a profile that a [sync] section names as chosen, and proves no other", NONE, {
    sessions: ["*"],
    synced: ["prod", "lab-*"],
  }, ["corp!: dev", "lab: lab-dev", "empty:"]],
  [
    "takes no session that the config leaves out, whatever is synced",
    NONE,
    { sessions: ["corp"], synced: ["lab-dev"] },
    [
      "corp!: dev",
    ],
  ],
  ["takes a session of the command line as chosen", by(["corp"]), ALL, ["corp!: dev"]],
  ["takes a glob of the command line as chosen", by(["*"]), ALL, ["corp!: dev", "lab!: lab-dev", "empty!:"]],
  ["takes a session that the config leaves out", by(["lab"]), { sessions: ["corp"] }, ["lab!: lab-dev"]],
  ["takes the session of a profile, and proves that profile", by([], ["prod"]), ALL, ["corp!: prod"]],
  ["proves all that a glob matches, in file order", by([], ["*d*"]), ALL, ["corp!: dev, prod", "lab!: lab-dev"]],
  ["proves no profile without a role, though it was named", by([], ["token"]), ALL, ["corp!:"]],
  ["proves no profile with a problem, though it was named", by([], ["odd"]), ALL, ["lab!:"]],
  ["joins sessions and profiles", by(["lab"], ["prod"]), ALL, ["corp!: prod", "lab!: lab-dev"]],
  ["proves the named profile of a named session", by(["corp"], ["prod"]), ALL, ["corp!: prod"]],
  ["proves the profiles that the config wants", NONE, { sessions: ["*"], profiles: ["*"] }, [
    "corp: dev, prod",
    "lab: lab-dev",
    "empty:",
  ]],
  ["proves nothing where the config wants nothing", NONE, { sessions: ["*"], profiles: ["prod"] }, [
    "corp: prod",
    "lab:",
    "empty:",
  ]],
  ["proves the named profile, whatever the config wants", by([], ["dev"]), { sessions: ["*"], profiles: ["prod"] }, [
    "corp!: dev",
  ]],
  ["finds nothing for names that are not there", by(["nope"], ["nope"]), ALL, []],
  ["tells upper from lower case", by(["CORP"]), ALL, []],
];

for (const [sentence, choice, standing, expected] of ROWS) {
  Deno.test(`select() ${sentence}`, () => {
    const found = select(SESSIONS, choice, standing).map(({ session, chosen, profiles }) =>
      `${session.name}${chosen ? "!" : ""}: ${profiles.map(({ name }) => name).join(", ")}`.trim()
    );
    assert.deepEqual(found, expected);
  });
}

Deno.test("select() keeps the session as it is", () => {
  assert.equal(select(SESSIONS, NONE, ALL)[1].session, SESSIONS[1]);
});

Deno.test("unmatched() gives the patterns that match no name", () => {
  assert.deepEqual(unmatched(["corp", "l*", "x*", "?"], ["corp", "lab"]), ["x*", "?"]);
  assert.deepEqual(unmatched([], ["corp"]), []);
  assert.deepEqual(unmatched(["*"], []), ["*"]);
});
