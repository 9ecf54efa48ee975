// `install`: the job that runs the checks.
import { intervalOf } from "../domain/interval.ts";
import { EXIT } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import { applyPlan } from "../heal/apply_plan.ts";
import { planInstall, type Planned } from "../heal/install.ts";
import { nameOf } from "../heal/jobs.ts";
import { formatInstalled, formatPlan, NOTHING_TO_CHANGE, type PlannedRow } from "../render/install.ts";
import { screenOf } from "../render/screen.ts";
import { FOLDERS } from "../service/links.ts";
import { CRONTAB } from "../service/manager.ts";
import type { Step } from "../service/plan.ts";
import { defineCommand, type EVERYWHERE, type Given } from "./command.ts";
import { only, wrongInterval } from "./job_options.ts";
import { wrongUsage } from "./options.ts";

const OPTIONS = {
  every: {
    kind: "duration",
    value: "DURATION",
    help: "check so often: a part of an hour such as 5m, 10m or 30m (default: 10m, or as it is)",
  },
  scope: { kind: "choice", choices: ["user", "system"], help: "a job of your account, or of the machine (needs root)" },
  user: { kind: "list", value: "NAME", help: "for this account; only root can choose another one" },
  manager: {
    kind: "choice",
    choices: ["launchd", "systemd", "cron"],
    help: "what is to run it (default: what is here)",
  },
  env: { kind: "list", value: "NAME", help: "keep this variable for the job; repeatable, proxies are kept anyway" },
  replace: { kind: "flag", help: "end the job of an older script that does the same, and keep a copy of it" },
  "dry-run": { kind: "flag", help: "show what would be done, and do nothing" },
  print: { kind: "flag", help: "print the texts of the job, for a configuration tool, and do nothing" },
} as const;

export const install = defineCommand({
  options: OPTIONS,
  examples: [
    { line: "sso-heal install", does: "shows what it does, does it, and proves it by one real run" },
    { line: "sudo sso-heal install", does: "the same as a job of the machine, which runs with nobody logged in" },
    { line: "sso-heal install --every 5m", does: "changes the interval, and nothing else" },
    { line: "sso-heal install --print --scope system", does: "prints the unit texts for Ansible or Nix" },
  ],
  details:
    "On a headless Mac it sets up a LaunchDaemon, on a desktop a LaunchAgent; on Linux a systemd timer of the machine " +
    "(as root) or of the account, and without systemd a crontab line. The binary is copied to a stable place. When the " +
    "first run fails, everything is taken back. A second install changes nothing.",

  async run({ system, stopSignal }, given) {
    if (given.print && given["dry-run"]) {
      throw wrongUsage("Options --print and --dry-run do not go together", ["leave out one of them"]);
    }
    const self = Deno.execPath();
    const planned = await planInstall(system, {
      everyMinutes: minutesOf(given.every),
      scope: given.scope,
      user: only("user", given.user),
      manager: given.manager,
      env: given.env,
      replace: given.replace,
      forShow: given.print || given["dry-run"],
      self,
      command: commandLine(self, given),
    });
    const { terminal } = system;
    if (given.print) {
      terminal.out(textsOf(planned));
      return EXIT.ok;
    }
    const { steps, way, job, hints } = planned;
    const screen = screenOf(system);
    if (steps.length === 0) {
      terminal.out(NOTHING_TO_CHANGE);
      return EXIT.ok;
    }
    terminal.out(formatPlan({
      way: nameOf(way),
      account: job.account.name,
      everyMs: job.everyMinutes * 60_000,
      rows: steps.flatMap((step) => rowsOf(step, planned)),
      hints,
    }, screen));
    if (given["dry-run"]) return EXIT.ok;
    stopSignal("stopping: everything is taken back, which may take half a minute");
    const { proof, kept, record } = await applyPlan(system, planned);
    const isLooser = record.hardening !== job.hardening;
    terminal.out(formatInstalled(proof, isLooser, job.binary, kept, screen));
    return EXIT.ok;
  },
});

function minutesOf(ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  const minutes = intervalOf(ms);
  if (minutes === undefined) throw wrongInterval(ms);
  return minutes;
}

function rowsOf(step: Step, { way: { manager }, placement }: Planned): PlannedRow[] {
  switch (step.do) {
    case "folders":
      return step.paths.map((path) => ({ verb: "make", what: path }));
    case "binary":
      return [{ verb: "copy", what: `${step.from} to ${step.to}` }];
    case "write": {
      const what = step.unit.path === CRONTAB ? `the crontab of ${placement.account.name}` : step.unit.path;
      return [{ verb: step.text === undefined ? "remove" : step.before === undefined ? "write" : "change", what }];
    }
    case "linger":
      return [{ verb: "run", what: `loginctl enable-linger ${placement.account.name} (it runs without a login, too)` }];
    case "activate":
      return manager.commands("activate", placement).map((what) => ({ verb: "run", what }));
    case "prove":
      return [{ verb: "prove", what: "the job by one real run" }];
    case "retire":
      return [{ verb: "end", what: `${step.former.where.join(", ")}, and keep a copy` }];
    case "take-out":
      return [{ verb: "end", what: `${step.other}, which this one replaces` }];
  }
}

/** The texts as they would be written, each below a comment with its path. */
function textsOf({ way: { manager }, job }: Planned): string {
  const folders = FOLDERS.map((name) => shellWord(`${job.account.home}/${name}`)).join(" ");
  const first = manager.name === "cron" ? "" : `# First, as ${job.account.name}: mkdir -p -m 700 ${folders}\n`;
  return first +
    manager.unitsOf(job).map((unit) =>
      unit.path === CRONTAB ? unit.wanted(undefined) : `# ${unit.path}\n${unit.wanted(undefined)}`
    ).join("\n");
}

/** The same command by its absolute path, as a person types it behind `sudo`. */
function commandLine(self: string, given: Given<typeof OPTIONS & typeof EVERYWHERE>): string {
  const words = [
    self,
    "install",
    ...given.every === undefined ? [] : ["--every", `${given.every / 60_000}m`],
    ...given.scope === undefined ? [] : ["--scope", given.scope],
    ...given.user.flatMap((name) => ["--user", name]),
    ...given.manager === undefined ? [] : ["--manager", given.manager],
    ...given.env.flatMap((name) => ["--env", name]),
    ...given.replace ? ["--replace"] : [],
  ];
  return words.map(shellWord).join(" ");
}
