// The jobs of ours that can be on a machine, and those that are.
import type { Account, Hardening, Job, Placement, Scope } from "../domain/service.ts";
import { statePaths } from "../store/paths.ts";
import { cron } from "../service/cron.ts";
import { launchd } from "../service/launchd.ts";
import type { Manager, UnitFile } from "../service/manager.ts";
import type { OwnedFiles } from "../service/owned_files.ts";
import { systemd } from "../service/systemd.ts";

/** One way to run the checks. */
export interface Way {
  readonly manager: Manager;
  readonly scope: Scope;
}

export const MANAGERS: Readonly<Record<Manager["name"], Manager>> = { launchd, systemd, cron };

/** Every way that a machine of this kind knows, the narrowest first. */
function waysOf(os: "darwin" | "linux"): readonly Way[] {
  const own: Manager = os === "darwin" ? launchd : systemd;
  return [
    { manager: own, scope: "system" },
    { manager: own, scope: "user" },
    ...os === "linux" ? [{ manager: cron, scope: "user" as const }] : [],
  ];
}

/** As a person calls it. */
export function nameOf({ manager, scope }: Way): string {
  switch (manager.name) {
    case "launchd":
      return scope === "system" ? "a LaunchDaemon" : "a LaunchAgent";
    case "systemd":
      return scope === "system" ? "a systemd timer of the machine" : "a systemd timer of the account";
    case "cron":
      return "a crontab line";
  }
}

/** A way that is taken. */
export interface Installed extends Way {
  readonly units: readonly { readonly unit: UnitFile; readonly present: string }[];
}

/** What there is of ours for the account. @throws {UserError} for a file that cannot be read. */
export async function findInstalled(files: OwnedFiles, os: "darwin" | "linux"): Promise<readonly Installed[]> {
  const found: Installed[] = [];
  for (const way of waysOf(os)) {
    const units: Installed["units"][number][] = [];
    for (const unit of way.manager.unitsOf(anyJob(files.owner.account, way.scope))) {
      const present = await files.read(unit.path);
      if (present !== undefined && unit.without(present) !== present) units.push({ unit, present });
    }
    if (units.length > 0) found.push({ ...way, units });
  }
  return found;
}

/** How strictly a job is confined before anything was tried. */
export function firstHardening({ manager, scope }: Way): Hardening {
  if (manager.name !== "systemd") return "none";
  return scope === "system" ? "hardened" : "strict";
}

/** Enough of a job to know its files. */
function anyJob(account: Account, scope: Scope): Job {
  return {
    account,
    scope,
    everyMinutes: 10,
    host: "",
    binary: "/usr/local/bin/sso-heal",
    hardening: "none",
    env: {},
    secretEnv: {},
    envFile: `${account.home}/.config/sso-heal/env`,
    binds: [],
  };
}

/** Path of our record of the job, in the state folder of the account. */
export function recordPath({ home }: Account): string {
  return statePaths(home).service;
}

export function placementOf(files: OwnedFiles, scope: Scope, domain?: string): Placement {
  return { ...files.owner, scope, domain };
}
