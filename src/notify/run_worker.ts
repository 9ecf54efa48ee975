// Runs inside a confined worker that may start one program and nothing else: no files, no network, no environment.
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import type { DeliveryResult } from "./protocol.ts";

/** A program to start for one delivery. */
export interface Job {
  /** Absolute. */
  readonly path: string;
  /** Every user of the machine can read them. */
  readonly args: readonly string[];
  readonly stdin?: string;
}

export interface RunCall {
  readonly id: number;
  /** `env` is the whole environment of the program: nothing of ours goes on to it by itself. */
  readonly job: Job & { readonly env?: Readonly<Record<string, string>> };
  /** Milliseconds until the program is killed. */
  readonly timeoutMs?: number;
}

export interface RunAnswer {
  readonly id: number;
  readonly result: DeliveryResult;
}

const TIMEOUT_MS = 10_000;

self.onmessage = async ({ data: { id, job, timeoutMs } }: MessageEvent<RunCall>) => {
  const result = await run(job, timeoutMs ?? TIMEOUT_MS).catch(whyNot);
  self.postMessage({ id, result } satisfies RunAnswer);
};

async function run({ path, args, stdin, env }: RunCall["job"], timeoutMs: number): Promise<DeliveryResult> {
  const child = new Deno.Command(path, {
    args: [...args],
    env: { ...env },
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    // What it prints may repeat the message.
    stdout: "null",
    stderr: "null",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill(child);
  }, timeoutMs);
  const feeding = stdin === undefined ? undefined : feed(child.stdin, stdin);
  try {
    // What it left unread may be held open by a child of its own.
    const { code, signal } = await Promise.race([child.status, feeding?.then(() => child.status) ?? child.status]);
    if (late) return { ok: false, code: "Timeout", message: "the program did not end in time", unsure: true };
    if (signal !== null) return { ok: false, code: signal, message: `the program was ended by ${signal}` };
    return code === 0 ? { ok: true } : { ok: false, code: `Exit ${code}`, message: `the program ended with ${code}` };
  } catch (error) {
    kill(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended meanwhile, which is all that is wanted.
  }
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  try {
    await ReadableStream.from([new TextEncoder().encode(text)]).pipeTo(stdin);
  } catch (error) {
    // A program need not read: its exit code says whether that is fine.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function whyNot(error: unknown): DeliveryResult {
  const [code, message] = error instanceof Deno.errors.NotFound
    ? ["ProgramMissing", "there is no such program"]
    : error instanceof Deno.errors.NotCapable
    ? ["NotPermitted", "the program is not the one that sso-heal may start"]
    : error instanceof Deno.errors.PermissionDenied
    ? ["NotExecutable", "the program may not be started"]
    : ["NotStarted", "the program could not be started"];
  return { ok: false, code, message };
}
