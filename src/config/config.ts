// sso-heal's own configuration, ~/.config/sso-heal/config.ini: read whole, every problem in it named at once.
import type { AlertPolicy } from "../domain/alert.ts";
import type { Problem } from "../domain/problem.ts";
import { configPaths } from "../store/paths.ts";
import { isThere } from "../system/is_there.ts";
import type { ChannelConfig } from "./channels.ts";
import type { SyncConfig } from "./syncs.ts";

/** The configuration with its defaults filled in. */
export interface Config {
  readonly check: {
    /** Globs over session names. */
    readonly sessions: readonly string[];
    /** Globs over the profiles to prove; undefined: the first of each session. */
    readonly profiles?: readonly string[];
    /** Undefined: derived from the interval of the installed timer. */
    readonly refreshAheadMs?: number;
    /** How long temporary failures last before somebody is told. */
    readonly alertAfterMs: number;
    /** Who must have approved: the last part of the ARN that STS gives. */
    readonly expectedUser?: string;
  };
  readonly alerts: AlertsConfig;
  readonly channels: readonly ChannelConfig[];
  /** Legacy profiles that every check keeps up to date. */
  readonly syncs: readonly SyncConfig[];
  /** Asked after every check, to say that there was one; as it is written, perhaps `env:NAME` or `file:PATH`. */
  readonly heartbeatUrl?: string;
  /** Absolute path of a second metrics file. */
  readonly metricsFile?: string;
}

/** When people are told. */
export interface AlertsConfig extends AlertPolicy {
  /** Before the expected end of a session, milliseconds. */
  readonly warnBeforeMs: readonly number[];
  /** Names of channels, the first that works is used. */
  readonly fallback: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Stop a check (exit 1): the values concerned are at their defaults in `config`. */
  readonly problems: readonly Problem[];
  /** Probably typing mistakes; what they concern is not used. */
  readonly warnings: readonly Problem[];
}

/** What holds without a file. */
export const DEFAULTS: Config = {
  check: {
    sessions: ["*"],
    profiles: undefined,
    refreshAheadMs: undefined,
    alertAfterMs: 30 * 60_000,
    expectedUser: undefined,
  },
  alerts: {
    remindEveryMs: 4 * 3_600_000,
    warnBeforeMs: [7 * 86_400_000, 86_400_000],
    quietHours: undefined,
    holdFirst: false,
    timeZone: undefined,
    fallback: [],
  },
  channels: [],
  syncs: [],
  heartbeatUrl: undefined,
  metricsFile: undefined,
};

/**
 * Reads the configuration below `home`. Never throws; a missing file gives the defaults and costs one look. Each
 * problem has the file and, where there is one, the line. No message holds a value that may be a secret.
 */
export async function loadConfig(home: string): Promise<LoadedConfig> {
  const { dir, file } = configPaths(home);
  // Most machines have none: that must not cost an error, nor what reads it.
  if (!isThere(dir)) return { config: DEFAULTS, problems: [], warnings: [] };
  const { readConfigFile } = await import("./read_config.ts");
  return readConfigFile(file, home);
}
