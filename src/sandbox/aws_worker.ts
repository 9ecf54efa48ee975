// Starts the workers that talk to AWS and to a browser: each has exactly the hosts it is for and nothing else.
import { UserError } from "../domain/problem.ts";

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

/** Letters, digits, `-` and `_` between dots, or an IPv6 address in brackets; then a port. */
const PLAIN_HOST = /^(?:[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63})*\.?|\[[\da-f:.]+\]):\d+$/i;

/**
 * Whether `host` (`host:port`) may become a grant. Deno refuses to start a worker with a name it cannot read
 * (`my..host`), and `*.` would open more than one host.
 */
export function isGrantable(host: string): boolean {
  return host.length <= 259 && PLAIN_HOST.test(host);
}

/** @throws {UserError} for a host that no grant can name. */
function start(name: string, source: string, net: readonly string[]): Worker {
  const odd = net.find((host) => !isGrantable(host));
  if (odd !== undefined) {
    throw new UserError(`Cannot reach "${odd}": that is no valid host name`, ["correct it in the AWS config file"]);
  }
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
