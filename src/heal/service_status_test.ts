// Tests of what is said of the job: alive or not, by every manager and by its heartbeat.
import assert from "node:assert/strict";
import { printed } from "../../tests/service/launchctl_script.ts";
import { type FakeSystem, fakeSystem, MINUTE, START } from "../../tests/support/fake_system.ts";
import type { Account, ServiceStatus } from "../domain/service.ts";
import { writeHeartbeat } from "../store/journal.ts";
import type { ServiceRecord } from "../store/service_record.ts";
import type { Command, Ran } from "../system/run_program.ts";
import { readServiceStatus } from "./service_status.ts";

const ALICE: Account = { name: "alice", uid: 501, gid: 20, home: "/home/alice" };
const BASE = { everyMs: 10 * MINUTE, since: START - 600 * MINUTE, account: ALICE };
const DAEMON: ServiceRecord = { ...BASE, manager: "launchd", scope: "system", domain: "system", hardening: "none" };
const TIMER: ServiceRecord = { ...BASE, manager: "systemd", scope: "system", hardening: "hardened" };
const CRON: ServiceRecord = { ...BASE, manager: "cron", scope: "user", hardening: "none" };
const RUN: ServiceRecord = { manager: "run", scope: "user", everyMs: 10 * MINUTE, since: START - 600 * MINUTE, pid: 7 };

/** Answers by the first words of a command, without the folder of the program; anything else is not found. */
type Answers = Readonly<Record<string, string | number>>;

function answering(answers: Answers) {
  return ({ program, args }: Command): Promise<Ran> => {
    const line = [program.split("/").at(-1), ...args].join(" ");
    const answer = Object.entries(answers).find(([words]) => line.startsWith(words))?.[1] ?? 1;
    return Promise.resolve({
      code: typeof answer === "number" ? answer : 0,
      stdout: typeof answer === "string" ? answer : "",
      stderr: "",
    });
  };
}

const NEXT = "Fri 2026-11-20 10:03:00 UTC";

function units(more: { active?: string; next?: string; running?: boolean; enabled?: string } = {}): string {
  const { active = "active", next = NEXT, running = false, enabled = "enabled" } = more;
  return `Id=sso-heal-alice.timer\nLoadState=loaded\nUnitFileState=${enabled}\nActiveState=${active}\n` +
    `SubState=waiting\nNeedDaemonReload=no\nResult=success\nNextElapseUSecRealtime=${next}\n\n` +
    `Id=sso-heal-alice.service\nLoadState=loaded\nActiveState=${running ? "activating" : "inactive"}\n` +
    `SubState=${running ? "start" : "dead"}\nNeedDaemonReload=no\nResult=success\nExecMainStatus=0\n`;
}

const LAUNCHD: Answers = {
  "launchctl print-disabled": "",
  "launchctl print system/": printed(),
  "stat -f %Su %Lp": "root 644\n",
  "stat -f %Su /dev/console": "alice\n",
};
const TABLE = "# BEGIN sso-heal (sso-heal:managed v1)\n3,13,23,33,43,53 * * * * x\n# END sso-heal\n";
const CRONTAB: Answers = { "crontab -l": TABLE, pgrep: "1\n" };
const HEALTHY = START - 5 * MINUTE;
const LATE = START - 26 * MINUTE;

interface Expected {
  readonly stale: boolean;
  readonly loaded?: boolean;
  readonly codes?: readonly string[];
  readonly nextRunAt?: number;
}
type Row = readonly [sentence: string, ServiceRecord, Answers, lastRunAt: number | undefined, Expected];

