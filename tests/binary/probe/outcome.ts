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

export async function tryOne({ attempt, refusal }: Attempt, aims: Aims): Promise<string> {
  // Node's modules throw some of their errors where nobody can catch them.
  const uncaught = Promise.withResolvers<never>();
  uncaught.promise.catch(() => {});
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    uncaught.reject(event.error);
  };
  globalThis.addEventListener("error", onError);
  try {
    await Promise.race([attempt(aims), uncaught.promise]);
    return "done";
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message} ${error.cause ?? ""}` : String(error);
    return error instanceof Deno.errors.NotCapable || refusal?.test(text) ? "refused" : text;
  } finally {
    globalThis.removeEventListener("error", onError);
  }
}
