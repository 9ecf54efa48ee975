// `logout`: AWS is told, and only the files of the chosen sessions go.
import { EXIT } from "../domain/problem.ts";
import { logout as logOut } from "../heal/logout.ts";
import { formatLogouts, logoutsJson } from "../render/logout.ts";
import { screenOf } from "../render/screen.ts";
import { defineCommand } from "./command.ts";
import { choiceOf, JSON_OUTPUT, SELECTION, wrongUsage } from "./options.ts";

export const logout = defineCommand({
  options: {
    ...SELECTION,
    all: { kind: "flag", help: "sign out of every session" },
    ...JSON_OUTPUT,
    quiet: { kind: "flag", short: "q", help: "print only what failed" },
  },
  examples: [
    { line: "sso-heal logout --session prod", does: "ends prod; the files of other sessions stay" },
    { line: "sso-heal logout --all", does: "ends every session of this machine" },
  ],

  async run(context, given) {
    const { system } = context;
    const choice = choiceOf(given);
    if (given.all && choice.sessions.length + choice.profiles.length > 0) {
      throw wrongUsage("Option --all leaves nothing to choose with --session or --profile", [
        "leave out one of them",
        "see: sso-heal logout --help",
      ]);
    }
    const reports = await logOut(context, { choice, all: given.all });
    const shown = given.quiet ? reports.filter(({ error }) => error !== undefined) : reports;
    const text = given.json ? logoutsJson(reports) : formatLogouts(shown, screenOf(system));
    if (text !== "") system.terminal.out(text);
    return reports.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
  },
});
