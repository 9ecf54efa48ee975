// Reads our own log over the borders of its rotation: the last lines, and those to come.
import { UserError } from "../domain/problem.ts";
import { logFiles } from "../log/rotation.ts";
import type { System } from "../system/system.ts";

/** Short for a person who watches, and next to nothing for the machine: one look at the file. */
const LOOK_MS = 500;

/**
 * The last `count` lines of the log at `path`, the oldest first; undefined when there is no log yet.
 *
 * @throws {UserError} when it cannot be read.
 */
export async function lastLines(path: string, count: number): Promise<readonly string[] | undefined> {
  const text = await textOf(path);
  return await filledUp(path, text === undefined ? undefined : wholeLines(text), count);
}

/** `present`, the lines of the log file itself, with as many of the former ones before it as it takes. */
async function filledUp(
  path: string,
  present: readonly string[] | undefined,
  count: number,
): Promise<readonly string[] | undefined> {
  let lines = present;
  for (const file of logFiles(path).slice(0, -1).toReversed()) {
    if (lines !== undefined && lines.length >= count) break;
    const text = await textOf(file);
    if (text !== undefined) lines = [...wholeLines(text), ...lines ?? []];
  }
  return lines?.slice(Math.max(0, lines.length - count));
}

/** Where to go on in a log: behind what was read of this very file. */
interface Place {
  readonly file: Deno.FsFile;
  /** Begun and not ended yet. */
  part: string;
  readonly decoder: TextDecoder;
}

/**
 * Hands {@link lastLines} of the log at `path` to `show`, and then every line that is added, until `stop` is aborted. It
 * goes on in the new file after a rotation, and waits for a file that is not there (yet).
 *
 * @throws {UserError} when it cannot be read.
 */
export async function followLog(
  path: string,
  count: number,
  system: Pick<System, "sleep">,
  stop: AbortSignal,
  show: (lines: readonly string[] | undefined) => void,
): Promise<void> {
  const added = async (place: Place) => await ifThere(path, () => readOn(place)) ?? [];
  let place = await open(path);
  try {
    show(await filledUp(path, place && await added(place), count));
    while (!stop.aborted) {
      if (place !== undefined) show(await added(place));
      if (!await isStillAt(place, path)) {
        // What was written between the last look and the renaming.
        if (place !== undefined) show(await added(place));
        place?.file.close();
        place = undefined;
        place = await open(path);
        if (place !== undefined) continue;
      }
      await pause(system, stop);
    }
  } finally {
    place?.file.close();
  }
}

function open(path: string): Promise<Place | undefined> {
  return ifThere(path, () => ({ file: Deno.openSync(path), part: "", decoder: new TextDecoder() }));
}

/** Whether the file is the one that new lines go to, and not shorter than what was read of it. */
async function isStillAt(place: Place | undefined, path: string): Promise<boolean> {
  if (place === undefined) return false;
  const [ours, present] = [place.file.statSync(), await ifThere(path, () => Deno.statSync(path))];
  return ours.ino === present?.ino && ours.dev === present.dev &&
    present.size >= place.file.seekSync(0, Deno.SeekMode.Current);
}

/** The whole lines from the present place to the end of the file. */
async function readOn(place: Place): Promise<readonly string[]> {
  const bytes = new Uint8Array(64 * 1024);
  const lines: string[] = [];
  for (;;) {
    const count = await place.file.read(bytes);
    if (count === null) return lines;
    const text = place.part + place.decoder.decode(bytes.subarray(0, count), { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    place.part = text.slice(end);
    lines.push(...wholeLines(text.slice(0, end)));
  }
}

function wholeLines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function textOf(path: string): Promise<string | undefined> {
  return ifThere(path, () => Deno.readTextFile(path));
}

/** What `read` gives of the log at `path`; undefined when there is none. @throws {UserError} when it cannot be read. */
async function ifThere<T>(path: string, read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const { wordFailure } = await import("../aws/read_failure.ts");
    const { why, hint } = wordFailure(path, { kind: "failed", code: "Unreadable", error });
    throw new UserError(`Cannot read the log "${path}": ${why}`, [hint]);
  }
}

async function pause(system: Pick<System, "sleep">, stop: AbortSignal): Promise<void> {
  try {
    await system.sleep(LOOK_MS, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
