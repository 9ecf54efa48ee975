// Says why a test cannot run here. Where everything could have been installed (CI) it runs all the same, and fails.

/** For `Deno.test`: left out when one of `programs` is not installed, with one line that names it. */
export function needs(what: string, ...programs: readonly string[]): { readonly ignore: boolean } {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0 || Deno.env.get("CI") === "true") return { ignore: false };
  console.log(`left out: ${what}: needs ${missing.join(" and ")} (apt-get install)`);
  return { ignore: true };
}

/** For what only root may do, mounting for example; nothing that could be installed. */
export function needsRoot(what: string): { readonly ignore: boolean } {
  if (Deno.uid() === 0) return { ignore: false };
  console.log(`left out: ${what}: needs root`);
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
