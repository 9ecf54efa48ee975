// Reads the text of sso-heal's own configuration, and collects every problem in it.
import type { Problem } from "../domain/problem.ts";
import { type Config, DEFAULTS, type LoadedConfig } from "./config.ts";
import { parseGrammar } from "./grammar.ts";
import { type Found, SectionReader } from "./reader.ts";
import type { CHECK, METRICS, Values } from "./sections.ts";

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
      sessions: check.sessions ?? DEFAULTS.check.sessions,
      profiles: check.profiles,
      refreshAheadMs: check.refresh_ahead,
      alertAfterMs: check.alert_after ?? DEFAULTS.check.alertAfterMs,
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
