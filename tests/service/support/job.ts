// The systemd job on the throw-away machine: its texts written as `install` would, its manager called as the program does.
import type { Account, Job, Placement } from "../../../src/domain/service.ts";
import type { Hands } from "../../../src/service/manager.ts";
import { systemd } from "../../../src/service/systemd.ts";
import type { Machine } from "./machine.ts";

/** The hands of a program that `caller` started on the machine; it gives what it runs nothing of its environment. */
export function handsOn(machine: Machine, caller: "root" | "alice" = "root"): Hands {
  return {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async run({ program, args, env, as, stdin }) {
      const person = as === undefined ? [] : ["setpriv", `--reuid=${as.uid}`, `--regid=${as.gid}`, "--clear-groups"];
      const given = Object.entries({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", ...env });
      const words = ["env", "-i", ...given.map(([name, value]) => `${name}=${value}`), ...person, program, ...args];
      return await machine.run(words, { stdin, as: caller === "alice" ? "alice" : undefined });
    },
  };
}

/** A hardened job of the whole machine for alice, every 10 minutes, with the program where `install` puts it. */
export function jobOf(account: Account, more: Partial<Job> = {}): Job {
  const scope = more.scope ?? "system";
  return {
    account,
    scope,
    everyMinutes: 10,
    host: "machine",
    binary: "/usr/local/bin/sso-heal",
    hardening: scope === "system" ? "hardened" : "strict",
    env: {},
    secretEnv: {},
    envFile: `${account.home}/.config/sso-heal/env`,
    binds: [],
    ...more,
  };
}

/** Root asks, for whatever scope. */
export function placementOf({ scope, account }: Job): Placement {
  return { scope, account, asRoot: true };
}

/** Writes the texts of the job, and makes the folders that its service needs. */
export async function writeUnits(machine: Machine, job: Job): Promise<void> {
  const { home, uid, gid } = job.account;
  const folders = [".aws", ".config/sso-heal", ".local/state/sso-heal"].map((name) => `${home}/${name}`);
  await machine.sh(["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "mkdir", "-p", ...folders]);
  for (const unit of systemd.unitsOf(job)) {
    await machine.write(unit.path, unit.wanted(await machine.read(unit.path)), unit.mode);
  }
}

/** Activates the job and runs its service once, to the end. @throws {Error} with the journal when it does not end. */
export async function runOnce(machine: Machine, job: Job): Promise<string> {
  const [hands, placement] = [handsOn(machine), placementOf(job)];
  await systemd.activate(hands, placement);
  await systemd.start(hands, placement, job);
  try {
    return await machine.waitFor("the end of the run", async () => {
      const { running, lastResult } = await systemd.ask(hands, placement);
      return running ? undefined : lastResult;
    });
  } catch (error) {
    throw new Error(`${error}\n${await machine.journal()}`);
  }
}
