// What is answered when no command is to run: help, the version, and a word that is no command.
import { wrongUsage } from "../commands/options.ts";
import { commandRow, REGISTRY } from "../commands/registry.ts";
import { EXIT, type ExitCode } from "../domain/problem.ts";
import { RUNTIME_BASE, VERSION } from "../domain/version.ts";
import type { System } from "../system/system.ts";
import { formatCommandHelp, formatTopHelp } from "./help.ts";
import { suggestion } from "./parse.ts";

/**
 * Answers a command line that does not begin with the name of a command.
 *
 * @throws {UserError} with exit code 2 for one that makes no sense.
 */
export async function answer([word, ...rest]: readonly string[], system: System): Promise<ExitCode> {
  if (word === undefined || word === "--help" || word === "-h") return showTopHelp(system);
  if (word === "--version") return showVersion(system);
  if (word !== "help") throw unknownCommand(word);
  const about = rest.find((name) => !name.startsWith("-"));
  return about === undefined ? showTopHelp(system) : await showCommandHelp(about, system);
}

/** The help of one command. Throws like {@link answer}. */
export async function showCommandHelp(word: string, system: System): Promise<ExitCode> {
  const row = commandRow(word);
  if (row === undefined) throw unknownCommand(word);
  system.terminal.out(formatCommandHelp(word, row, await row.load()));
  return EXIT.ok;
}

function showTopHelp(system: System): ExitCode {
  system.terminal.out(formatTopHelp());
  return EXIT.ok;
}

function showVersion(system: System): ExitCode {
  system.terminal.out(
    `sso-heal ${VERSION} (Deno ${Deno.version.deno}, ${Deno.build.target}, runtime base: ${RUNTIME_BASE})\n`,
  );
  return EXIT.ok;
}

function unknownCommand(word: string): Error {
  const names = [...Object.keys(REGISTRY), "help"];
  if (word.startsWith("-")) {
    return wrongUsage(`The command comes first, before "${word}"`, ["write: sso-heal COMMAND [options]", SEE_HELP]);
  }
  return wrongUsage(`Unknown command "${word}"`, [...suggestion(word, names), SEE_HELP]);
}

const SEE_HELP = "see: sso-heal --help";
