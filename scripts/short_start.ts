// Keeps small what every start loads: one file besides the entry, and no module of Node.

/** Rewrites `main.js` in the folder `dist`. @throws {Error} when a start would load what takes long. */
export async function shortenStart(dist: string): Promise<void> {
  const read = (name: string) => Deno.readTextFileSync(`${dist}/${name}`);
  const entry = withoutDetour(read("main.js"), read);
  await Deno.writeTextFile(`${dist}/main.js`, entry);
  const [, commandLine] = /import\("\.\/(part_\w+\.js)"\)\.then/.exec(entry) ?? [];
  if (commandLine === undefined) throw new Error("dist/main.js does not import the command line in the way expected");
  for (const name of ["main.js", commandLine]) refuseSlowStart(name, read(name));
}

/**
 * For a module that is imported lazily esbuild makes a file that only passes on what stands in another: 0.4 ms for the one
 * that every start goes through. The entry is made to import the other itself.
 *
 * @param read gives the text of a bundled file
 */
export function withoutDetour(entry: string, read: (name: string) => string): string {
  return entry.replace(/import\("\.\/(part_\w+\.js)"\)/g, (whole, name) => {
    const passed = /^import\{(?:(\w+) as )?(\w+)\}from"(\.\/part_\w+\.js)";export\{\2 as (\w+)\};\s*$/.exec(read(name));
    if (passed === null) return whole;
    const [, original, local, target, exported] = passed;
    return `import("${target}").then(m=>({${exported}:m.${original ?? local}}))`;
  });
}

/**
 * Newer versions of Deno load the modules of Node from source, `node:fs` alone in 20 ms, which is twice as long as a check
 * with nothing to do takes for everything else.
 *
 * @throws {Error} when the bundled file imports one at its start
 */
export function refuseSlowStart(name: string, text: string): void {
  const [, slow] = /\b(?:from|import)\s*"(node:[^"]+)"/.exec(text) ?? [];
  if (slow !== undefined) throw new Error(`dist/${name} imports ${slow} at every start: import it where it is needed`);
}
