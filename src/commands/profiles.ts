// `profiles`: what the AWS config files configure.
import { EXIT } from "../domain/problem.ts";
import { listProfiles } from "../heal/profiles.ts";
import { formatProfiles, profilesJson } from "../render/profiles.ts";
import { screenOf } from "../render/screen.ts";
import { defineCommand } from "./command.ts";
import { choiceOf, JSON_OUTPUT, SELECTION } from "./options.ts";

export const profiles = defineCommand({
  options: {
    ...SELECTION,
    ...JSON_OUTPUT,
    quiet: { kind: "flag", short: "q", help: "print only what is wrong" },
  },
  examples: [
    { line: "sso-heal profiles", does: "lists every profile that uses SSO" },
    { line: "sso-heal profiles --session prod --json", does: "lists those of prod for a script" },
  ],

  async run(context, given) {
    const { system } = context;
    const list = await listProfiles(context, choiceOf(given));
    const wrong = list.problems.length > 0 || list.profiles.some(({ problem }) => problem !== undefined);
    const shown = given.quiet
      ? { ...list, profiles: list.profiles.filter(({ problem }) => problem !== undefined) }
      : list;
    const text = given.json ? profilesJson(list) : given.quiet && !wrong ? "" : formatProfiles(shown, screenOf(system));
    if (text !== "") system.terminal.out(text);
    return wrong ? EXIT.failed : EXIT.ok;
  },
});
