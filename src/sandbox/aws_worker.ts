// Starts the worker that talks to AWS: its permissions are the exact hosts of this run and nothing else.
import { revoke } from "./enter.ts";

/**
 * Starts the worker for `hosts` (`host:port` each) and drops the network from this process, so that it can be started
 * only once: collect the hosts of all sessions first.
 */
export function startAwsWorker(hosts: readonly string[]): Worker {
  const file = Deno.build.standalone ? "./aws_worker.js" : "../aws/worker.ts";
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = {
    type: "module" as const,
    name: "aws",
    deno: {
      permissions: {
        net: [...hosts],
        // Uncompiled, the module itself must be read from disk.
        read: Deno.build.standalone ? false : true,
        env: Deno.build.standalone ? false : true,
        write: false,
        run: false,
        sys: Deno.build.standalone ? false : true,
        ffi: false,
        import: false,
      },
    },
  };
  const worker = new Worker(new URL(file, import.meta.url), options);
  revoke("net");
  return worker;
}
