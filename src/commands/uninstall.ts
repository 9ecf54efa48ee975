// `uninstall`: takes the job out again.
import { EXIT } from "../domain/problem.ts";
import { shellWord } from "../domain/shell_word.ts";
import { uninstall as takeAllOut } from "../heal/uninstall.ts";
import { unstoppable } from "../heal/unstoppable.ts";
import { formatUninstalled } from "../render/install.ts";
import { screenOf } from "../render/screen.ts";
import { defineCommand } from "./command.ts";
import { only } from "./job_options.ts";

export const uninstall = defineCommand({
  options: {
    user: { kind: "list", value: "NAME", help: "of this account; only root can choose another one" },
    purge: { kind: "flag", help: "remove what sso-heal has learned, too: its state folder with log and history" },
    "dry-run": { kind: "flag", help: "show what would go, and do nothing" },
  },
  examples: [
    { line: "sso-heal uninstall", does: "ends the job in every manager; tokens, settings and history stay" },
    { line: "sudo sso-heal uninstall --user alice --purge", does: "removes a job of the machine and all traces of it" },
  ],

  async run({ system, stopSignal }, given) {
    stopSignal("uninstalling to the end: half of a job would be worse");
    const dryRun = given["dry-run"];
    const words = ["uninstall", ...given.purge ? ["--purge"] : [], ...given.user.flatMap((name) => ["--user", name])];
    const command = [Deno.execPath(), ...words].map(shellWord).join(" ");
    const { gone, left } = await takeAllOut({ ...system, ...unstoppable(system) }, {
      user: only("user", given.user),
      purge: given.purge,
      dryRun,
      command,
    });
    const text = formatUninstalled(given.quiet ? [] : gone, left, dryRun, screenOf(system));
    if (!given.quiet || left.length > 0) system.terminal.out(text);
    return left.length > 0 ? EXIT.failed : EXIT.ok;
  },
});
