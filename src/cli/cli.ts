// From the command line to an exit code.
import { check } from "../commands/check.ts";
import { type Command, type CommandContext, EVERYWHERE } from "../commands/command.ts";
import { chooseLevel, createLog, type Level } from "../log/log.ts";
import type { Place } from "../sandbox/enter.ts";
import { revoke } from "../sandbox/revoke.ts";
import { statePaths } from "../store/paths.ts";
import { denoSystem } from "../system/deno_system.ts";
import type { System } from "../system/system.ts";
import { givenFlags } from "./given.ts";
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
): Promise<number> {
  const [word = "", ...rest] = args;
  const command = await load(word);
  if (command === undefined) return await (await import("./no_command.ts")).answer(args, system);

  const options = { ...EVERYWHERE, ...command.options };
  const given = givenFlags(rest, options) ?? (await import("./parse.ts")).parseOptions(word, rest, options);
  if (given.help) return await (await import("./no_command.ts")).showCommandHelp(word, system);

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
    forgoPrograms: () => revoke("run"),
    async resolveStartUrl(startUrl, caCerts) {
      stop.listen();
      const { resolveStartUrl } = await import("./connection.ts");
      return await resolveStartUrl(startUrl, caCerts);
    },
    stopSignal: (notice) => stop.listen(notice),
  };
  try {
    return await command.run(context, given);
  } finally {
    log.close();
  }
}

/** What the timer runs all day is loaded with the program, all others when they are asked for. */
async function load(word: string): Promise<Command | undefined> {
  if (word === "check") return check;
  return await (await import("../commands/registry.ts")).commandRow(word)?.load();
}
