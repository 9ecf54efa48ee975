// Starts a worker with exactly what it is for, and nothing else.
import { isGrantable } from "../domain/host.ts";
import { UserError } from "../domain/problem.ts";

/** What a worker may do. */
export interface WorkerGrants {
  /** `host:port` each. */
  readonly net?: readonly string[];
  /** Absolute path of the one program that it may start. */
  readonly run?: string;
}

/**
 * The worker of `src/FOLDER/SOURCE.ts`, which the build bundles as `BUNDLED.js`.
 *
 * @throws {UserError} for a host that no grant can name.
 */
export function startWorker(source: string, bundled: string, { net, run }: WorkerGrants): Worker {
  const odd = net?.find((host) => !isGrantable(host));
  if (odd !== undefined) {
    throw new UserError(`Cannot reach "${odd}": that is no valid host name`, ["correct it in the AWS config file"]);
  }
  // Uncompiled, modules are read from disk, and their packages look around.
  const loose = !Deno.build.standalone;
  const permissions = {
    net: net === undefined ? false : [...net],
    run: run === undefined ? false : [run],
    read: loose,
    env: loose,
    sys: loose,
    write: false,
    ffi: false,
    import: false,
  };
  // Not written into the call: the oldest supported Deno does not know the type of "deno" there.
  const options = { type: "module" as const, name: bundled, deno: { permissions } };
  const file = Deno.build.standalone ? `./${bundled}.js` : `../${source}.ts`;
  return new Worker(new URL(file, import.meta.url), options);
}
