// Where the config and credentials files of AWS are, and what is in them.
import type { Problem } from "../domain/problem.ts";
import { awsPaths } from "../store/paths.ts";
import { isThere } from "../system/is_there.ts";
import type { System } from "../system/system.ts";
import { type IniDocument, parseIni } from "./ini.ts";
import { readText } from "./read_file.ts";

export type AwsFileKind = "config" | "credentials";

/** One of the two files, read. Holds what the file holds, keys included: never print it. */
export interface AwsFile {
  /** Absolute. */
  readonly path: string;
  readonly document: IniDocument;
}

/** Both files as far as they exist and can be read, and a problem for each that cannot. */
export interface AwsFiles {
  readonly config?: AwsFile;
  readonly credentials?: AwsFile;
  readonly problems: readonly Problem[];
}

type Place = Pick<System, "env" | "home" | "cwd">;

/** Path of the config file: `AWS_CONFIG_FILE`, else `~/.aws/config`. */
export function configPath(place: Place): string {
  return pathFrom(place, "AWS_CONFIG_FILE", "config");
}

/** Path of the credentials file: `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`. */
export function credentialsPath(place: Place): string {
  return pathFrom(place, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

/** Reads both files. A file that does not exist is absent from the answer and no problem, as for every AWS client. */
export async function readAwsFiles(place: Place): Promise<AwsFiles> {
  const problems: Problem[] = [];
  const config = await readAwsFile("config", configPath(place), problems);
  const credentials = hasCredentials(place)
    ? await readAwsFile("credentials", credentialsPath(place), problems)
    : undefined;
  return { config, credentials, problems };
}

/** Asked first, because most machines have no such file, and an error costs a check with nothing to do its time. */
function hasCredentials(place: Place): boolean {
  return !!place.env.AWS_SHARED_CREDENTIALS_FILE || isThere(credentialsPath(place));
}

async function readAwsFile(kind: AwsFileKind, path: string, problems: Problem[]): Promise<AwsFile | undefined> {
  // The usual way to tell AWS clients that there is no file; opening the device is not granted to the binary.
  if (path === "/dev/null") return undefined;
  const read = readText(path);
  if (read.kind === "text") return { path, document: parseIni(read.text, path) };
  if (read.kind === "failed") problems.push((await import("./file_problems.ts")).unreadable(kind, path, read));
  else if (path.includes("$")) problems.push((await import("./file_problems.ts")).unknownVariable(kind, path));
  return undefined;
}

function pathFrom(place: Place, variable: string, name: AwsFileKind): string {
  const wanted = place.env[variable];
  return wanted ? expandPath(wanted, place) : awsPaths(place.home)[name];
}

/**
 * Replaces `$NAME`, `${NAME}` (unknown ones stay, as in Python's `expandvars`) and a leading `~`, and makes the path
 * absolute. What lies below `HOME` is looked for below the physical home, because the file grants of the program are.
 */
export function expandPath(path: string, place: Place): string {
  const { home, env, cwd } = place;
  let expanded = path;
  if (path.includes("$")) {
    expanded = path.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (whole, bare?: string, braced?: string) => {
      const name = bare ?? braced ?? "";
      return name === "HOME" ? home : env[name] ?? whole;
    });
  }
  if (expanded === "~" || expanded.startsWith("~/")) return home + expanded.slice(1);
  const named = env.HOME?.replace(/\/+$/, "");
  if (named && named !== home && expanded.startsWith(`${named}/`)) return home + expanded.slice(named.length);
  return expanded.startsWith("/") ? expanded : `${cwd}/${expanded}`;
}
