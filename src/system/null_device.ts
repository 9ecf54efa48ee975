// Whether what is written to a stream is lost: the stream is the null device.

/** Device numbers of /dev/null: on Linux 1, 3; on macOS 3, 2. */
const NULL_DEVICE = Deno.build.os === "darwin" ? 0x3000002 : 0x103;

/**
 * Of standard input, output and error (0, 1, 2). One that was closed (`2>&-`) counts too: the runtime opens the null
 * device in its place before anything of ours runs.
 */
export async function isNullDevice(descriptor: 0 | 1 | 2): Promise<boolean> {
  const { fstatSync } = await import("node:fs");
  return fstatSync(descriptor).rdev === NULL_DEVICE;
}
