// Measures programs side by side: medians of interleaved runs, because the speed of a machine drifts.

/** A program as it is measured. */
export interface Candidate {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Puts things back as they must be before each run; not measured. */
  readonly before?: () => void;
}

export interface Cost {
  readonly wallMs: number;
  /** User and system time, of all threads and of the children waited for. */
  readonly cpuMs: number;
  readonly maxRssKb: number;
}

export type Measured = Readonly<Record<string, Cost>>;

/** Runs every candidate `rounds` times in turn, after one run each that does not count. Throws when one fails. */
export async function measure(candidates: readonly Candidate[], rounds: number): Promise<Measured> {
  const script = new URL("measure.py", import.meta.url).pathname;
  const child = new Deno.Command("/usr/bin/python3", { args: [script], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const runs = new Map<string, Cost[]>(candidates.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const { name, argv, env, cwd, before } of candidates) {
        before?.();
        await writer.write(new TextEncoder().encode(JSON.stringify({ argv, env, cwd }) + "\n"));
        let line = "";
        while (!line.endsWith("\n")) line += (await reader.read()).value ?? "{}\n";
        const { code, ...cost } = JSON.parse(line);
        if (code !== 0) throw new Error(`${name} ended with ${code}: ${argv.join(" ")}`);
        if (round > 0) runs.get(name)?.push(cost);
      }
    }
  } finally {
    await writer.close();
    await reader.cancel();
    await child.status;
  }
  return Object.fromEntries([...runs].map(([name, costs]) => [name, medianCost(costs)]));
}

function medianCost(costs: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => median(costs.map((cost) => cost[key]));
  return { wallMs: of("wallMs"), cpuMs: of("cpuMs"), maxRssKb: of("maxRssKb") };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
