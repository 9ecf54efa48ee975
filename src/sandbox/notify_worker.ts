// Starts the workers that send messages: one with exactly the hosts of the channels, others with one program each.

/** As in `aws_worker.ts`: uncompiled, modules are read from disk, and their packages look around. */
const LOOSE = !Deno.build.standalone;

/** The worker for channels over the network; `hosts` are `host:port`. */
export function startNotifyWorker(hosts: readonly string[]): Worker {
  return start("notify", "../notify/worker.ts", { net: [...hosts], run: false });
}

/** The worker for one program (absolute path), which it may start and nothing else. */
export function startRunWorker(program: string): Worker {
  return start("run", "../notify/run_worker.ts", { net: false, run: [program] });
}

function start(name: string, source: string, grants: { net: string[] | false; run: string[] | false }): Worker {
  const file = Deno.build.standalone ? `./${name}_worker.js` : source;
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = {
    type: "module" as const,
    name,
    deno: { permissions: { ...grants, read: LOOSE, env: LOOSE, write: false, sys: LOOSE, ffi: false, import: false } },
  };
  return new Worker(new URL(file, import.meta.url), options);
}
