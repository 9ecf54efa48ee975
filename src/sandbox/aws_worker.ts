// The workers that talk to AWS and to a browser.
import { startWorker } from "./start_worker.ts";

/** The worker with the AWS SDK, for `hosts` (`host:port` each). @throws {UserError} for a host that no grant can name. */
export function startAwsWorker(hosts: readonly string[]): Worker {
  return startWorker("aws/worker", "aws_worker", { net: hosts });
}

/** Asks where a start URL leads; `host` is its `host:port`. @throws {UserError} as above. */
export function startResolveWorker(host: string): Worker {
  return startWorker("aws/resolve_worker", "aws_resolve_worker", { net: [host] });
}

/** Listens on this machine for its browser, and can reach nobody. */
export function startCallbackWorker(): Worker {
  return startWorker("aws/callback_worker", "aws_callback_worker", { net: ["127.0.0.1:0"] });
}
