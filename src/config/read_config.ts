// Reads the text of sso-heal's own configuration, and collects every problem in it.
import type { Problem } from "../domain/problem.ts";
import { type ChannelConfig, readChannel } from "./channels.ts";
import { type AlertsConfig, type Config, DEFAULTS, type LoadedConfig } from "./config.ts";
import { parseGrammar, type Section } from "./grammar.ts";
import { type Found, MOST_WARNINGS, SectionReader } from "./reader.ts";
import { parseQuietHours } from "../domain/quiet_hours.ts";
import { readSyncs } from "./syncs.ts";
import type { ALERTS, CHECK, HEARTBEAT, METRICS, Values } from "./sections.ts";

/** Reads the file at `file` (absolute); a missing one gives the defaults. Never throws. */
export function readConfigFile(file: string, home: string): LoadedConfig {
  let mode: number;
  let content: string;
  try {
    mode = Deno.statSync(file).mode ?? 0;
    content = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(file));
  } catch (error) {
    const problems = error instanceof Deno.errors.NotFound ? [] : [unreadable(file, error)];
    return { config: DEFAULTS, problems, warnings: [] };
  }
  return readConfig(content, { file, mode, home });
}

/** Where the text of a configuration came from. */
export interface Origin {
  readonly file: string;
  /** Permission bits of the file. */
  readonly mode: number;
  readonly home: string;
}

/** {@link readConfigFile} without the file system. */
export function readConfig(content: string, origin: Origin): LoadedConfig {
  const { file, mode, home } = origin;
  const { sections, flaws } = parseGrammar(content);
  const reader = new SectionReader();
  for (const section of sections) reader.read(section);
  const found: Found[] = [...flaws.map((flaw) => ({ code: "ConfigSyntax", ...flaw }) as const), ...reader.problems];
  if ((mode & 0o077) !== 0 && reader.firstSecret !== undefined) {
    const { line, where } = reader.firstSecret;
    const message = `${where} is a secret, and others can read the file`;
    found.push({ code: "ConfigExposed", line, message, hint: `run: chmod 600 "${file}"` });
  }
  const channels = readChannels(sections, reader, found);
  const { syncs, flaws: syncFlaws } = readSyncs(sections, (title) => reader.values(title), home);
  found.push(...syncFlaws.map((flaw) => ({ code: "ConfigValue", ...flaw }) as const));
  const alerts: Values<typeof ALERTS> = reader.values("alerts");
  const lost = (alerts.fallback ?? []).filter((name) => !channels.some((channel) => channel.name === name));
  for (const name of new Set(lost)) {
    const line = sections.find(({ kind }) => kind === "alerts")?.entries.find(({ key }) => key === "fallback")?.line;
    const message = `"fallback" of [alerts]: there is no [notify ${name}]`;
    found.push({ code: "ConfigValue", line: line ?? 1, message, hint: "add the section, or remove the name" });
  }
  found.sort((a, b) => a.line - b.line);
  const config: Config = {
    ...configOf(reader.values("check"), reader.values("metrics"), home),
    alerts: alertsOf(alerts),
    channels,
    syncs,
    heartbeatUrl: (reader.values("heartbeat") as Values<typeof HEARTBEAT>).url,
  };
  const inFile = ({ code, line, message, hint }: Found) => ({
    code,
    message: `Cannot use line ${line} of "${file}": ${message}`,
    hint,
    file,
    line,
  });
  return { config, problems: found.map(inFile), warnings: foremost(reader.warnings).map(inFile) };
}

/** The first {@link MOST_WARNINGS}, and how many more there are. */
function foremost(warnings: readonly Found[]): readonly Found[] {
  const rest = warnings.slice(MOST_WARNINGS);
  if (rest.length === 0) return warnings;
  const message = `from here on there are ${rest.length} more such warnings`;
  const summary: Found = { ...rest[0], message, hint: "is this the right file?" };
  return [...warnings.slice(0, MOST_WARNINGS), summary];
}

/** Every channel; what is wrong with one goes to `found` and to the reader's warnings. */
function readChannels(sections: readonly Section[], reader: SectionReader, found: Found[]): ChannelConfig[] {
  const channels: ChannelConfig[] = [];
  const seen = new Set<string>();
  for (const section of sections) {
    const { kind, name } = section;
    // Of a section that is there twice the first is used.
    if (kind !== "notify" || name === undefined || seen.has(name)) continue;
    seen.add(name);
    const title = `notify ${name}`;
    const { channel, flaws } = readChannel(name, section, reader.values(title));
    channels.push(channel);
    for (const { message, hint, line, key, warning } of flaws) {
      const where = key === undefined ? `[${title}]` : `"${key}" of [${title}]`;
      const code = warning ? "ConfigUnknown" : "ConfigChannel";
      (warning ? reader.warnings : found).push({ code, line, message: `${where}: ${message}`, hint });
    }
  }
  return channels;
}

function alertsOf(alerts: Values<typeof ALERTS>): AlertsConfig {
  const { remindEveryMs, warnBeforeMs } = DEFAULTS.alerts;
  return {
    remindEveryMs: alerts.remind_every ?? remindEveryMs,
    warnBeforeMs: alerts.warn_before ?? warnBeforeMs,
    quietHours: alerts.quiet_hours === undefined ? undefined : parseQuietHours(alerts.quiet_hours),
    holdFirst: alerts.quiet_first === "hold",
    timeZone: alerts.timezone,
    fallback: alerts.fallback ?? [],
  };
}

function configOf(
  check: Values<typeof CHECK>,
  metrics: Values<typeof METRICS>,
  home: string,
): Pick<Config, "check" | "metricsFile"> {
  return {
    check: {
      sessions: check.sessions ?? DEFAULTS.check.sessions,
      profiles: check.profiles,
      refreshAheadMs: check.refresh_ahead,
      alertAfterMs: check.alert_after ?? DEFAULTS.check.alertAfterMs,
      expectedUser: check.expected_user,
    },
    metricsFile: metrics.file?.startsWith("~/") ? home + metrics.file.slice(1) : metrics.file,
  };
}

function unreadable(file: string, error: unknown): Problem {
  const problem = { code: "ConfigUnreadable", file };
  // `decode` throws a TypeError for bytes that are not UTF-8.
  if (error instanceof TypeError) {
    return { ...problem, message: `Cannot read "${file}": it is not UTF-8 text`, hint: "save it as UTF-8" };
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return { ...problem, message: `Cannot read "${file}": it is a folder`, hint: "move it away" };
  }
  const state = error instanceof Deno.errors.PermissionDenied ? "permission denied" : "the system refused";
  return { ...problem, message: `Cannot read "${file}": ${state}`, hint: `run: chmod u+r "${file}"` };
}
