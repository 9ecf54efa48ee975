// `notify`: which channels there are, and whether a message gets through.
import { matchesGlob } from "../domain/glob.ts";
import type { AlertMessage } from "../domain/alert_message.ts";
import type { Problem } from "../domain/problem.ts";
import type { ChannelList, ListedChannel, TriedChannel } from "../domain/report.ts";
import { loadConfig } from "../config/config.ts";
import { didYouMean } from "../domain/suggest.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { type Channel, channelsOf } from "./channels.ts";
import type { Context } from "./context.ts";
import { caCertsOf } from "./targets.ts";

/** Shown for a channel whose section does not say it. */
const UNKNOWN_TYPE = "unknown";

export async function listChannels({ system }: Pick<Context, "system">): Promise<ChannelList> {
  const { config, problems, warnings } = await loadConfig(system.home);
  const channels = channelsOf(config.channels, system).map((channel): ListedChannel => {
    const { name, type, events, sessions, failure } = channel;
    const place = config.alerts.fallback.indexOf(name) + 1;
    return { name, type: type ?? UNKNOWN_TYPE, events, sessions, fallback: place === 0 ? undefined : place, failure };
  });
  return { channels, problems, warnings };
}

/** Sends a real message to each channel that `patterns` name, all of them without any. @throws {UserError} */
export async function tryChannels(context: Context, patterns: readonly string[]): Promise<TriedChannel[]> {
  const { system } = context;
  const { config, problems } = await loadConfig(system.home);
  const channels = choose(channelsOf(config.channels, system), patterns, problems);
  const connection = await context.connect([], caCertsOf([], system), { channels });
  const now = system.now();
  const message: AlertMessage = { event: "test", host: system.host, user: system.user, now };
  try {
    return await Promise.all(channels.map(async (channel): Promise<TriedChannel> => {
      const { name, type = UNKNOWN_TYPE } = channel;
      const id = `test-${now.toString(36)}-${name}`;
      const result = await connection.teller?.send(name, { id, message });
      if (result?.ok) return { name, type, ok: true };
      return { name, type, ok: false, error: result === undefined ? "not sent" : `${result.code}: ${result.message}` };
    }));
  } finally {
    connection.close();
  }
}

function choose(channels: readonly Channel[], patterns: readonly string[], problems: readonly Problem[]): Channel[] {
  const names = channels.map(({ name }) => name);
  for (const pattern of patterns) {
    if (names.some((name) => matchesGlob(pattern, name))) continue;
    const meant = didYouMean(pattern, names);
    const hints = meant === undefined ? [] : [`did you mean "${meant}"?`];
    throw new UserError(`There is no channel "${pattern}"`, [...hints, "see: sso-heal notify list"], EXIT.usage);
  }
  if (channels.length === 0) {
    const [problem] = problems;
    const hints = problem === undefined
      ? ["add a section [notify NAME] to ~/.config/sso-heal/config.ini"]
      : [problem.message];
    throw new UserError("There is no channel to send to", hints);
  }
  return channels.filter(({ name }) => patterns.length === 0 || patterns.some((glob) => matchesGlob(glob, name)));
}