const ROWS: readonly Row[] = [
  ["a LaunchDaemon that lives", DAEMON, LAUNCHD, HEALTHY, { stale: false, nextRunAt: START + 3 * MINUTE }],
  ["a LaunchDaemon that says no next run", DAEMON, { ...LAUNCHD, "launchctl print system/": "state = x" }, HEALTHY, {
    stale: false,
  }],
  ["a LaunchDaemon that is not loaded", DAEMON, { ...LAUNCHD, "launchctl print system/": 113 }, HEALTHY, {
    stale: true,
    loaded: false,
    codes: ["JobNotLoaded"],
  }],
  [
    "a LaunchDaemon that is switched off",
    DAEMON,
    { ...LAUNCHD, "launchctl print-disabled": '"sso-heal.check.alice" => disabled\n' },
    HEALTHY,
    { stale: true, codes: ["JobDisabled"], nextRunAt: START + 3 * MINUTE },
  ],
  ["a LaunchDaemon that is overdue", DAEMON, LAUNCHD, LATE, {
    stale: true,
    codes: ["Overdue"],
    nextRunAt: START + 3 * MINUTE,
  }],
  ["a launchd that does not answer", DAEMON, { launchctl: 124 }, HEALTHY, {
    stale: true,
    loaded: false,
    codes: ["LaunchdSilent"],
  }],
  ["a timer that lives", TIMER, { systemctl: units() }, HEALTHY, { stale: false, nextRunAt: START + 3 * MINUTE }],
  [
    "a timer whose service runs now, without a next run",
    TIMER,
    { systemctl: units({ next: "", running: true }) },
    HEALTHY,
    {
      stale: false,
    },
  ],
  ["a timer that will never fire again", TIMER, { systemctl: units({ next: "" }) }, HEALTHY, { stale: true }],
  ["a timer that was stopped", TIMER, { systemctl: units({ active: "inactive", next: "" }) }, HEALTHY, {
    stale: true,
    loaded: false,
  }],
  ["a timer that the next start forgets", TIMER, { systemctl: units({ enabled: "disabled" }) }, HEALTHY, {
    stale: true,
    nextRunAt: START + 3 * MINUTE,
  }],
  ["a timer that is overdue", TIMER, { systemctl: units() }, LATE, { stale: true, nextRunAt: START + 3 * MINUTE }],
  ["a timer that never ran", TIMER, { systemctl: units() }, undefined, { stale: true, nextRunAt: START + 3 * MINUTE }],
  ["a crontab line that lives", CRON, CRONTAB, HEALTHY, { stale: false, nextRunAt: START + 3 * MINUTE }],
  ["a crontab line that is gone", CRON, { ...CRONTAB, "crontab -l": "" }, HEALTHY, { stale: true, loaded: false }],
  ["a crontab line without a cron", CRON, { ...CRONTAB, pgrep: 1 }, LATE, {
    stale: true,
    codes: ["CronNotRunning", "Overdue"],
  }],
  ["a crontab line that is overdue", CRON, CRONTAB, LATE, {
    stale: true,
    codes: ["Overdue"],
    nextRunAt: START + 3 * MINUTE,
  }],
  ["`run` that lives, of which only the heartbeat tells", RUN, {}, HEALTHY, { stale: false, codes: [] }],
  ["`run` that is overdue", RUN, {}, LATE, { stale: true, codes: ["Overdue"] }],
];

async function statusOf(
  record: ServiceRecord,
  answers: Answers,
  lastRunAt?: number,
  sandbox?: boolean,
): Promise<ServiceStatus> {
  await using system: FakeSystem = await fakeSystem();
  system.run = answering(answers);
  const beat = { at: START, outcome: "healthy", exitCode: 0, pid: 1, version: "1", sandbox } as const;
  writeHeartbeat(system.home, { ...beat, scheduledAt: lastRunAt });
  return await readServiceStatus(system, record);
}

for (const [sentence, record, answers, lastRunAt, expected] of ROWS) {
  Deno.test(`readServiceStatus() sees ${sentence}`, async () => {
    const status = await statusOf(record, answers, lastRunAt);
    const { stale, loaded = true, nextRunAt, codes } = expected;
    const seen = { stale: status.stale, loaded: status.loaded, nextRunAt: status.nextRunAt };
    assert.deepEqual(seen, { stale, loaded, nextRunAt });
    if (codes !== undefined) assert.deepEqual(status.hints.map(({ code }) => code), codes);
    const { installed, manager, scope, everyMs, lastRunAt: last } = status;
    assert.deepEqual({ installed, manager, scope, everyMs, last }, {
      ...{ installed: true, manager: record.manager, scope: record.scope, everyMs: 10 * MINUTE, last: lastRunAt },
    });
  });
}

Deno.test("readServiceStatus() gives a job that was just set up the time of its first runs", async () => {
  const { stale, hints } = await statusOf({ ...CRON, since: START - MINUTE }, CRONTAB);
  assert.deepEqual({ stale, hints }, { stale: false, hints: [] });
});

Deno.test("readServiceStatus() says for how long nothing ran, and how to repair it", async () => {
  const rows: readonly (readonly [ServiceRecord, Answers, hint: string])[] = [
    [CRON, CRONTAB, "run: sso-heal install, which repairs it"],
    [RUN, {}, "start it again: sso-heal run"],
  ];
  for (const [record, answers, hint] of rows) {
    const { hints } = await statusOf(record, answers, START - 130 * MINUTE);
    assert.deepEqual(hints, [{ code: "Overdue", message: "No check has run for 2 h 10 min.", hint }]);
  }
});

Deno.test("readServiceStatus() says whether the system really confines the job", async () => {
  const rows: readonly (readonly [ServiceRecord, sandbox: boolean | undefined, codes: readonly string[]])[] = [
    [TIMER, true, []],
    [TIMER, undefined, []],
    [TIMER, false, ["SandboxOff"]],
    [{ ...TIMER, hardening: "none" }, false, []],
  ];
  for (const [record, sandbox, codes] of rows) {
    const status = await statusOf(record, { systemctl: units() }, HEALTHY, sandbox);
    assert.deepEqual(status.sandbox, { level: record.hardening, enforced: sandbox });
    assert.deepEqual(status.hints.map(({ code }) => code), codes);
  }
});

Deno.test("readServiceStatus() never throws where no program can be run", async () => {
  for (const record of [DAEMON, TIMER, CRON]) {
    const { stale, loaded, hints } = await statusOf(record, { "": 127 }, HEALTHY);
    assert.deepEqual([stale, loaded], [true, false], record.manager);
    assert.ok(record.manager === "cron" || hints.length > 0, record.manager);
  }
});
