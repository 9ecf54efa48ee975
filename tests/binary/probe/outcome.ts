// Carries attempts out and says what became of them.
import { type Aims, type Attempt, ATTEMPTS, type Group } from "./attempts.ts";

/** `done`: it worked. `refused`: the runtime said no. Everything else is the error. */
export interface Outcome {
  readonly group: Group;
  readonly name: string;
  readonly became: "done" | "refused" | string;
}

export async function tryAll(groups: readonly Group[], aims: Aims): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const group of groups) {
    for (const row of ATTEMPTS[group]) outcomes.push({ group, name: row.name, became: await tryOne(row, aims) });
  }
  return outcomes;
}

async function tryOne({ attempt, refusal }: Attempt, aims: Aims): Promise<string> {
  try {
    await attempt(aims);
    return "done";
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message} ${error.cause ?? ""}` : String(error);
    return error instanceof Deno.errors.NotCapable || refusal?.test(text) ? "refused" : text;
  }
}
