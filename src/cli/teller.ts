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

/** Starts every worker that may be needed: later none can be started. */
export function openTeller(
  system: Pick<System, "now" | "env">,
  { channels, heartbeatUrl }: Outlets,
  caCerts: readonly string[],
): Teller & { close(): void } {
  const hosts = new Set(channels.flatMap((channel) => channel.hosts));
  if (heartbeatUrl !== undefined) hosts.add(hostAndPort(heartbeatUrl));
  const net = hosts.size === 0 ? undefined : new NotifyClient(startNotifyWorker([...hosts]), { caCerts });
  const programs = new Map<string, RunClient>();
  for (const { program } of channels) {
    if (program === undefined || programs.has(program)) continue;
    programs.set(program, new RunClient(startRunWorker(program), system.env));
  }
  const find = (name: string) => channels.find((channel) => channel.name === name);
  return {
    async send(name, delivery) {
      const channel = find(name);
      if (channel?.settings === undefined) return unusable(channel);
      const { program, settings } = channel;
      if (program !== undefined) return await programs.get(program)?.send(settings, delivery) ?? unusable(channel);
      return await net?.send(settings, delivery) ?? unusable(channel);
    },
    async commands(name, offset) {
      const channel = find(name);
      if (channel?.settings === undefined || net === undefined) return unusable(channel);
      return await net.bot(channel.settings, offset);
    },
    async ping() {
      if (heartbeatUrl === undefined || net === undefined) return unusable(undefined);
      return await net.ping(new Secret(heartbeatUrl));
    },
    close() {
      net?.close();
      for (const client of programs.values()) client.close();
    },
  };
}

function unusable(channel: Channel | undefined): DeliveryFailure {
  return { ok: false, code: "NotUsable", message: channel?.failure ?? "there is no such channel" };
}
