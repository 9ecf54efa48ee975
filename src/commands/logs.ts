// `logs`: the last lines of our own log, and those to come.
import { EXIT } from "../domain/problem.ts";
import { followLog, lastLines } from "../heal/read_log.ts";
import { formatLogLine } from "../render/log_line.ts";
import { screenOf } from "../render/screen.ts";
import { statePaths } from "../store/paths.ts";
import { defineCommand } from "./command.ts";
import { wrongUsage } from "./options.ts";

const DEFAULT_LINES = 50;

export const logs = defineCommand({
  options: {
    lines: { kind: "list", short: "n", value: "N", help: `so many lines, the last ones (default: ${DEFAULT_LINES})` },
    follow: { kind: "flag", short: "f", help: "go on with each new line, until Ctrl-C" },
    json: { kind: "flag", help: "print the lines as they are: one JSON document each" },
  },
  examples: [
    { line: "sso-heal logs", does: "shows what the last checks did" },
    { line: "sso-heal logs -f", does: "shows it while it happens" },
    { line: `sso-heal logs -n 1000 --json | jq -r 'select(.level == "error").message'`, does: "picks out the errors" },
  ],

  async run({ system, stopSignal }, given) {
    const { terminal } = system;
    const count = countOf(given.lines.at(-1));
    const path = statePaths(system.home).log;
    const screen = screenOf(system);
    const show = (lines: readonly string[] | undefined) => {
      if (lines === undefined && !given.quiet) {
        terminal.err(
          `Nothing is logged yet. ${given.follow ? "Waiting for the first check." : "See: sso-heal check"}\n`,
        );
      }
      const text = (lines ?? []).map((line) => given.json ? `${line}\n` : formatLogLine(line, screen)).join("");
      if (text !== "") terminal.out(text);
    };
    if (given.follow) await followLog(path, count, system, stopSignal(), show);
    else show(await lastLines(path, count));
    return EXIT.ok;
  },
});

function countOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrongUsage(`Option "--lines" is a number of lines, not "${text}"`, ["write: sso-heal logs -n 100"]);
}
