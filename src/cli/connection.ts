// The way to AWS: the worker, and the client that speaks to it. Loaded by the first command that has something to ask.
import { AwsClient } from "../aws/client.ts";
import { startAwsWorker } from "../sandbox/aws_worker.ts";

/**
 * A connection to exactly `hosts` (`host:port`), trusting `caCerts` (PEM) besides the usual ones. The main program has no
 * network from then on.
 */
export function openConnection(hosts: readonly string[], caCerts: readonly string[], now: () => number): AwsClient {
  return new AwsClient(startAwsWorker(hosts), now, caCerts);
}
