// `notify`: the channels that messages go through.
import { EXIT } from "../domain/problem.ts";
import { listChannels, tryChannels } from "../heal/try_channels.ts";
import { channelsJson, formatChannels, formatTried, triedJson } from "../render/channels.ts";
import { screenOf } from "../render/screen.ts";
import { defineCommand } from "./command.ts";
import { JSON_OUTPUT, wrongUsage } from "./options.ts";

export const notify = defineCommand({
  options: {
    words: { kind: "words", value: "list|test [CHANNEL]", help: "list the channels, or send a real test message" },
    ...JSON_OUTPUT,
  },
  examples: [
    { line: "sso-heal notify list", does: "shows the channels of the config and what is wrong with them" },
    { line: "sso-heal notify test", does: "sends a test message through every channel" },
    { line: "sso-heal notify test ops", does: "sends one through the channel ops" },
  ],

  async run(context, given) {
    const { system } = context;
    const [what = "list", ...names] = given.words;
    const screen = screenOf(system);
    if (what === "list" && names.length === 0) {
      const list = await listChannels(context);
      system.terminal.out(given.json ? channelsJson(list) : formatChannels(list, screen));
      return list.problems.length > 0 ? EXIT.failed : EXIT.ok;
    }
    if (what !== "test") {
      throw wrongUsage(`Unexpected word "${what === "list" ? names[0] : what}"`, [
        "write: sso-heal notify list",
        "or: sso-heal notify test [CHANNEL]",
      ]);
    }
    const tried = await tryChannels(context, names);
    system.terminal.out(given.json ? triedJson(tried) : formatTried(tried, screen));
    return tried.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
  },
});
