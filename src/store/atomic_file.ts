// Replaces a file so that it is valid, old or new, at every instant, also through a crash or a full disk.
import { folderOf, inFolder } from "./folder.ts";
import { realTarget } from "./link.ts";
import { temporaryBeside } from "./temporary.ts";
import { writeFailure } from "./write_failure.ts";

/** How {@link writeFileAtomic} writes. */
export interface WriteOptions {
  /** Permission bits of the new file, 0600 unless given. The process umask does not apply to a given mode. */
  readonly mode?: number;
  /** A place that was proved before; it is used up by the write, whether that works or not. */
  readonly prepared?: Prepared;
}

/**
 * Replaces the file at `path` (absolute) by `bytes`.
 *
 * Promised: a reader finds the old or the new content, never a part of it and never nothing; when the call returns the
 * new content is on the disk (fsync of the file, rename, fsync of the folder); when it throws, the old file is
 * untouched and no temporary file is left. Missing folders are made with mode 0700. A link stays a link: the file it
 * points to is replaced at its own place, if the grants cover that place.
 *
 * Not promised: anything about two writers at once. The later rename wins, so take a lock where that matters.
 *
 * @throws {UserError} naming the file, what is in the way, and the way out.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<void> {
  const prepared = options.prepared ?? await prepareFile(path, 0);
  if (prepared.path !== path) throw new TypeError(`prepared for ${prepared.path}, not for ${path}`);
  await prepared.commit(bytes, options.mode ?? 0o600);
}

/**
 * Proves that an answer of `size` bytes can be stored at `path` before anybody is asked for the answer: makes the
 * temporary file in the folder of the target, writes that many bytes and waits until they are on the disk. It must end
 * in {@link writeFileAtomic} or {@link Prepared.discard}.
 *
 * What can still go wrong afterwards: the disk breaks, or a copy-on-write file system (btrfs, zfs) that needs new
 * blocks for the same bytes is filled by another process meanwhile.
 *
 * @throws {UserError} as {@link writeFileAtomic}; nothing is left behind then.
 */
export async function prepareFile(path: string, size: number): Promise<Prepared> {
  let real: string | undefined;
  let prepared: Prepared | undefined;
  try {
    real = await realTarget(path);
    const temporary = temporaryBeside(real);
    const file = inFolder(temporary, () => Deno.openSync(temporary, { write: true, createNew: true, mode: 0o600 }));
    prepared = new Prepared(path, real, temporary, file);
    await prepared.reserve(size);
    return prepared;
  } catch (error) {
    await prepared?.discard();
    throw writeFailure(error, { path, real });
  }
}

/** A temporary file beside its target, open and proved. */
export class Prepared {
  #open = true;

  /** @internal Made by {@link prepareFile}. */
  constructor(
    /** The path as the caller gave it. */
    readonly path: string,
    /** The file that will be replaced: `path`, or where the link leads. */
    readonly real: string,
    readonly temporary: string,
    private readonly file: Deno.FsFile,
  ) {}

  /** Writes `size` blank bytes and waits for the disk. */
  async reserve(size: number): Promise<void> {
    if (size === 0) return;
    await writeAll(this.file, new Uint8Array(size).fill(0x20));
    await this.file.sync();
  }

  /** Puts `bytes` in the place of the target; see {@link writeFileAtomic}, which callers use. */
  async commit(bytes: Uint8Array, mode: number): Promise<void> {
    try {
      await this.store(bytes, mode);
      await this.publish();
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /**
   * Writes `bytes` and waits for the disk, still beside the target: an answer that exists only once is safe from here
   * on, and what else there is to decide can be decided before {@link Prepared.publish} or {@link Prepared.discard}.
   *
   * When this or {@link Prepared.publish} fails, what was stored stays, because it may be the only copy there is: the
   * caller discards it, or leaves it to be found later.
   */
  async store(bytes: Uint8Array, mode = 0o600): Promise<void> {
    if (!this.#open) throw new TypeError(`the place prepared for ${this.path} is used up`);
    try {
      await this.file.seek(0, Deno.SeekMode.Start);
      await writeAll(this.file, bytes);
      await this.file.truncate(bytes.length);
      // Before the sync, so that the mode is on the disk as well when the name changes.
      if (mode !== 0o600) await Deno.chmod(this.temporary, mode);
      await this.file.sync();
    } catch (error) {
      throw writeFailure(error, this);
    } finally {
      this.#close();
    }
  }

  /** Gives what was stored the name of the target. */
  async publish(): Promise<void> {
    try {
      await Deno.rename(this.temporary, this.real);
    } catch (error) {
      throw writeFailure(error, this);
    }
    await syncFolder(folderOf(this.real));
  }

  /** Gives the place up and removes the temporary file. Never throws; a second call does nothing. */
  async discard(): Promise<void> {
    this.#close();
    try {
      await Deno.remove(this.temporary);
    } catch {
      // Gone already, or the folder became read-only: the sweep of a later check removes it.
    }
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.file.close();
  }
}

/** Gives a temporary file that was left behind the name `path`; its content was synced before. @throws {UserError} */
export async function publishTemporary(temporary: string, path: string): Promise<void> {
  try {
    const real = await realTarget(path);
    await Deno.rename(temporary, real);
    await syncFolder(folderOf(real));
  } catch (error) {
    throw writeFailure(error, { path });
  }
}

/** Anything bytes can be written to; {@link Deno.FsFile} is one. */
export interface Sink {
  /** Writes a beginning of `bytes`, at least one, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of `bytes`: one write may take only a part (a disk that is nearly full does). */
export async function writeAll(sink: Sink, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const written = await sink.write(bytes.subarray(done));
    if (written <= 0) throw new Error("the system wrote nothing");
    done += written;
  }
}

/** The rename itself survives a power cut only when the folder is synced too; Deno opens and syncs one like a file. */
async function syncFolder(folder: string): Promise<void> {
  let handle: Deno.FsFile | undefined;
  try {
    handle = await Deno.open(folder, { read: true });
    await handle.sync();
  } catch {
    // The new file is in place and whole: some network file systems cannot sync a folder, and that is no failure.
  } finally {
    handle?.close();
  }
}
