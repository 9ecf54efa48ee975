// Tests of the proof of a job: which heartbeat counts, how long it may take, and what is tried before it is given up.
import assert from "node:assert/strict";
import { type FakeSystem, fakeSystem, START } from "../../tests/support/fake_system.ts";
import { UserError } from "../domain/problem.ts";
import type { Hardening, Job, ManagerView } from "../domain/service.ts";
import { managedFile } from "../service/managed_file.ts";
import { MANAGED, type Manager } from "../service/manager.ts";
import { OwnedFiles } from "../service/owned_files.ts";
import { type Heartbeat, writeHeartbeat } from "../store/journal.ts";
import { readServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import { runProgram } from "../system/run_program.ts";
import type { Planned } from "./install.ts";
import { proveJob } from "./prove_job.ts";

/** What one started run does: after so many milliseconds it ends, with a heartbeat or without. */
interface Run {
  readonly ms: number;
  readonly beat?: Partial<Heartbeat>;
  readonly lastResult?: string;
}

interface Scene {
  readonly system: FakeSystem;
  readonly planned: Planned;
  /** What the manager was asked to do. */
  readonly done: string[];
  readonly unit: string;
}

/** A job whose runs go as told; the last one is that of all others. */
async function scene(runs: readonly Run[], use: (scene: Scene) => Promise<void>, hardening: Hardening = "none") {
  await using system = await fakeSystem();
  const { home } = system;
  const left = [...runs];
  const done: string[] = [];
  let view: ManagerView = { loaded: true, enabled: true, running: false, hints: [] };
  let current: { readonly run: Run; readonly endsAt: number } | undefined;
  system.run = runProgram;
  system.duringSleep = () => {
    if (current === undefined || current.endsAt > system.clock) return;
    const { beat, lastResult = "success" } = current.run;
    if (beat !== undefined) writeBeat(system, beat);
    view = { ...view, running: false, lastResult };
    current = undefined;
  };
  const manager: Manager = {
    name: "systemd",
    unitsOf: (job) => [managedFile(`${home}/unit`, 0o644, () => `# ${MANAGED}\n${job.hardening}\n`)],
    commands: () => [],
    activate: () => Promise.resolve(void done.push("activate")),
    deactivate: () => Promise.resolve(true),
    start() {
      done.push("start");
      const run = left.length > 1 ? left.shift() as Run : left[0];
      current = { run, endsAt: system.clock + run.ms };
      view = { ...view, running: true };
      return Promise.resolve();
    },
    ask: () => Promise.resolve(view),
  };
  const account = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home };
  const job: Job = {
    ...{ account, scope: "user", everyMinutes: 10, host: "mini", binary: "/opt/my bin/sso-heal", hardening },
    ...{ env: {}, secretEnv: {}, envFile: `${home}/env`, binds: [] },
  };
  const placement = { scope: "user", account, asRoot: false } as const;
  const record: ServiceRecord = { manager: "systemd", scope: "user", everyMs: 600_000, since: START, hardening };
  const files = new OwnedFiles(system, placement);
  const planned: Planned = { way: { manager, scope: "user" }, job, placement, steps: [], record, hints: [], files };
  await use({ system, planned, done, unit: `${home}/unit` });
}

function writeBeat(system: FakeSystem, beat: Partial<Heartbeat>): void {
  const usual = { at: system.clock, scheduledAt: system.clock, outcome: "healthy", exitCode: 0, pid: 1, version: "1" };
  writeHeartbeat(system.home, { ...usual as Heartbeat, ...beat });
}

async function fails(work: Promise<unknown>, reason: string): Promise<UserError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof UserError, `no UserError, but ${error}`);
  assert.equal(error.message, `Cannot prove the job: its first run failed (${reason})`);
  return error;
}

Deno.test("proveJob() is content with the heartbeat of one run, whatever it says of the sessions", async () => {
  for (const outcome of ["healthy", "needs-login", "broken"]) {
    await scene([{ ms: 3_000, beat: { outcome } }], async ({ system, planned, done }) => {
      const { proof, record } = await proveJob(system, planned);
      assert.deepEqual([proof.outcome, record, done], [outcome, planned.record, ["start"]]);
    });
  }
});

