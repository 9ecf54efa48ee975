// Starts the workers that talk to AWS and to a browser: each has exactly the hosts it is for and nothing else.

/** The worker with the AWS SDK, for `hosts` (`host:port` each). */
export function startAwsWorker(hosts: readonly string[]): Worker {
  return start("aws_worker", "worker.ts", hosts);
}

/** Asks where a start URL leads; `host` is its `host:port`. */
export function startResolveWorker(host: string): Worker {
  return start("aws_resolve_worker", "resolve_worker.ts", [host]);
}

/** Listens on this machine for its browser, and can reach nobody. */
export function startCallbackWorker(): Worker {
  return start("aws_callback_worker", "callback_worker.ts", ["127.0.0.1:0"]);
}

function start(name: string, source: string, net: readonly string[]): Worker {
  // Uncompiled, modules are read from disk, and their packages look around.
  const loose = !Deno.build.standalone;
  const file = Deno.build.standalone ? `./${name}.js` : `../aws/${source}`;
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = {
    type: "module" as const,
    name: "aws",
    deno: {
      permissions: {
        net: [...net],
        read: loose,
        env: loose,
        write: false,
        run: false,
        sys: loose,
        ffi: false,
        import: false,
      },
    },
  };
  return new Worker(new URL(file, import.meta.url), options);
}
