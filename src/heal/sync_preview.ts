// What a sync would write, found out without asking AWS and without writing anything.
import { type CredentialsPlan, planCredentials } from "../aws/credentials_file.ts";
import { worst } from "../domain/outcome.ts";
import type { Fault, SyncReport } from "../domain/report.ts";
import type { System } from "../system/system.ts";
import { prepareSync, type SyncOptions, type SyncResult } from "./sync.ts";
import { fineReport, type SyncView } from "./sync_due.ts";
import { keysFor, settingsFor, UNKNOWN_KEYS } from "./sync_keys.ts";

/** A file before and after, both with secrets: only `maskedDiff` may show them. */
export interface FilePreview extends Pick<CredentialsPlan, "before" | "after"> {
  readonly path: string;
}

/** What `sync` would say and write; whether AWS gives the keys is not known. @throws as `sync` does. */
export async function previewSync(
  system: System,
  options: SyncOptions,
): Promise<SyncResult & { readonly files: readonly FilePreview[] }> {
  const { plan, syncs, problems } = await prepareSync(system, options);
  const reports: SyncReport[] = [...plan.refused];
  const files: FilePreview[] = [];
  for (const path of new Set(syncs.map(({ job }) => job.file))) {
    const group = syncs.filter(({ job }) => job.file === path);
    const due = group.filter(({ need }) => need === "keys");
    const changes = due.map((view) => ({ profile: view.job.to, keys: newKeys(view), force: view.job.force }));
    // Of a file that cannot be read nothing is due.
    if (changes.length === 0) {
      reports.push(...group.map((view) => withFault(view, false)));
      continue;
    }
    const { before, after, outcomes } = planCredentials(path, changes);
    files.push({ path, before, after });
    const planned = new Map(due.map((view, at) => [view, outcomes[at]]));
    for (const view of group) {
      const { changed = false, problem } = planned.get(view) ?? {};
      reports.push(withFault(view, changed, problem));
    }
  }
  const outcome = problems.length > 0 ? "broken" : worst(reports.map(({ outcome }) => outcome));
  return { outcome, sync: reports, problems, files };
}

function withFault(view: SyncView, changed: boolean, problem?: Fault): SyncReport {
  const error = problem ?? (typeof view.need === "string" ? undefined : view.need);
  return { ...fineReport(view), changed, ...error !== undefined && { error, outcome: "broken" } };
}

function newKeys(view: SyncView) {
  return view.kept === undefined ? { ...UNKNOWN_KEYS, ...settingsFor(view) } : keysFor(view, view.kept);
}
