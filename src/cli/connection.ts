// The ways out: the workers and the clients that speak to them. Loaded by the first command that has something to ask.
import { AwsClient, AwsError } from "../aws/client.ts";
import { hostAndPort } from "../domain/host.ts";
import type { ResolvedStartUrl } from "../aws/start_url.ts";
import type { Connection, Outlets } from "../heal/context.ts";
import { startAwsWorker, startCallbackWorker, startResolveWorker } from "../sandbox/aws_worker.ts";
import { revoke } from "../sandbox/revoke.ts";
import type { System } from "../system/system.ts";

/** See `Context.resolveStartUrl`. */
export async function resolveStartUrl(startUrl: string, caCerts: readonly string[]): Promise<ResolvedStartUrl> {
  const { resolveIn } = await import("../aws/start_url_client.ts");
  return await resolveIn(startResolveWorker(hostAndPort(startUrl)), startUrl, caCerts);
}

const NOT_OPENED = { kind: "network", code: "NotPermitted", message: "no host of AWS was named" } as const;

/**
 * A connection to exactly `hosts` (`host:port`) and to where messages go, trusting `caCerts` (PEM) besides the usual
 * ones. The main program has no network from then on, and can start nothing.
 */
export async function openConnection(
  system: Pick<System, "now" | "env">,
  hosts: readonly string[],
  caCerts: readonly string[],
  outlets: Outlets = { channels: [] },
): Promise<Connection> {
  const { channels, heartbeatUrl } = outlets;
  const speaks = channels.length > 0 || heartbeatUrl !== undefined;
  const teller = speaks ? (await import("./teller.ts")).openTeller(system, outlets, caCerts) : undefined;
  revoke("run");
  const callback = outlets.callback ? startCallbackWorker() : undefined;
  const aws = hosts.length > 0 ? new AwsClient(startAwsWorker(hosts), system.now, caCerts) : undefined;
  revoke("net");
  return {
    teller,
    listen: callback && (async (state) => {
      const { listenForCallback } = await import("../aws/browser_login_listener.ts");
      return await listenForCallback(callback, state);
    }),
    call: async (operation, target, ...rest) => {
      if (aws === undefined) throw new AwsError(operation, target, NOT_OPENED);
      return await aws.call(operation, target, ...rest);
    },
    get clockOffsetMs() {
      return aws?.clockOffsetMs;
    },
    close() {
      aws?.close();
      teller?.close();
      callback?.terminate();
    },
  };
}
