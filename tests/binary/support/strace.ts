// Runs the compiled program under strace: what it asks of the system, and what happens when a call fails or kills it.
import { BINARY, type Ended, type Home } from "./home.ts";

/** One system call as it was begun. */
export interface SystemCall {
  readonly thread: number;
  readonly name: string;
  /** How many calls of that name this thread had made with it: the `when` of strace. */
  readonly nth: number;
  /** The same, counting only calls for this path, as strace does when it is given the path. */
  readonly nthOfPath: number;
  /** The file by its name; for two names the second. Of a descriptor the file or socket behind it. */
  readonly path: string;
  /** The arguments as strace prints them. */
  readonly text: string;
}

export interface TraceOptions {
  /** Names of the system calls to see. */
  readonly calls: readonly string[];
  /** Injections of strace, such as `fsync:error=EIO:when=2`; the calls must be among `calls`. */
  readonly inject?: readonly string[];
  /** Sees and injects only calls that concern these paths. */
  readonly paths?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Traced extends Ended {
  /** Signal that ended the program. */
  readonly signal: string | null;
  readonly calls: readonly SystemCall[];
}

/** Runs the program to its end, or to where the injection ends it. */
export async function traced(home: Home, args: readonly string[], options: TraceOptions): Promise<Traced> {
  const log = await Deno.makeTempFile({ prefix: "sso-heal-trace-" });
  try {
    const { code, signal, stdout, stderr } = await new Deno.Command("strace", {
      args: [
        ...["-f", "-y", "-qq", "-o", log, "-e", `trace=${options.calls.join(",")}`],
        ...(options.inject ?? []).flatMap((rule) => ["-e", `inject=${rule}`]),
        ...(options.paths ?? []).flatMap((path) => ["-P", path]),
        ...[BINARY, ...args],
      ],
      cwd: options.cwd ?? home.path,
      clearEnv: true,
      env: { ...home.env, ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    const calls = parse(await Deno.readTextFile(log));
    return { code, signal, out: decoder.decode(stdout), err: decoder.decode(stderr), calls };
  } finally {
    await Deno.remove(log);
  }
}

function parse(log: string): SystemCall[] {
  const counts = new Map<string, number>();
  const calls: SystemCall[] = [];
  for (const line of log.split("\n")) {
    const [, thread, name, text] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined) continue; // the end of a call, a signal, an exit
    const path = pathIn(text);
    const [nth, nthOfPath] = [`${thread} ${name}`, `${thread} ${name} ${path}`].map((key) => {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    });
    calls.push({ thread: Number(thread), name, nth, nthOfPath, path, text });
  }
  return calls;
}

function pathIn(text: string): string {
  const [, open] = /^\d+<([^>]*)>/.exec(text) ?? [];
  if (open !== undefined) return open;
  return [...text.matchAll(/"([^"]*)"/g)].at(-1)?.[1] ?? "";
}
