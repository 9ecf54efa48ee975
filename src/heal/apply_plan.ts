// Does the steps of an installation, each with its way back, and proves the job by one real run.
import { UserError } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import { binaryPlace, copyBinary, dropFormer, recordedPlace, restoreFormer } from "../service/binary_place.ts";
import { removeFormer } from "../service/former.ts";
import { disableLinger, enableLinger } from "../service/linger.ts";
import { formatServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import { OwnedFiles } from "../service/owned_files.ts";
import type { System } from "../system/system.ts";
import type { Planned } from "./install.ts";
import { findInstalled, nameOf, recordPath } from "./jobs.ts";
import { type Proof, proveJob } from "./prove_job.ts";
import { takeOut } from "./uninstall.ts";
import { unstoppable } from "./unstoppable.ts";

/** What came of it. */
export interface Applied {
  readonly record: ServiceRecord;
  readonly proof?: Proof;
  /** Where copies of what was retired are. */
  readonly kept: readonly string[];
}

type Undo = () => Promise<unknown>;

/**
 * Does all steps. When one fails, or the job does not prove itself, everything is taken back
 * in the opposite order.
 *
 * @throws {UserError} of the step that failed.
 */
export async function applyPlan(system: System, planned: Planned): Promise<Applied> {
  const { steps, files, way: { manager }, placement } = planned;
  const calm = new OwnedFiles(unstoppable(files.hands), files.owner);
  const undo: Undo[] = [];
  const kept: string[] = [];
  let record = planned.record;
  let proof: Proof | undefined;
  // Both run last: a folder goes when nothing is in it; when the former texts are back, the manager learns of them again.
  const folders = await files.missing(foldersFor(planned));
  undo.push(() => calm.removeEmpty(folders));
  const wasThere = steps.some((step) => step.do === "activate") && await isThere(planned);
  let isTouched = false;
  undo.push(() => wasThere && isTouched ? manager.activate(calm.hands, placement) : Promise.resolve());
  try {
    for (const step of steps) {
      switch (step.do) {
        case "folders":
          await files.makeFolders(step.paths);
          break;
        case "binary":
          await copyBinary(files, { self: step.from, place: step.to, ownHome: system.home, os: system.os });
          // Only now: a copy that failed has left the former one in its place.
          undo.push(() => restoreFormer(calm.hands, step.to));
          break;
        case "write":
          await files.write(step.unit.path, step.text, step.unit.mode);
          undo.push(() => calm.write(step.unit.path, step.before, step.unit.mode));
          isTouched = true;
          break;
        case "linger":
          await enableLinger(files.hands, placement.account);
          undo.push(() => disableLinger(calm.hands, placement.account));
          break;
        case "activate":
          undo.push(() => manager.deactivate(calm.hands, placement));
          await manager.activate(files.hands, placement);
          break;
        case "prove":
          ({ proof, record } = await proveJob(system, { ...planned, record }));
          break;
        case "retire":
          kept.push(...await removeFormer(files.hands, placement.account, placement.asRoot, step.former));
          break;
        case "take-out": {
          const all = await findInstalled(files, system.os);
          for (const other of all.filter((one) => nameOf(one) === step.other)) await takeOut(files, other);
          record = await endFormerTraces(planned, record);
        }
      }
    }
  } catch (error) {
    throw await takenBack(undo, error, placement.account.home);
  }
  const binary = steps.find((step) => step.do === "binary");
  if (binary !== undefined) await dropFormer(files.hands, binary.to);
  if (record !== planned.record) await files.write(recordPath(placement.account), formatServiceRecord(record), 0o600);
  return { record, proof, kept };
}

/** Of the job that this one replaces: its binary in the home, and its living on without a login. */
async function endFormerTraces({ before, files, job }: Planned, record: ServiceRecord): Promise<ServiceRecord> {
  if (before === undefined) return record;
  const { copied, lingerBegun } = before;
  const binary = recordedPlace(before.binary, job.account);
  // The binary of the machine may serve other accounts.
  if (copied && binary !== job.binary && binary === binaryPlace(false, job.account)) {
    await files.write(binary, undefined, 0o755);
  }
  if (!lingerBegun || job.scope === "user") return record;
  await disableLinger(files.hands, job.account);
  return { ...record, lingerBegun: undefined };
}

/** All folders of the home on the way to what the steps write, the outer ones first. */
function foldersFor({ steps, placement: { account: { home } } }: Planned): readonly string[] {
  const paths = steps.flatMap((step) => {
    if (step.do === "folders") return step.paths.map((path) => `${path}/`);
    return step.do === "binary" ? [step.to] : step.do === "write" ? [step.unit.path] : [];
  });
  const folders = paths.filter((path) => path.startsWith(`${home}/`)).flatMap((path) => {
    const names = path.slice(home.length + 1).split("/").slice(0, -1);
    return names.map((_, index) => [home, ...names.slice(0, index + 1)].join("/"));
  });
  return [...new Set(folders)].sort();
}

async function isThere({ way: { manager }, files, placement }: Planned): Promise<boolean> {
  return (await manager.ask(files.hands, placement)).loaded;
}

async function takenBack(undo: readonly Undo[], error: unknown, home: string): Promise<unknown> {
  const failures: string[] = [];
  for (const back of undo.toReversed()) {
    try {
      await back();
    } catch (failure) {
      failures.push(failure instanceof Error ? failure.message : String(failure));
    }
  }
  if (!(error instanceof UserError)) return error;
  const state = failures.length === 0
    ? "everything is as it was before"
    : `not everything could be taken back: ${failures.join("; ")}`;
  const hints = error.hints.length > 0 ? error.hints : [`look at the home: ls -la ${shellWord(home)}`];
  return new UserError(error.message, [...hints, state], error.exitCode);
}
