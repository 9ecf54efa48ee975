// Tests of the plan of an installation: what each single difference leads to, and what is refused.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import type { Job } from "../domain/service.ts";
import type { Former } from "./former.ts";
import { managedFile } from "./managed_file.ts";
import { MANAGED, type UnitFile } from "./manager.ts";
import { type Facts, planOf, type Step } from "./plan.ts";

const JOB: Job = {
  account: { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" },
  scope: "user",
  everyMinutes: 10,
  host: "mini",
  binary: "/home/alice/.local/bin/sso-heal",
  hardening: "strict",
  env: {},
  secretEnv: {},
  envFile: "/home/alice/.config/sso-heal/env",
  binds: [],
};
const SELF = "/srv/unpacked/sso-heal";
const TEXT = `# ${MANAGED}\nnew\n`;
const OLD = `# ${MANAGED}\nold\n`;
const UNIT = managedFile("/etc/one.service", 0o644, () => TEXT);
const OTHER = managedFile("/etc/one.timer", 0o644, () => TEXT);
/** A file that is no longer wanted. */
const GONE: UnitFile = { ...UNIT, wanted: () => undefined as never };
const FORMER: Former = { kind: "systemd", scope: "user", where: ["/x"], message: "an older script has a job here: /x" };

/** Everything as it should be. */
const DONE: Facts = {
  job: JOB,
  self: SELF,
  binary: "same",
  files: [{ unit: UNIT, present: TEXT }, { unit: OTHER, present: TEXT }],
  view: { loaded: true, enabled: true, hints: [] },
  isOverdue: false,
  lingers: true,
  missingFolders: [],
  former: [],
  others: [],
};

function write(unit: UnitFile, before: string | undefined, text: string | undefined = TEXT): Step {
  return { do: "write", unit, text, before };
}
const ACTIVATE: Step = { do: "activate" };
const PROVE: Step = { do: "prove" };

const ROWS: readonly (readonly [sentence: string, more: Partial<Facts>, steps: readonly Step[]])[] = [
  ["has nothing to do when all is there", {}, []],
  ["asks for no lingering where there is none to have", { lingers: undefined }, []],
  ["makes missing folders", { missingFolders: ["/a", "/b"] }, [{ do: "folders", paths: ["/a", "/b"] }, PROVE]],
  ["puts a new binary there", { binary: "missing" }, [
    { do: "binary", from: SELF, to: JOB.binary, isNew: true },
    PROVE,
  ]],
  ["replaces another binary, and leaves the job alone", { binary: "other" }, [
    { do: "binary", from: SELF, to: JOB.binary, isNew: false },
    PROVE,
  ]],
  ["writes only the text that differs", { files: [{ unit: UNIT, present: TEXT }, { unit: OTHER, present: OLD }] }, [
    write(OTHER, OLD),
    ACTIVATE,
    PROVE,
  ]],
  ["writes texts in their order", { files: [UNIT, OTHER].map((unit) => ({ unit, present: undefined })) }, [
    write(UNIT, undefined),
    write(OTHER, undefined),
    ACTIVATE,
    PROVE,
  ]],
  ["removes a text that is no longer wanted", { files: [{ unit: GONE, present: OLD }] }, [
    { do: "write", unit: GONE, text: undefined, before: OLD },
    ACTIVATE,
    PROVE,
  ]],
  ["begins lingering", { lingers: false }, [{ do: "linger" }, PROVE]],
  ["loads what is not loaded", { view: { ...DONE.view, loaded: false } }, [ACTIVATE, PROVE]],
  ["enables what the next start would forget", { view: { ...DONE.view, enabled: false } }, [ACTIVATE, PROVE]],
  ["proves a job that has been silent for too long", { isOverdue: true }, [PROVE]],
  ["ends the job of an older script, with consent", { former: [FORMER] }, [{ do: "retire", former: FORMER }]],
  ["takes out another job of ours", { others: ["a crontab line"] }, [{ do: "take-out", other: "a crontab line" }]],
];

for (const [sentence, more, steps] of ROWS) {
  Deno.test(`planOf() ${sentence}`, () => {
    assert.deepEqual(planOf({ ...DONE, ...more }, { replace: true }), steps);
  });
}

Deno.test("planOf() goes from the ground up, proves, and only then ends what was there before", () => {
  const all: Facts = {
    ...DONE,
    binary: "missing",
    files: [{ unit: UNIT, present: undefined }],
    view: { loaded: false, enabled: false, hints: [] },
    lingers: false,
    missingFolders: ["/a"],
    former: [FORMER, { ...FORMER, kind: "cron" }],
    others: ["a crontab line"],
  };
  assert.deepEqual(planOf(all, { replace: true }).map((step) => step.do), [
    ...["folders", "binary", "write", "linger", "activate", "prove", "retire", "retire", "take-out"],
  ]);
});

type Refusal = readonly [sentence: string, more: Partial<Facts>, message: string, hint: string];

const REFUSALS: readonly Refusal[] = [
  [
    "a file of somebody else",
    { files: [{ unit: UNIT, present: TEXT }, { unit: OTHER, present: "[Timer]\n" }] },
    'Cannot write "/etc/one.timer": the file that is there was not written by sso-heal',
    "look at it; if nobody needs it, move it away: mv /etc/one.timer /etc/one.timer.mine",
  ],
  [
    "to run beside the job of an older script without consent",
    { former: [FORMER, { ...FORMER, message: "and a line" }] },
    "Cannot install beside another one: an older script has a job here: /x; and a line",
    "both would refresh the same tokens; to end it and keep a copy: add --replace",
  ],
  [
    "to replace a link at the place of the binary",
    { binary: "linked" },
    `Cannot put the binary at "${JOB.binary}": it is a link, made by a package manager perhaps`,
    `upgrade it there and install with it: ${JOB.binary} install`,
  ],
];

for (const [sentence, more, message, hint] of REFUSALS) {
  Deno.test(`planOf() refuses ${sentence}`, () => {
    assert.throws(() => planOf({ ...DONE, ...more }, { replace: false }), (error) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual([error.message, error.hints[0]], [message, hint]);
      return true;
    });
  });
}
