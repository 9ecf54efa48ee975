// Starts one program and waits for its end. For the commands that manage the job of this machine; a check starts none.

/** A program to run. */
export interface Command {
  /** Absolute path, or a name that the system looks up in its standard folders. */
  readonly program: string;
  readonly args: readonly string[];
  /** What it reads; nothing unless given. */
  readonly stdin?: string;
  /** Whom it runs as; only root can choose. No group but this one is kept. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** Besides {@link BASE_ENV}; nothing else of ours reaches it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it starts: for another account `/` unless given, since that may not enter our own directory. */
  readonly cwd?: string;
  /** Ctrl-C at the terminal is for it, too; else it is for this program alone, which decides what becomes of the other. */
  readonly together?: boolean;
  /** Milliseconds until it is killed; a minute unless given. */
  readonly timeoutMs?: number;
}

/** How a program ended. */
export interface Ran {
  /** Its exit code; 127 when there is no such program, 128 + n when signal n ended it, 124 when it took too long. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const NO_SUCH_PROGRAM = 127;
export const TOO_LATE = 124;

const TIMEOUT_MS = 60_000;
/** Where the programs of the system are, whatever the caller's own path holds; what others may write to comes last. */
const PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/usr/local/sbin:/opt/homebrew/bin";

/** What every program needs to speak the language of this code, and to find others. */
const BASE_ENV: Readonly<Record<string, string>> = { PATH, LC_ALL: "C", LANG: "C" };

/** Runs `command` to its end. Never throws: what goes wrong is told by the exit code and the words on `stderr`. */
export async function runProgram(command: Command): Promise<Ran> {
  const { program, args, stdin, as, env, cwd, together = false, timeoutMs = TIMEOUT_MS } = command;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // Not written into the call: the types do not know of it.
    const session = { detached: !together };
    const child = new Deno.Command(program, {
      ...session,
      args: [...args],
      clearEnv: true,
      env: { ...BASE_ENV, ...env },
      cwd: cwd ?? (as === undefined ? undefined : "/"),
      ...as,
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal,
    }).spawn();
    const [output] = await Promise.all([child.output(), stdin === undefined ? undefined : feed(child.stdin, stdin)]);
    const text = new TextDecoder();
    return {
      code: signal.aborted ? TOO_LATE : output.code,
      stdout: text.decode(output.stdout),
      stderr: text.decode(output.stderr),
    };
  } catch (error) {
    const code = error instanceof Deno.errors.NotFound ? NO_SUCH_PROGRAM : 126;
    return { code, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
  }
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  try {
    await ReadableStream.from([new TextEncoder().encode(text)]).pipeTo(stdin);
  } catch (error) {
    // A program need not read to the end: its exit code says whether that is fine.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
