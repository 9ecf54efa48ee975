// The binary for scripts that show or measure it: built first when it is missing or older than what it is made of.

export const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
export const BINARY = `${ROOT}/dist/sso-heal`;

const SOURCES = ["main.ts", "deno.json", "deno.lock", "src", "units", "scripts/build.ts", "scripts/denort.ts"];

/** Path of a binary made of the present sources. Throws when it cannot be built. */
export async function freshBinary(): Promise<string> {
  const built = timeOf(BINARY);
  if (built !== undefined && SOURCES.every((name) => newestBelow(`${ROOT}/${name}`) <= built)) return BINARY;
  console.error("building dist/sso-heal (a moment, longer the first time) …");
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}/scripts/build.ts`],
    cwd: ROOT,
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error("Cannot build dist/sso-heal; see: deno task build");
  return BINARY;
}

/** Modification time of the newest file, epoch milliseconds. Tests are no part of the binary. */
function newestBelow(path: string): number {
  const { isDirectory, mtime } = Deno.statSync(path);
  if (!isDirectory) return path.endsWith("_test.ts") ? 0 : mtime?.getTime() ?? 0;
  return Math.max(0, ...[...Deno.readDirSync(path)].map(({ name }) => newestBelow(`${path}/${name}`)));
}

function timeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
