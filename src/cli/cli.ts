// From the command line to an exit code.
import { type CommandContext, EVERYWHERE } from "../commands/command.ts";
import { wrongUsage } from "../commands/options.ts";
import { commandRow, REGISTRY } from "../commands/registry.ts";
import { EXIT, type ExitCode } from "../domain/problem.ts";
import { RUNTIME_BASE, VERSION } from "../domain/version.ts";
import { chooseLevel, createLog, type Level } from "../log/log.ts";
import type { Place } from "../sandbox/enter.ts";
import { statePaths } from "../store/paths.ts";
import { denoSystem } from "../system/deno_system.ts";
import type { System } from "../system/system.ts";
import { parseOptions, suggestion } from "./parse.ts";
import { Stop } from "./stop.ts";

/** Runs one command line in `place`; never throws. */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const stop: Stop = new Stop(() => system.terminal);
  const system = denoSystem(place, { signal: stop.signal, onOutputClosed: () => stop.outputClosed() });
  const shown: { level: Level } = { level: "warning" };
  try {
    return await dispatch(args, system, stop, shown);
  } catch (error) {
    const { describeFailure } = await import("./failure.ts");
    const { text, exitCode } = describeFailure(error, shown.level === "debug");
    system.terminal.err(text);
    return exitCode;
  } finally {
    stop.close();
  }
}

async function dispatch(
  args: readonly string[],
  system: System,
  stop: Stop,
  shown: { level: Level },
): Promise<ExitCode> {
  const [word, ...rest] = args;
  if (word === undefined || word === "--help" || word === "-h") return await showTopHelp(system);
  if (word === "--version") return showVersion(system);
  if (word === "help") return await showHelp(rest, system);
  const row = commandRow(word);
  if (row === undefined) throw unknownCommand(word);

  const command = await row.load();
  const given = parseOptions(word, rest, { ...EVERYWHERE, ...command.options });
  if (given.help) return await showCommandHelp(word, system);

  shown.level = chooseLevel({ logLevel: given["log-level"], quiet: given.quiet, verbose: given.verbose });
  const log = createLog({ file: statePaths(system.home).log, level: shown.level, system });
  const context: CommandContext = {
    system,
    log,
    async connect(hosts, caCerts, outlets) {
      stop.listen();
      const { openConnection } = await import("./connection.ts");
      return await openConnection(system, hosts, caCerts, outlets);
    },
    async resolveStartUrl(startUrl, caCerts) {
      stop.listen();
      const { resolveStartUrl } = await import("./connection.ts");
      return await resolveStartUrl(startUrl, caCerts);
    },
    stopSignal: () => stop.listen(),
  };
  try {
    return await command.run(context, given);
  } finally {
    log.close();
  }
}

function unknownCommand(word: string): Error {
  const names = [...Object.keys(REGISTRY), "help"];
  if (word.startsWith("-")) {
    return wrongUsage(`The command comes first, before "${word}"`, ["write: sso-heal COMMAND [options]", SEE_HELP]);
  }
  return wrongUsage(`Unknown command "${word}"`, [...suggestion(word, names), SEE_HELP]);
}

const SEE_HELP = "see: sso-heal --help";

function showVersion(system: System): ExitCode {
  system.terminal.out(
    `sso-heal ${VERSION} (Deno ${Deno.version.deno}, ${Deno.build.target}, runtime base: ${RUNTIME_BASE})\n`,
  );
  return EXIT.ok;
}

async function showHelp(words: readonly string[], system: System): Promise<ExitCode> {
  const word = words.find((name) => !name.startsWith("-"));
  return word === undefined ? await showTopHelp(system) : await showCommandHelp(word, system);
}

async function showTopHelp(system: System): Promise<ExitCode> {
  const { formatTopHelp } = await import("./help.ts");
  system.terminal.out(formatTopHelp());
  return EXIT.ok;
}

async function showCommandHelp(word: string, system: System): Promise<ExitCode> {
  const row = commandRow(word);
  if (row === undefined) throw unknownCommand(word);
  const { formatCommandHelp } = await import("./help.ts");
  system.terminal.out(formatCommandHelp(word, row, await row.load()));
  return EXIT.ok;
}
