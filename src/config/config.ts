// sso-heal's own configuration, ~/.config/sso-heal/config.ini: read whole, every problem in it named at once.
import type { Problem } from "../domain/problem.ts";
import { configPaths } from "../store/paths.ts";
import { parseGrammar } from "./grammar.ts";
import { type Found, SectionReader } from "./reader.ts";
import type { CHECK, METRICS, Values } from "./sections.ts";

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
  };
  /** Absolute path of a second metrics file. */
  readonly metricsFile?: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Stop a check (exit 1): the values concerned are at their defaults in `config`. */
  readonly problems: readonly Problem[];
  /** Probably typing mistakes; what they concern is not used. */
  readonly warnings: readonly Problem[];
}

const ALERT_AFTER_MS = 30 * 60_000;

/**
 * Reads the configuration below `home`. Never throws; a missing file gives the defaults and costs one look. Each
 * problem has the file and, where there is one, the line. No message holds a value that may be a secret.
 */
export function loadConfig(home: string): LoadedConfig {
  const file = configPaths(home).file;
  let mode: number;
  let content: string;
  try {
    mode = Deno.statSync(file).mode ?? 0;
    content = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(file));
  } catch (error) {
    const problems = error instanceof Deno.errors.NotFound ? [] : [unreadable(file, error)];
    return { config: configOf({}, {}, home), problems, warnings: [] };
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

/** {@link loadConfig} without the file system. */
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
  found.sort((a, b) => a.line - b.line);
  const config = configOf(reader.values("check"), reader.values("metrics"), home);
  const inFile = ({ code, line, message, hint }: Found) => ({
    code,
    message: `Cannot use line ${line} of "${file}": ${message}`,
    hint,
    file,
    line,
  });
  return { config, problems: found.map(inFile), warnings: reader.warnings.map(inFile) };
}

function configOf(check: Values<typeof CHECK>, metrics: Values<typeof METRICS>, home: string): Config {
  return {
    check: {
      sessions: check.sessions ?? ["*"],
      profiles: check.profiles,
      refreshAheadMs: check.refresh_ahead,
      alertAfterMs: check.alert_after ?? ALERT_AFTER_MS,
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
  if (error instanceof Deno.errors.NotCapable) {
    const hint = "a configuration that is a link must lead to a file in ~/.config/sso-heal";
    return { ...problem, message: `Cannot read "${file}": it lies outside the folders sso-heal may touch`, hint };
  }
  const state = error instanceof Deno.errors.PermissionDenied ? "permission denied" : "the system refused";
  return { ...problem, message: `Cannot read "${file}": ${state}`, hint: `run: chmod u+r "${file}"` };
}