Deno.test("proveJob() takes neither an old heartbeat for the proof, nor that of a check by hand", async () => {
  await scene([{ ms: 10_000, beat: { outcome: "healthy" } }], async ({ system, planned }) => {
    writeBeat(system, { outcome: "broken", scheduledAt: START - 1 });
    const after = system.duringSleep;
    system.duringSleep = async (ms) => {
      if (system.clock === START + 1_000) writeBeat(system, { outcome: "broken", scheduledAt: START - 1 });
      await after(ms);
    };
    assert.equal((await proveJob(system, planned)).proof.outcome, "healthy");
    assert.equal(system.clock, START + 10_000);
  });
});

Deno.test("proveJob() starts the job again when its run left the work to another check", async () => {
  for (const lastResult of ["success", "exit-code 75"]) {
    await scene([{ ms: 1_000, lastResult }, { ms: 1_000, beat: {} }], async ({ system, planned, done }) => {
      assert.equal((await proveJob(system, planned)).proof.outcome, "healthy");
      assert.deepEqual([done, system.clock - START], [["start", "start"], 6_000]);
    });
  }
});

Deno.test("proveJob() waits for a run that takes its time, and starts no other meanwhile", async () => {
  await scene([{ ms: 80_100, beat: {} }], async ({ system, planned, done }) => {
    await proveJob(system, planned);
    assert.deepEqual(done, ["start"]);
  });
});

Deno.test("proveJob() looks once more before it calls a run a failure that ended in that very moment", async () => {
  await scene([{ ms: 5_000, beat: {}, lastResult: "exit-code 1" }], async ({ system, planned, done }) => {
    assert.equal((await proveJob(system, planned)).proof.outcome, "healthy");
    assert.deepEqual(done, ["start"]);
  });
});

Deno.test("proveJob() gives up at once when the run failed, with a line to see for oneself", async () => {
  await scene([{ ms: 1_000, lastResult: "exit-code 203" }], async ({ system, planned, done }) => {
    const { hints } = await fails(proveJob(system, planned), "exit-code 203");
    assert.equal(hints[0], "see what it says: '/opt/my bin/sso-heal' check --scheduled");
    assert.deepEqual([done, system.clock - START], [["start"], 5_000]);
  });
});

Deno.test("proveJob() gives up when no heartbeat comes within 90 seconds", async () => {
  await scene([{ ms: 1_000 }], async ({ system, planned }) => {
    await fails(proveJob(system, planned), "no heartbeat came within 1 min");
    assert.equal(system.clock, START + 90_000);
  });
});

const LOOSER: readonly (readonly [sentence: string, first: Run])[] = [
  ["that is not confined, although its unit says so", { ms: 1_000, beat: { sandbox: false } }],
  ["that cannot start as it is confined", { ms: 1_000, lastResult: "exit-code 217" }],
];

for (const [sentence, first] of LOOSER) {
  Deno.test(`proveJob() makes a strict job basic ${sentence}`, async () => {
    await scene([first, { ms: 1_000, beat: {} }], async ({ system, planned, done, unit }) => {
      const { record } = await proveJob(system, planned);
      assert.equal(record.hardening, "basic");
      assert.deepEqual(readServiceRecord(system.home), record);
      assert.equal(Deno.readTextFileSync(unit), `# ${MANAGED}\nbasic\n`);
      assert.deepEqual(done, ["start", "activate", "start"]);
    }, "strict");
  });
}

Deno.test("proveJob() keeps a strict job that is confined, or that cannot tell", async () => {
  for (const sandbox of [true, undefined]) {
    await scene([{ ms: 1_000, beat: { sandbox } }], async ({ system, planned, done }) => {
      assert.deepEqual([(await proveJob(system, planned)).record, done], [planned.record, ["start"]]);
    }, "strict");
  }
});

Deno.test("proveJob() makes no other job looser", async () => {
  for (const hardening of ["hardened", "basic", "none"] as const) {
    await scene([{ ms: 1_000, lastResult: "exit-code 217" }], async ({ system, planned, done }) => {
      await fails(proveJob(system, planned), "exit-code 217");
      assert.deepEqual(done, ["start"]);
    }, hardening);
  }
});

Deno.test("proveJob() fails when the looser job fails, too, and makes it strict again", async () => {
  await scene([{ ms: 1_000, lastResult: "exit-code 217" }], async ({ system, planned, done, unit }) => {
    await fails(proveJob(system, planned), "exit-code 217");
    assert.deepEqual(done, ["start", "activate", "start", "activate"]);
    assert.equal(Deno.readTextFileSync(unit), `# ${MANAGED}\nstrict\n`);
    assert.equal(readServiceRecord(system.home)?.hardening, "strict");
  }, "strict");
});
