// Sends messages through the workers: one for all channels over the network, one for each program.
import { hostAndPort } from "../domain/host.ts";
import { Secret } from "../domain/secret.ts";
import type { Channel } from "../heal/channels.ts";
import type { Outlets, Teller } from "../heal/context.ts";
import { NotifyClient } from "../notify/client.ts";
import type { DeliveryFailure } from "../notify/protocol.ts";
import { RunClient } from "../notify/run_client.ts";
import { startNotifyWorker, startRunWorker } from "../sandbox/notify_worker.ts";
import type { System } from "../system/system.ts";

const NOT_STARTED: DeliveryFailure = {
  ok: false,
  code: "NotStarted",
  message: "the part of sso-heal that sends for this channel could not be started",
};

/** Starts every worker that may be needed: later none can be started. One that cannot be is its channels' failure. */
export function openTeller(
  system: Pick<System, "now" | "env">,
  { channels, heartbeatUrl }: Outlets,
  caCerts: readonly string[],
): Teller & { close(): void } {
  const hosts = new Set(channels.flatMap((channel) => channel.hosts));
  if (heartbeatUrl !== undefined) hosts.add(hostAndPort(heartbeatUrl));
  const net = hosts.size === 0
    ? undefined
    : started(() => new NotifyClient(startNotifyWorker([...hosts]), { caCerts }));
  const programs = new Map<string, RunClient>();
  for (const program of new Set(channels.map(({ program }) => program))) {
    const client = program === undefined
      ? undefined
      : started(() => new RunClient(startRunWorker(program), system.env));
    if (program !== undefined && client !== undefined) programs.set(program, client);
  }
  const find = (name: string) => channels.find((channel) => channel.name === name);
  return {
    async send(name, delivery) {
      const channel = find(name);
      if (channel?.settings === undefined) return unusable(channel);
      const { program, settings } = channel;
      const client = program === undefined ? net : programs.get(program);
      return await client?.send(settings, delivery) ?? NOT_STARTED;
    },
    async commands(name, offset) {
      const channel = find(name);
      if (channel?.settings === undefined) return unusable(channel);
      return await net?.bot(channel.settings, offset) ?? NOT_STARTED;
    },
    async ping() {
      if (heartbeatUrl === undefined) return unusable(undefined);
      return await net?.ping(new Secret(heartbeatUrl)) ?? NOT_STARTED;
    },
    close() {
      net?.close();
      for (const client of programs.values()) client.close();
    },
  };
}

/** The client, or undefined when its worker is refused, for example for a name that no grant can hold. */
function started<Client>(start: () => Client): Client | undefined {
  try {
    return start();
  } catch {
    // Said in other words by each channel that needs it: what the runtime says may quote a secret.
    return undefined;
  }
}

function unusable(channel: Channel | undefined): DeliveryFailure {
  return { ok: false, code: "NotUsable", message: channel?.failure ?? "there is no such channel" };
}
