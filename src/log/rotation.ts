// How the log stays small: full files are renamed to `.1` and `.2`, and old lines go.

const MOST_BYTES = 1_000_000;
const DAY_MS = 86_400_000;
const KEPT_MS = 14 * DAY_MS;
const KEPT_FILES = 2;

/** The log file and its former ones, the oldest first; not all of them need be there. */
export function logFiles(path: string): readonly string[] {
  return [...Array.from({ length: KEPT_FILES }, (_, index) => `${path}.${KEPT_FILES - index}`), path];
}

/**
 * Whether the file may have to be rotated before a line of `bytes` is added at `now`: it gets too large, or this is the
 * first line of a day (UTC). So the age of the files is looked at once a day, and costs all other lines nothing.
 */
export function isDue({ size, mtime }: Deno.FileInfo, bytes: number, now: number): boolean {
  return size + bytes > MOST_BYTES || Math.floor((mtime?.getTime() ?? 0) / DAY_MS) !== Math.floor(now / DAY_MS);
}

/**
 * Makes room in the file at `path` for a line of `bytes`, and drops former files to which nothing was added for 14 days.
 * So no line gets older than twice that. Two processes that do so at once may drop the oldest file too early, and nothing
 * else.
 */
export function rotate(path: string, bytes: number, now: number): void {
  const { size, birthtime } = Deno.statSync(path);
  const isOld = birthtime !== null && now - birthtime.getTime() > KEPT_MS;
  if (size + bytes > MOST_BYTES || isOld) {
    for (let number = KEPT_FILES; number > 0; number--) {
      ifThere(() => Deno.renameSync(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`));
    }
  }
  for (let number = 1; number <= KEPT_FILES; number++) {
    ifThere(() => {
      const { mtime } = Deno.statSync(`${path}.${number}`);
      if (mtime !== null && now - mtime.getTime() > KEPT_MS) Deno.removeSync(`${path}.${number}`);
    });
  }
}

/**
 * Empties the file at `path` when it has grown too large: what somebody else (launchd) writes at its end cannot be renamed
 * away, and stays small by this alone.
 */
export function emptyIfLarge(path: string): void {
  ifThere(() => {
    if (Deno.statSync(path).size > MOST_BYTES) Deno.truncateSync(path);
  });
}

function ifThere(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
