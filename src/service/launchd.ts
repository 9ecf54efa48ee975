// launchd, the manager of jobs on a Mac.
import { shellWord } from "../domain/shell_word.ts";
import { activate, deactivate, start } from "./launchd_control.ts";
import { plistOf, plistPath } from "./launchd_plist.ts";
import { ask } from "./launchd_status.ts";
import { domainsOf, targetOf } from "./launchd_target.ts";
import { managedFile } from "./managed_file.ts";
import type { Manager } from "./manager.ts";

export const launchd: Manager = {
  name: "launchd",
  // launchd refuses a text that others may write.
  unitsOf: (job) => [managedFile(plistPath(job.scope, job.account), 0o644, () => plistOf(job))],
  commands(what, placement) {
    const sudo = (domain: string) => domain === "system" && !placement.asRoot ? "sudo launchctl" : "launchctl";
    if (what === "deactivate") {
      return domainsOf(placement)
        .map((domain) => `${sudo(domain)} bootout ${shellWord(targetOf(placement, domain).job)}`);
    }
    const { domain, job, path } = targetOf(placement, domainsOf(placement)[0]);
    const word = shellWord(job);
    return [`enable ${word}`, `bootout ${word}`, `bootstrap ${domain} ${shellWord(path)}`, `print ${word}`]
      .map((command) => `${sudo(domain)} ${command}`);
  },
  activate,
  deactivate,
  start,
  ask,
};
