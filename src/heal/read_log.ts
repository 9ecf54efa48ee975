// Reads our own log over the borders of its rotation: the last lines, and those to come.
import { logFiles } from "../log/rotation.ts";
import type { System } from "../system/system.ts";

/** Short for a person who watches, and next to nothing for the machine: one look at the file. */
const LOOK_MS = 500;

/** The last `count` lines of the log at `path`, the oldest first; undefined when there is no log yet. */
export async function lastLines(path: string, count: number): Promise<readonly string[] | undefined> {
  const text = await readOrNothing(path);
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
    const text = await readOrNothing(file);
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
 */
export async function followLog(
  path: string,
  count: number,
  system: Pick<System, "sleep">,
  stop: AbortSignal,
  show: (lines: readonly string[] | undefined) => void,
): Promise<void> {
  let place = open(path);
  try {
    show(await filledUp(path, place && await readOn(place), count));
    while (!stop.aborted) {
      if (place !== undefined) show(await readOn(place));
      if (!isStillAt(place, path)) {
        // What was written between the last look and the renaming.
        if (place !== undefined) show(await readOn(place));
        place?.file.close();
        place = undefined;
        place = open(path);
        if (place !== undefined) continue;
      }
      await pause(system, stop);
    }
  } finally {
    place?.file.close();
  }
}

function open(path: string): Place | undefined {
  try {
    return { file: Deno.openSync(path), part: "", decoder: new TextDecoder() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the file is the one that new lines go to, and not shorter than what was read of it. */
function isStillAt(place: Place | undefined, path: string): boolean {
  if (place === undefined) return false;
  try {
    const [ours, present] = [place.file.statSync(), Deno.statSync(path)];
    return ours.ino === present.ino && ours.dev === present.dev &&
      present.size >= place.file.seekSync(0, Deno.SeekMode.Current);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
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

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function pause(system: Pick<System, "sleep">, stop: AbortSignal): Promise<void> {
  try {
    await system.sleep(LOOK_MS, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
