// Proves an installed job by one real run: its manager starts it, and its heartbeat says how it went.
import { formatDuration } from "../domain/duration.ts";
import { UserError } from "../domain/problem.ts";
import type { Job } from "../domain/service.ts";
import { shellWord } from "../domain/shell_word.ts";
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
  const { files, way: { manager }, placement } = planned;
  for (const unit of manager.unitsOf(basic)) {
    await files.write(unit.path, unit.wanted(await files.read(unit.path)), unit.mode);
  }
  await files.write(recordPath(job.account), formatServiceRecord(looser), 0o600);
  await manager.activate(files.hands, placement);
  return { proof: await runOnce(system, { ...planned, job: basic }), record: looser };
}

async function runOnce(system: System, { job, files, placement, way: { manager } }: Planned): Promise<Proof> {
  const { hands } = files;
  const { heartbeat } = statePaths(job.account.home);
  const before = await files.read(heartbeat);
  const startedAt = system.now();
  let askedAt = startedAt;
  await manager.start(hands, placement, job);
  while (system.now() < startedAt + PATIENCE_MS) {
    const text = await files.read(heartbeat);
    const beat = text === before ? undefined : parseHeartbeat(text ?? "");
    if (beat?.scheduledAt !== undefined && beat.scheduledAt >= startedAt) return beat;
    await system.sleep(POLL_MS);
    if (system.now() - askedAt < AGAIN_MS) continue;
    askedAt = system.now();
    const { running, lastResult } = await manager.ask(hands, placement);
    if (running) continue;
    if (lastResult !== undefined && lastResult !== "success") throw failed(job, lastResult);
    await manager.start(hands, placement, job);
  }
  throw failed(job, `no heartbeat came within ${formatDuration(PATIENCE_MS)}`);
}

function failed({ binary, scope, account }: Job, reason: string): UserError {
  const journal = scope === "system" ? `journalctl -u sso-heal-${account.name}` : "journalctl --user -u sso-heal";
  return new UserError(`Cannot prove the job: its first run failed (${reason})`, [
    `see what it says: ${shellWord(binary)} check --scheduled`,
    `or what its manager says: ${journal}`,
  ]);
}
