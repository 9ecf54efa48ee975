// Proves the real worker, with the permission for one program.
import assert from "node:assert/strict";
import type { DeliveryResult } from "./protocol.ts";
import type { RunAnswer, RunCall } from "./run_worker.ts";

/** Runs one job in a worker that may start `allowed` only. */
async function run(
  job: RunCall["job"],
  { allowed = job.path, timeoutMs }: { allowed?: string; timeoutMs?: number } = {},
) {
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = {
    type: "module" as const,
    // Uncompiled, the module itself must be read from disk.
    deno: { permissions: { run: [allowed], read: true, env: false, net: false, sys: false, write: false } },
  };
  const worker = new Worker(new URL("./run_worker.ts", import.meta.url), options);
  const { promise, resolve, reject } = Promise.withResolvers<DeliveryResult>();
  worker.onmessage = ({ data }: MessageEvent<RunAnswer>) => resolve(data.result);
  worker.onerror = (event) => reject(event.error ?? new Error(event.message));
  try {
    worker.postMessage({ id: 1, job, timeoutMs } satisfies RunCall);
    return await promise;
  } finally {
    worker.terminate();
  }
}

const shell = (script: string, more: Partial<RunCall["job"]> = {}) => ({
  path: "/bin/sh",
  args: ["-c", script],
  ...more,
});

const ROWS: readonly (readonly [sentence: string, RunCall["job"], code: string | undefined])[] = [
  ["is content with exit code 0", shell("exit 0"), undefined],
  ["reports another exit code", shell("echo s3cret; echo s3cret >&2; exit 3"), "Exit 3"],
  ["hands over standard input whole", shell('[ "$(wc -c)" -eq 300000 ]', { stdin: "x".repeat(300_000) }), undefined],
  ["gives no standard input where there is none", shell('[ -z "$(cat)" ]'), undefined],
  [
    "waits for no child of the program that holds its standard input",
    shell("exec 3<&0; (sleep 3 <&3 >/dev/null 2>&1) & exit 0", { stdin: "x".repeat(300_000) }),
    undefined,
  ],
  ["lets a program not read", shell("exit 0", { stdin: "x".repeat(300_000) }), undefined],
  ["gives the environment of the call", shell('[ "$DISPLAY" = :0 ]', { env: { DISPLAY: ":0" } }), undefined],
  ["gives nothing of its own environment", shell('[ -z "$SSO_HEAL_TEST" ] && [ -z "$HOME" ]'), undefined],
  ["reports a program that a signal ended", shell("kill -TERM $$"), "SIGTERM"],
  ["reports a program that is not there", { path: "/bin/no-such-program", args: [] }, "ProgramMissing"],
  ["reports what is no program", { path: "/etc/passwd", args: [] }, "NotExecutable"],
];

for (const [sentence, job, code] of ROWS) {
  Deno.test(`the run worker ${sentence}`, async () => {
    Deno.env.set("SSO_HEAL_TEST", "s3cret");
    const result = await run(job);
    assert.equal(result.ok ? undefined : result.code, code);
    assert.doesNotMatch(JSON.stringify(result), /s3cret/);
  });
}

Deno.test("the run worker kills a program that does not end", async () => {
  const result = await run(shell("exec sleep 60"), { timeoutMs: 50 });
  const message = "the program did not end in time";
  assert.deepEqual(result, { ok: false, code: "Timeout", message, unsure: true });
});

Deno.test("the run worker kills a program that does not end and reads nothing", async () => {
  const result = await run(shell("exec sleep 60", { stdin: "x".repeat(300_000) }), { timeoutMs: 50 });
  assert.equal(result.ok ? undefined : result.code, "Timeout");
});

Deno.test("the run worker starts no other program", async () => {
  const result = await run(shell("exit 0"), { allowed: "/bin/true" });
  assert.equal(result.ok ? undefined : result.code, "NotPermitted");
});
