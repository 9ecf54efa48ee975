// Proves how failures of legacy profiles are put together, and when they are why a check ended as it did.
import assert from "node:assert/strict";
import type { CheckReport, SessionReport, SyncReport } from "./report.ts";
import { namesOf, syncFailures, syncReason } from "./sync_failures.ts";

function failed(to: string, message: string, outcome: SyncReport["outcome"] = "broken"): SyncReport {
  return { from: to, to, file: "/f", changed: false, error: { code: "C", message, hint: "" }, outcome };
}

const FINE: SyncReport = { from: "a", to: "a", file: "/f", changed: true, outcome: "healthy" };

Deno.test("syncFailures() puts together what failed for one reason, and names three of them", () => {
  const reports = [FINE, ...["a", "b", "c", "d", "e"].map((to) => failed(to, "no")), failed("z", "other")];
  assert.deepEqual(syncFailures(reports).map(namesOf), ["a, b, c and 2 more", "z"]);
});

Deno.test("syncFailures() puts together what is of a kind when it would be too much to read", () => {
  const reports = Array.from({ length: 150 }, (_, at) => failed(`p${at}`, `AWS refuses account ${at}`));
  const [one, ...others] = syncFailures([...reports, failed("z", "other")].map((report, at) => ({
    ...report,
    error: { ...report.error!, code: at < 150 ? "Refused" : "Other" },
  })));
  assert.deepEqual([namesOf(one), one.error.message, one.isExample], [
    "p0, p1, p2 and 147 more",
    "AWS refuses account 0",
    true,
  ]);
  assert.deepEqual(others.map((other) => [namesOf(other), other.isExample]), [["z", false]]);
});

const CORP = { name: "corp", outcome: "broken", counted: true } as SessionReport;
const REPORT: CheckReport = {
  outcome: "broken",
  startedAt: 0,
  durationMs: 0,
  sessions: [{ ...CORP, outcome: "healthy" }],
  problems: [],
  warnings: [],
  sync: [failed("late", "later", "temporary-failure"), failed("dev", "refused")],
};

const ROWS: readonly (readonly [sentence: string, more: Partial<CheckReport>, reason: string | undefined])[] = [
  ["names the failure that made the outcome", {}, "sync of dev: refused"],
  ["names one that may pass where nothing is worse", { outcome: "temporary-failure" }, "sync of late: later"],
  ["leaves it to a session that is as bad", { sessions: [CORP] }, undefined],
  [
    "does not listen to a session that is not counted",
    { sessions: [{ ...CORP, counted: false }] },
    "sync of dev: refused",
  ],
  ["leaves it to the problems of the config", { problems: [{ code: "X", message: "", hint: "" }] }, undefined],
  ["is silent where nothing is synced", { sync: undefined }, undefined],
];

for (const [sentence, more, reason] of ROWS) {
  Deno.test(`syncReason() ${sentence}`, () => assert.equal(syncReason({ ...REPORT, ...more }), reason));
}
