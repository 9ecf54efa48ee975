// Finds the runtime base (`denort`) that `deno compile` puts before the program.
//
// Order: DENORT_BIN if set; the official download of the running Deno; the copy inside an npm package. The last serves
// machines that reach an npm registry only: `@vltpkg/cli-linux-x64` is itself a program made by `deno compile` 2.4.2, so
// its first bytes, up to the end of the ELF section header table, are the unmodified base of Deno 2.4.2.
import { createHash } from "node:crypto";

const PACKAGE = "@vltpkg/cli-linux-x64@0.0.0-18";
const FILE_IN_PACKAGE = "package/vlt";
const SHA256 = "2705685d7478610b98dcd43acecd457a19810146323041c8af8a88f7dd0b5e82";
export const FALLBACK_DENO = "2.4.2";

/** Where the base comes from, how to call it, and which Deno must do the compiling. */
export interface RuntimeBase {
  readonly source: "DENORT_BIN" | "official" | "npm";
  /** Path for DENORT_BIN; undefined lets `deno compile` take its own. */
  readonly path?: string;
  /** Version of Deno that the base is made for. */
  readonly version: string;
}

/** Finds a base for the Deno that runs this script, or the fallback. `cache` is a folder kept between builds. */
export async function findBase(cache: string): Promise<RuntimeBase> {
  const given = Deno.env.get("DENORT_BIN");
  if (given) return { source: "DENORT_BIN", path: given, version: Deno.version.deno };
  if (await officialWorks(cache)) return { source: "official", version: Deno.version.deno };
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") {
    throw new Error(
      "No runtime base: the official download cannot be reached, and the npm fallback is for Linux x86_64 only.\n" +
        "Set DENORT_BIN to a denort of this Deno version.",
    );
  }
  return { source: "npm", path: await fromNpm(cache), version: FALLBACK_DENO };
}

/** Whether `deno compile` can get its own base: tried with an empty program, and remembered for a day. */
async function officialWorks(cache: string): Promise<boolean> {
  const mark = `${cache}/official-base-${Deno.version.deno}-unreachable`;
  const age = await Deno.stat(mark).then((info) => Date.now() - (info.mtime?.getTime() ?? 0), () => Infinity);
  if (age < 24 * 3_600_000) return false;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/empty.js`, "");
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["compile", "--quiet", "--no-check", "--no-config", "--no-lock", "-o", `${dir}/empty`, `${dir}/empty.js`],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) {
      await Deno.mkdir(cache, { recursive: true });
      await Deno.writeTextFile(mark, "");
    }
    return success;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function fromNpm(cache: string): Promise<string> {
  const path = `${cache}/denort-${FALLBACK_DENO}`;
  if (await sha256(path) === SHA256) return path;
  await Deno.mkdir(cache, { recursive: true });
  const dir = await Deno.makeTempDir();
  try {
    // The npm client, so that the registry settings of the machine apply.
    await run("npm", ["pack", "--silent", "--pack-destination", dir, PACKAGE], dir);
    const archive = [...Deno.readDirSync(dir)].find((entry) => entry.name.endsWith(".tgz"));
    if (archive === undefined) throw new Error(`npm pack ${PACKAGE} left no archive`);
    await run("tar", ["-xzf", `${dir}/${archive.name}`, "-C", dir, FILE_IN_PACKAGE], dir);
    const bytes = await Deno.readFile(`${dir}/${FILE_IN_PACKAGE}`);
    const temporary = `${path}.${Deno.pid}`;
    await Deno.writeFile(temporary, bytes.subarray(0, elfEnd(bytes)), { mode: 0o755 });
    if (await sha256(temporary) !== SHA256) {
      await Deno.remove(temporary);
      throw new Error(`The runtime base in ${PACKAGE} has another checksum than expected: not used`);
    }
    await Deno.rename(temporary, path);
    return path;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** End of the section header table of a 64-bit little-endian ELF file: what follows was appended. */
function elfEnd(bytes: Uint8Array): number {
  const header = new DataView(bytes.buffer, bytes.byteOffset, 64);
  return Number(header.getBigUint64(40, true)) + header.getUint16(58, true) * header.getUint16(60, true);
}

async function sha256(path: string): Promise<string | undefined> {
  try {
    return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}
