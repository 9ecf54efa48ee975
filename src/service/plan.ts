// What an installation has to do, from what is there: pure, so that it can be shown before anything is done.
import { UserError } from "../domain/problem.ts";
import type { Job, ManagerView } from "../domain/service.ts";
import type { BinaryState } from "./binary_place.ts";
import type { Former } from "./former.ts";
import type { UnitFile } from "./manager.ts";

/** Everything about the machine that decides what is to be done. */
export interface Facts {
  readonly job: Job;
  /** Absolute path of the running program. */
  readonly self: string;
  readonly binary: BinaryState;
  /** The wanted files with what is there now. */
  readonly files: readonly { readonly unit: UnitFile; readonly present: string | undefined }[];
  readonly view: ManagerView;
  /** No run of this job was ever seen, or none for too long, whatever the manager says. */
  readonly isOverdue: boolean;
  /** Of a user job of systemd: whether the account's manager lives without a login. */
  readonly lingers?: boolean;
  readonly missingFolders: readonly string[];
  readonly former: readonly Former[];
  /** Jobs of ours by another manager or in another scope, as a person calls them. */
  readonly others: readonly string[];
}

/** One thing to do, in its order. */
export type Step =
  | { readonly do: "folders"; readonly paths: readonly string[] }
  | { readonly do: "binary"; readonly from: string; readonly to: string; readonly isNew: boolean }
  | {
    readonly do: "write";
    readonly unit: UnitFile;
    /** Undefined removes it. */
    readonly text: string | undefined;
    readonly before: string | undefined;
  }
  | { readonly do: "linger" }
  | { readonly do: "activate" }
  | { readonly do: "prove" }
  /** Only after the new job has proved itself, so that there is always one. */
  | { readonly do: "retire"; readonly former: Former }
  | { readonly do: "take-out"; readonly other: string };

/**
 * The steps; none when all is as it should be.
 *
 * @throws {UserError} when something of somebody else is in the way, and for the job of an older script without consent
 */
export function planOf(facts: Facts, consent: { readonly replace: boolean }): readonly Step[] {
  const { job, self, binary, files, view, isOverdue, lingers, missingFolders, former, others } = facts;
  if (former.length > 0 && !consent.replace) {
    throw new UserError(`Cannot install beside another one: ${former.map(({ message }) => message).join("; ")}`, [
      "both would refresh the same tokens; to end it and keep a copy: add --replace",
    ]);
  }
  if (binary === "linked") {
    throw new UserError(`Cannot put the binary at "${job.binary}": it is a link, made by a package manager perhaps`, [
      `upgrade it there and install with it: ${job.binary} install`,
      "or remove the link",
    ]);
  }
  const steps: Step[] = [];
  if (missingFolders.length > 0) steps.push({ do: "folders", paths: missingFolders });
  if (binary !== "same") steps.push({ do: "binary", from: self, to: job.binary, isNew: binary === "missing" });
  for (const { unit, present } of files) {
    const text = unit.wanted(present);
    if (text !== present) steps.push({ do: "write", unit, text, before: present });
  }
  if (lingers === false) steps.push({ do: "linger" });
  const isChanged = steps.some((step) => step.do === "write");
  if (isChanged || !view.loaded || !view.enabled) steps.push({ do: "activate" });
  if (steps.length > 0 || isOverdue) steps.push({ do: "prove" });
  steps.push(...former.map((one): Step => ({ do: "retire", former: one })));
  steps.push(...others.map((other): Step => ({ do: "take-out", other })));
  return steps;
}
