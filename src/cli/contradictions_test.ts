// Tests of options that contradict each other: refused before anything is looked at.
import assert from "node:assert/strict";
import { type CommandContext, EVERYWHERE } from "../commands/command.ts";
import { REGISTRY } from "../commands/registry.ts";
import { parseOptions } from "./parse.ts";

/** A context that nothing may be asked of. */
function untouchable(): CommandContext {
  return new Proxy({} as CommandContext, {
    get(_, name) {
      if (name === "system" || name === "log" || name === "connect" || name === "stopSignal") return undefined;
      throw new Error(`asked for ${String(name)}`);
    },
  });
}

const CONTRADICTIONS: Array<["status" | "logout", string[], RegExp]> = [
  ["status", ["--json", "--format", "table"], /contradict/],
  ["status", ["--watch", "--json"], /--watch draws a table: it does not go with JSON/],
  ["status", ["--watch", "--format=json"], /--watch draws a table: it does not go with JSON/],
  ["status", ["--watch", "--quiet"], /--watch draws a table: it does not go with --quiet/],
  ["logout", ["--all", "--session", "prod"], /--all leaves nothing to choose/],
  ["logout", ["--all", "--profile", "dev"], /--all leaves nothing to choose/],
];

for (const [name, words, message] of CONTRADICTIONS) {
  Deno.test(`${name} refuses ${words.join(" ")} as wrong usage`, async () => {
    const command = await REGISTRY[name].load();
    const given = parseOptions(name, words, { ...EVERYWHERE, ...command.options });
    await assert.rejects(command.run(untouchable(), given), { name: "UserError", exitCode: 2, message });
  });
}
