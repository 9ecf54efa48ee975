// Runs the compiled program under strace: what it asks of the system, what a failing call does, and dying at a call.
import { BINARY, type Ended, type Home } from "./home.ts";

/** One system call. */
export interface SystemCall {
  readonly thread: number;
  readonly name: string;
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
  /** Shows the whole environment that a program is started with, too. */
  readonly withEnv?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Traced extends Ended {
  /** In the order in which they were begun. */
  readonly calls: readonly SystemCall[];
}

/** Runs the program to its end. */
export async function traced(home: Home, args: readonly string[], options: TraceOptions): Promise<Traced> {
  const log = await Deno.makeTempFile({ prefix: "sso-heal-trace-" });
  try {
    const { code, stdout, stderr } = await strace(home, args, log, options).output();
    const decoder = new TextDecoder();
    const calls = (await Deno.readTextFile(log)).split("\n").flatMap((line) => begunIn(line) ?? []);
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr), calls };
  } finally {
    await Deno.remove(log);
  }
}

/**
 * Runs the program step by step: it is halted at the end of each call named `name`, and killed (SIGKILL) when `isLast`
 * says so. Answers whether it was. Not for calls that wait (flock, recvfrom): halted, they would begin again for ever.
 */
export async function killedAfter(
  home: Home,
  args: readonly string[],
  name: string,
  isLast: (call: SystemCall) => boolean,
): Promise<boolean> {
  // The halt falls due when the call begins, and takes effect when it ends.
  const inject = [`${name}:signal=STOP`];
  const child = strace(home, args, "|cat >&2", { calls: [name], inject }).spawn();
  const begun = new Map<number, SystemCall>();
  const stdout = child.stdout.cancel();
  let killed = false;
  for await (const line of linesOf(child.stderr)) {
    const call = begunIn(line);
    if (call !== undefined) begun.set(call.thread, call);
    const [, thread] = /^(\d+) .*\) += /.exec(line) ?? [];
    const ended = begun.get(Number(thread));
    if (killed || ended === undefined || ended.name !== name) continue;
    begun.delete(ended.thread);
    killed = isLast(ended);
    try {
      Deno.kill(ended.thread, killed ? "SIGKILL" : "SIGCONT");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it came to its end by itself
      killed = false;
    }
  }
  await Promise.all([child.status, stdout]);
  return killed;
}

function strace(home: Home, args: readonly string[], log: string, options: TraceOptions): Deno.Command {
  return new Deno.Command("strace", {
    args: [
      // Unless told, it cuts every text to 32 characters.
      ...["-f", "-y", "-qq", "-s", "65536", "-o", log, "-e", `trace=${options.calls.join(",")}`],
      ...(options.inject ?? []).flatMap((rule) => ["-e", `inject=${rule}`]),
      ...(options.paths ?? []).flatMap((path) => ["-P", path]),
      ...(options.withEnv ? ["-e", "abbrev=none"] : []),
      ...[BINARY, ...args],
    ],
    cwd: options.cwd ?? home.path,
    clearEnv: true,
    env: { ...home.env, ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

function begunIn(line: string): SystemCall | undefined {
  const [, thread, name, text] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
  return name === undefined ? undefined : { thread: Number(thread), name, path: pathIn(text), text };
}

function pathIn(text: string): string {
  const [, open] = /^\d+<([^>]*)>/.exec(text) ?? [];
  if (open !== undefined) return open;
  return [...text.matchAll(/"([^"]*)"/g)].at(-1)?.[1] ?? "";
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
