// `status`: what the files say, without any network.
import { exitCodeOf } from "../domain/outcome.ts";
import { EXIT } from "../domain/problem.ts";
import { readStatus } from "../heal/status.ts";
import { statusJson } from "../render/json.ts";
import { screenOf } from "../render/screen.ts";
import { formatStatus } from "../render/status.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { choiceOf, JSON_OUTPUT, SELECTION, wrongUsage } from "./options.ts";
import { watch } from "./watch.ts";

export const status = defineCommand({
  options: {
    ...SELECTION,
    watch: { kind: "flag", help: "draw it again every 2 seconds, until Ctrl-C" },
    format: { kind: "choice", choices: ["table", "json"], help: "how to print it (default: table)" },
    ...JSON_OUTPUT,
    quiet: { kind: "flag", short: "q", help: "print nothing: the exit code says it all" },
  },
  examples: [
    { line: "sso-heal status", does: "shows every session and how long it will last" },
    { line: "sso-heal status --watch", does: "the same, kept up to date" },
    { line: "sso-heal status -q || sso-heal login --if-needed", does: "signs in only where that is needed" },
    { line: "sso-heal status --json | jq -r '.sessions[].state'", does: "prints the states for a script" },
  ],

  async run(context: CommandContext, given) {
    const { system, stopSignal } = context;
    const json = isJson(given);
    if (given.watch && (json || given.quiet)) {
      throw wrongUsage(`Option --watch draws a table: it does not go with ${given.quiet ? "--quiet" : "JSON"}`, [
        "see: sso-heal status --help",
      ]);
    }
    const read = () => readStatus(context, choiceOf(given));
    if (given.watch) {
      return await watch(system, stopSignal(), async () => {
        const report = await read();
        return formatStatus(report, screenOf(system));
      });
    }
    const report = await read();
    if (!given.quiet) system.terminal.out(json ? statusJson(report) : formatStatus(report, screenOf(system)));
    // A timer that is dead is worse than what it would have seen.
    return report.service.stale ? EXIT.failed : exitCodeOf(report.outcome);
  },
});

function isJson(given: { json: boolean; format: "table" | "json" | undefined }): boolean {
  if (given.json && given.format === "table") {
    throw wrongUsage("Options --json and --format table contradict each other", ["see: sso-heal status --help"]);
  }
  return given.json || given.format === "json";
}
