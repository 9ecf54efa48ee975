// Entry of the program: enters the sandbox, then loads the command line. The only place that exits.
import { enter } from "./src/sandbox/enter.ts";

async function main(): Promise<number> {
  let entry;
  try {
    entry = await enter(Deno.args);
  } catch (error) {
    console.error(`sso-heal: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
  if ("exitCode" in entry) return entry.exitCode;
  const { run } = await import("./src/cli/cli.ts");
  return await run(Deno.args, entry.place);
}

Deno.exit(await main());
