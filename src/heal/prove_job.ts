// Proves an installed job by one real run: its manager starts it, and its heartbeat says how it went.
import { formatDuration } from "../domain/duration.ts";
import { UserError } from "../domain/problem.ts";
import type { Job, Placement } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
import { labelOf } from "../service/launchd_plist.ts";
import type { Manager } from "../service/manager.ts";
import { unitName } from "../service/systemd_units.ts";
import { statePaths } from "../store/paths.ts";
import { type Heartbeat, parseHeartbeat } from "../store/journal.ts";
import { formatServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import type { System } from "../system/system.ts";
import type { Planned } from "./install.ts";
import { recordPath } from "./jobs.ts";

/** What the first run said. */
export type Proof = Pick<Heartbeat, "outcome" | "sandbox">;

const PATIENCE_MS = 90_000;
const POLL_MS = 250;
/** Another check may be at work just then: the run ends at once, and is started again. */
const AGAIN_MS = 5_000;
/** Results of such a run: systemd takes exit code 75 for a success. */
const NO_FAILURE: readonly string[] = ["success", "exit-code 0", "exit-code 75"];

/**
 * Runs the job once. A user job that systemd cannot confine to our folders is written again without that, and runs once
 * more.
 *
 * @throws {UserError} when no run leaves a heartbeat.
 */
export async function proveJob(system: System, planned: Planned): Promise<{ proof: Proof; record: ServiceRecord }> {
  const { job, record } = planned;
  try {
    const proof = await runOnce(system, planned);
    if (job.hardening !== "strict" || proof.sandbox !== false) return { proof, record };
  } catch (error) {
    if (job.hardening !== "strict" || !(error instanceof UserError)) throw error;
  }
  const basic: Job = { ...job, hardening: "basic" };
  const looser: ServiceRecord = { ...record, hardening: "basic" };
  await change(planned, basic, looser);
  try {
    return { proof: await runOnce(system, { ...planned, job: basic }), record: looser };
  } catch (error) {
    await change(planned, job, record);
    throw error;
  }
}

async function change({ files, placement, way: { manager } }: Planned, job: Job, record: ServiceRecord): Promise<void> {
  for (const unit of manager.unitsOf(job)) {
    await files.write(unit.path, unit.wanted(await files.read(unit.path)), unit.mode);
  }
  await files.write(recordPath(job.account), formatServiceRecord(record), 0o600);
  await manager.activate(files.hands, placement);
}

async function runOnce(system: System, { job, files, placement, way: { manager } }: Planned): Promise<Proof> {
  const { hands } = files;
  const { heartbeat } = statePaths(job.account.home);
  const before = await files.read(heartbeat);
  const startedAt = system.now();
  let askedAt = startedAt;
  const look = async (): Promise<Proof | undefined> => {
    const text = await files.read(heartbeat);
    const beat = text === before ? undefined : parseHeartbeat(text ?? "");
    return beat?.scheduledAt !== undefined && beat.scheduledAt >= startedAt ? beat : undefined;
  };
  await manager.start(hands, placement, job);
  while (system.now() < startedAt + PATIENCE_MS) {
    const proof = await look();
    if (proof !== undefined) return proof;
    await system.sleep(POLL_MS);
    if (system.now() - askedAt < AGAIN_MS) continue;
    askedAt = system.now();
    const { running, lastResult } = await manager.ask(hands, placement);
    if (running) continue;
    // It may have ended between the two looks.
    const last = await look();
    if (last !== undefined) return last;
    if (lastResult !== undefined && !NO_FAILURE.includes(lastResult)) throw failed(job, placement, manager, lastResult);
    await manager.start(hands, placement, job);
  }
  throw failed(job, placement, manager, `no heartbeat came within ${formatDuration(PATIENCE_MS)}`);
}

function failed({ binary }: Job, placement: Placement, { name }: Manager, reason: string): UserError {
  return new UserError(`Cannot prove the job: its first run failed (${reason})`, [
    `see what it says: ${shellWord(binary)} check --scheduled`,
    ...wordsOf(name, placement),
  ]);
}

/** Where its manager tells what became of a run; cron tells nobody. */
function wordsOf(manager: Manager["name"], { scope, account, domain = "system" }: Placement): readonly string[] {
  switch (manager) {
    case "systemd":
      return [
        `or what its manager says: journalctl ${scope === "user" ? "--user " : ""}-u ${
          shellWord(unitName({ scope, account }))
        }`,
      ];
    case "launchd":
      return [`or what its manager says: launchctl print ${shellWord(`${domain}/${labelOf(account)}`)}`];
    case "cron":
      return [];
  }
}
