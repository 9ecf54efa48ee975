// Says why a test cannot run here. Where everything could have been installed (CI) it runs all the same, and fails.

/** For `Deno.test`: left out when one of `programs` is not installed, with one line that names it. */
export function needs(what: string, ...programs: readonly string[]): { readonly ignore: boolean } {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0 || Deno.env.get("CI") === "true") return { ignore: false };
  console.log(`left out: ${what}: needs ${missing.join(" and ")} (apt-get install)`);
  return { ignore: true };
}

/** For what mounts file systems in a name space of its own: root may, and others where the kernel lets them. */
export function needsMounts(what: string): { readonly ignore: boolean } {
  try {
    const { success } = new Deno.Command("unshare", {
      args: ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (success) return { ignore: false };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`left out: ${what}: needs unshare(1) and a kernel that lets this user mount`);
  return { ignore: true };
}

function isInstalled(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
