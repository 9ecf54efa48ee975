// Proves what a check leaves behind, and that a place that takes nothing costs a warning and nothing else.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, fakeSystem, MINUTE, START } from "../../tests/support/fake_system.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import { modeOf } from "../../tests/support/temporary_home.ts";
import type { CheckReport } from "../domain/report.ts";
import { VERSION } from "../domain/version.ts";
import { statePaths } from "../store/paths.ts";
import { leaveWord, type Occasion } from "./leave_word.ts";

const STATE = ".local/state/sso-heal";

const REPORT: CheckReport = {
  outcome: "needs-login",
  startedAt: START,
  durationMs: 1500,
  sessions: [{
    name: "corp",
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    state: "needs-login",
    action: "failed",
    outcome: "needs-login",
    counted: true,
    error: { code: "InvalidGrantException", message: "AWS has ended the sign-in", hint: "log in" },
    profiles: [],
  }],
  problems: [],
  warnings: [],
};

async function leave(
  system: FakeSystem,
  report = REPORT,
  whole = true,
  timer: Pick<Occasion, "scheduled" | "service"> = { scheduled: false },
): Promise<void> {
  using aws = new FakeAws();
  await leaveWord(contextOf(system, aws), report, { whole, ...timer });
}

Deno.test("leaveWord() leaves heartbeat, history, figures and one line in the log", async () => {
  await using system = await fakeSystem();
  await leave(system);
  const sessions = [{ name: "corp", state: "needs-login", action: "failed", error: "InvalidGrantException" }];
  const common = { at: "2026-11-20T10:00:01.500Z", outcome: "needs-login", exitCode: 4 };
  assert.deepEqual(JSON.parse(system.read(`${STATE}/heartbeat`) ?? ""), { ...common, pid: Deno.pid, version: VERSION });
  assert.deepEqual(JSON.parse(system.read(`${STATE}/history.jsonl`) ?? ""), { ...common, durationMs: 1500, sessions });
  assert.match(system.read(`${STATE}/metrics.prom`) ?? "", /^sso_heal_last_check_exit_code 4$/m);
  assert.deepEqual(system.logged, [
    { level: "info", message: "check: needs-login", facts: { durationMs: 1500, sessions } },
  ]);
  const { heartbeat, history, metrics } = statePaths(system.home);
  for (const path of [heartbeat, history, metrics]) assert.equal(modeOf(path), "0600");
});

Deno.test("leaveWord() logs no session that is well or was never used here", async () => {
  await using system = await fakeSystem();
  const [corp] = REPORT.sessions;
  const well = { ...corp, state: "healthy", action: "none", outcome: "healthy", error: undefined } as const;
  await leave(system, { ...REPORT, outcome: "healthy", sessions: [well, { ...corp, counted: false }] });
  assert.deepEqual(system.logged.map(({ message, facts }) => [message, facts]), [
    ["check: healthy", { durationMs: 1500 }],
  ]);
  assert.equal(JSON.parse(system.read(`${STATE}/history.jsonl`) ?? "").sessions.length, 2);
});

Deno.test("leaveWord() of chosen sessions keeps the heartbeat and the figures of all", async () => {
  await using system = await fakeSystem();
  await leave(system);
  const before = [`${STATE}/heartbeat`, `${STATE}/metrics.prom`].map((path) => system.read(path));
  await leave(system, { ...REPORT, outcome: "healthy", startedAt: START + MINUTE }, false);
  assert.deepEqual([`${STATE}/heartbeat`, `${STATE}/metrics.prom`].map((path) => system.read(path)), before);
  assert.equal(system.read(`${STATE}/history.jsonl`)?.split("\n").length, 3);
});

Deno.test("leaveWord() adds a line of history for every check", async () => {
  await using system = await fakeSystem();
  await leave(system);
  await leave(system);
  assert.equal(system.read(`${STATE}/history.jsonl`)?.split("\n").length, 3);
});

Deno.test("leaveWord() warns when the state folder cannot be written, and nothing else", async () => {
  await using system = await fakeSystem();
  system.write(STATE, "not a folder");
  await leave(system);
  assert.deepEqual(system.logged.map(({ level }) => level), ["warning", "info"]);
  assert.match(
    system.logged[0].message,
    /^cannot leave word of this check: Cannot write .*: a part of its path is a file$/,
  );
});

Deno.test("leaveWord() sweeps temporary files of more than ten minutes, but none beside the tokens", async () => {
  await using system = await fakeSystem();
  const names = (minutes: number) =>
    [".aws/cli/cache", STATE, `${STATE}/sessions`].map((folder) => `${folder}/.sso-heal-0000000${minutes}.tmp`);
  const foreign = ".aws/cli/cache/tmpab12.tmp";
  const token = ".aws/sso/cache/.sso-heal-1.tmp";
  for (
    const [path, minutes] of [
      ...names(9).map((path) => [path, 9]),
      ...[...names(11), foreign, token].map((p) => [p, 11]),
    ]
  ) {
    system.write(path as string, "x");
    Deno.utimeSync(`${system.home}/${path}`, START / 1000, (START - (minutes as number) * MINUTE) / 1000);
  }
  await leave(system);
  assert.deepEqual(names(11).map((path) => system.read(path)), names(11).map(() => undefined));
  assert.deepEqual([...names(9), foreign, token].map((path) => system.read(path)), ["x", "x", "x", "x", "x"]);
});

Deno.test("leaveWord() keeps small what launchd writes of runs that crash, when a timer asks", async (t) => {
  const launchd = { manager: "launchd", scope: "user", everyMs: 600_000, since: START } as const;
  const rows: readonly [name: string, timer: Pick<Occasion, "scheduled" | "service">, left: number][] = [
    ["a run of launchd", { scheduled: true, service: launchd }, 0],
    ["a check by hand", { scheduled: false, service: launchd }, 1_000_001],
    ["a run of another manager", { scheduled: true, service: { ...launchd, manager: "systemd" } }, 1_000_001],
    ["a run without a job", { scheduled: true }, 1_000_001],
  ];
  for (const [name, timer, left] of rows) {
    await t.step(name, async () => {
      await using system = await fakeSystem();
      system.write(`${STATE}/log/launchd.err.log`, "x".repeat(1_000_001));
      await leave(system, REPORT, true, timer);
      assert.equal(system.read(`${STATE}/log/launchd.err.log`)?.length, left);
    });
  }
});
