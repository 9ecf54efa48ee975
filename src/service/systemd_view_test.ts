// Proves how the answers of systemd are told, row by row.
import assert from "node:assert/strict";
import type { ManagerView, Placement } from "../domain/service.ts";
import type { Properties } from "./systemctl.ts";
import { timeOf, viewOf } from "./systemd_view.ts";

const ACCOUNT = { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" };
const SYSTEM: Placement = { scope: "system", account: ACCOUNT, asRoot: true };
const USER: Placement = { scope: "user", account: ACCOUNT, asRoot: false };

const TIMER: Properties = {
  LoadState: "loaded",
  UnitFileState: "enabled",
  ActiveState: "active",
  NeedDaemonReload: "no",
  NextElapseUSecRealtime: "Fri 2026-11-20 10:10:42 UTC",
  LastTriggerUSec: "Fri 2026-11-20 10:00:42 UTC",
};
const SERVICE: Properties = {
  LoadState: "loaded",
  ActiveState: "inactive",
  NeedDaemonReload: "no",
  Result: "success",
  ExecMainStatus: "0",
  ExecMainStartTimestamp: "Fri 2026-11-20 10:00:43 UTC",
  ConditionResult: "yes",
  ConditionTimestamp: "Fri 2026-11-20 10:00:43 UTC",
};
const NEVER_RAN: Properties = { Result: "success", ConditionResult: "no", ExecMainStartTimestamp: "" };
const GONE: Properties = { LoadState: "not-found", ActiveState: "inactive", UnitFileState: "" };
const OFF: Properties = { ActiveState: "inactive", NextElapseUSecRealtime: "" };

interface Told extends Partial<Omit<ManagerView, "hints">> {
  readonly hints?: readonly string[];
}

const WELL = {
  loaded: true,
  enabled: true,
  running: false,
  nextRunAt: Date.parse("2026-11-20T10:10:42Z"),
  lastStartAt: Date.parse("2026-11-20T10:00:43Z"),
  lastResult: "success",
  hints: [] as readonly string[],
};

const ROWS: readonly (readonly [what: string, timer: Properties, service: Properties, told: Told])[] = [
  ["a job that is well", {}, {}, {}],
  ["a failed run", {}, { Result: "exit-code", ExecMainStatus: "4" }, { lastResult: "exit-code 4" }],
  ["a run that took too long", {}, { Result: "timeout", ExecMainStatus: "15" }, { lastResult: "timeout" }],
  ["a temporary failure, which the unit calls a success", {}, { ExecMainStatus: "75" }, {}],
  [
    "a running service, whose timer has no next run meanwhile",
    { NextElapseUSecRealtime: "" },
    { ActiveState: "activating" },
    { running: true, nextRunAt: undefined, lastResult: undefined },
  ],
  [
    "a service that never ran",
    {},
    { ...NEVER_RAN, ConditionTimestamp: "" },
    { lastStartAt: Date.parse("2026-11-20T10:00:42Z"), lastResult: undefined },
  ],
  ["a run that was left out", {}, { ConditionResult: "no" }, { hints: ["RunLeftOut"] }],
  [
    "a program that is not there",
    {},
    { Result: "exit-code", ExecMainStatus: "203" },
    { lastResult: "exit-code 203", hints: ["JobNotStarted"] },
  ],
  ["an active timer without a next run", { NextElapseUSecRealtime: "n/a" }, {}, {
    nextRunAt: undefined,
    hints: ["NoNextRun"],
  }],
  ["an enabled timer that is not active", OFF, {}, { loaded: false, nextRunAt: undefined, hints: ["TimerNotActive"] }],
  ["a timer that is not enabled", { UnitFileState: "disabled" }, {}, { enabled: false, hints: ["TimerNotEnabled"] }],
  ["a timer enabled until the reboot", { UnitFileState: "enabled-runtime" }, {}, {
    enabled: false,
    hints: ["TimerNotEnabled"],
  }],
  ["a timer that was switched off", { ...OFF, UnitFileState: "disabled" }, {}, {
    loaded: false,
    enabled: false,
    nextRunAt: undefined,
    hints: ["TimerOff"],
  }],
  ["a masked timer", { ...OFF, LoadState: "masked", UnitFileState: "masked" }, {}, {
    loaded: false,
    enabled: false,
    nextRunAt: undefined,
    hints: ["UnitMasked"],
  }],
  ["a file that changed", {}, { NeedDaemonReload: "yes" }, { hints: ["UnitChanged"] }],
  ["a service that systemd does not understand", {}, { LoadState: "bad-setting" }, { hints: ["UnitNotUnderstood"] }],
];

for (const [what, timer, service, told] of ROWS) {
  Deno.test(`viewOf() tells ${what}`, () => {
    const view = viewOf({ timer: { ...TIMER, ...timer }, service: { ...SERVICE, ...service } }, SYSTEM, undefined);
    const wanted = Object.entries({ ...WELL, ...told }).filter(([, value]) => value !== undefined);
    assert.deepEqual({ ...view, hints: view.hints.map(({ code }) => code) }, Object.fromEntries(wanted));
  });
}

Deno.test("viewOf() has nothing to say about a job that is not there", () => {
  const view = viewOf({ timer: GONE, service: { ...GONE, ...NEVER_RAN } }, USER, false);
  assert.deepEqual(view, { loaded: false, enabled: false, hints: [] });
});

Deno.test("viewOf() warns of a user timer whose account does not linger, with the line to run", () => {
  const [hint] = viewOf({ timer: TIMER, service: SERVICE }, USER, false).hints;
  assert.equal(hint.code, "LingerMissing");
  assert.equal(hint.hint, "run: sudo loginctl enable-linger alice");
});

Deno.test("viewOf() does not mind that systemd is not there at all, but tells of one that cannot be asked", () => {
  const codes = (noSystemd: boolean) =>
    viewOf({ trouble: "Failed to connect to bus", noSystemd }, USER, false).hints.map(({ code }) => code);
  assert.deepEqual(codes(true), []);
  assert.deepEqual(codes(false), ["NoBus", "LingerMissing"]);
});

for (const text of [undefined, "", "n/a", "infinity", "0", "Fri 2026-11-20 10:00:42 CET"]) {
  Deno.test(`timeOf() takes ${JSON.stringify(text)} for no time`, () => assert.equal(timeOf(text), undefined));
}

Deno.test("timeOf() reads a time with parts of a second", () => {
  assert.equal(timeOf("Fri 2026-11-20 10:00:42.123456 UTC"), Date.parse("2026-11-20T10:00:42Z"));
});
