// The way to AWS, loaded with the first call: a check that has nothing to do loads neither client nor worker.
import type { AwsClient } from "../aws/client.ts";
import type { Connection } from "../heal/context.ts";

/**
 * A connection to exactly `hosts` (`host:port`), trusting `caCerts` (PEM) besides the usual ones. The worker starts with
 * this call; the network of the main program is gone soon after.
 */
export function lazyConnection(
  hosts: readonly string[],
  caCerts: readonly string[],
  now: () => number,
): Connection {
  let opened: AwsClient | undefined;
  const opening = open(hosts, caCerts, now).then((client) => opened = client);
  // A failure is reported by the calls; without any call it is nobody's.
  opening.catch(() => {});
  return {
    call: async (...call) => await (await opening).call(...call),
    get clockOffsetMs() {
      return opened?.clockOffsetMs;
    },
    close: () => void opening.then((client) => client.close(), () => {}),
  };
}

async function open(hosts: readonly string[], caCerts: readonly string[], now: () => number): Promise<AwsClient> {
  const [{ AwsClient }, { startAwsWorker }] = await Promise.all([
    import("../aws/client.ts"),
    import("../sandbox/aws_worker.ts"),
  ]);
  return new AwsClient(startAwsWorker(hosts), now, caCerts);
}
