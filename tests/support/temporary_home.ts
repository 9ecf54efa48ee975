// A home directory for one test, removed at its end.

/** Runs `body` with the physical path of an empty directory. */
export async function withTemporaryHome(body: (home: string) => Promise<void> | void): Promise<void> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-home-" }));
  try {
    await body(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Permission bits of a file, in octal. */
export function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8).padStart(4, "0");
}
