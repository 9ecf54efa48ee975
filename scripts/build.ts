// Builds dist/sso-heal: bundle with esbuild, fix the times, `deno compile` with the grants of src/sandbox/permissions.ts.
import { build, type Metafile, type Plugin, stop } from "esbuild";
import { COMPILED_GRANTS } from "../src/sandbox/compiled_grants.ts";
import config from "../deno.json" with { type: "json" };
import { findBase, type RuntimeBase } from "./denort.ts";
import { leanSdk } from "./lean_sdk.ts";
import { shortenStart } from "./short_start.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const CACHE = `${ROOT}/.cache`;
const DIST = `${ROOT}/dist`;

/**
 * `--no-code-cache`: by default any local user could plant a code cache in /tmp. `--jitless`: no writable code pages.
 * `--no-lazy`: what is loaded is used, so looking through it first to compile it later costs more.
 * `--no-ignition-reo`: bytecode is made a tenth quicker without the optimizer of registers, and runs once.
 * `--no-enable-lazy-source-positions`: else the first error that is thrown, a file that is not there, makes V8 go through
 * all functions on the stack once more.
 */
export const COMPILE_FLAGS = [
  "--quiet",
  "--no-check",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--no-prompt",
  "--no-code-cache",
  "--v8-flags=--jitless,--no-lazy,--no-ignition-reo,--no-enable-lazy-source-positions,--disallow-code-generation-from-strings",
  "--unstable-worker-options",
];

/**
 * Modules that are always used together belong into one file, because each further file costs start-up time: what a check
 * with nothing to do runs, what starts the worker besides, and what works then.
 */
const HOT = inRoot("src/cli/cli.ts");
const OPEN = inRoot("src/heal/heal_due.ts", "src/cli/connection.ts");
/** What may speak to somebody shares the way out. */
const ASKS = /\/src\/(heal\/|cli\/(teller|connection)|commands\/(login|logout|notify)\.ts)/;
const WORK = inRoot("src/heal/heal_session.ts", "src/heal/notes.ts");

function inRoot(...paths: string[]): string[] {
  return paths.map((path) => `${ROOT}/${path}`);
}

/**
 * Keeps such modules together. esbuild makes a file for every set of modules that the same lazy imports share; with each
 * lazily imported module importing the hot ones, they are all shared by the same.
 */
function keepTogether(lazy: ReadonlySet<string>): Plugin {
  return {
    name: "keep-together",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!lazy.has(path)) return undefined;
        const company = WORK.includes(path) ? [...HOT, ...OPEN, ...WORK] : ASKS.test(path) ? [...HOT, ...OPEN] : HOT;
        const imports = company.filter((other) => other !== path).map((other) => `import ${JSON.stringify(other)};`);
        return { contents: [await Deno.readTextFile(path), ...imports].join("\n"), loader: "ts" };
      });
    },
  };
}

/** Paths of the modules that are imported lazily. */
function lazyModules(metafile: Metafile): Set<string> {
  const entries = Object.values(metafile.outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  return new Set(entries.map((path) => `${ROOT}/${path}`).filter((path) => path !== `${ROOT}/main.ts`));
}

async function bundle(base: RuntimeBase): Promise<void> {
  const common = {
    bundle: true,
    format: "esm",
    minify: true,
    outdir: DIST,
    target: "es2024",
    legalComments: "none",
    absWorkingDir: ROOT,
    logLevel: "warning",
    define: { SSO_HEAL_VERSION: JSON.stringify(config.version), SSO_HEAL_BASE: JSON.stringify(base.source) },
  } as const;
  const program = {
    ...common,
    entryPoints: { main: "main.ts" },
    splitting: true,
    platform: "node",
    chunkNames: "part_[hash]",
  } as const;
  const { metafile } = await build({ ...program, write: false, metafile: true });
  await build({ ...program, plugins: [keepTogether(lazyModules(metafile))] });
  const worker = { ...common, platform: "browser" as const, conditions: ["browser"], splitting: true };
  await build({
    ...worker,
    entryPoints: {
      aws_worker: "src/aws/worker.ts",
      aws_resolve_worker: "src/aws/resolve_worker.ts",
      aws_callback_worker: "src/aws/callback_worker.ts",
    },
    // Event streams and the like are imported lazily by the SDK, and here never.
    chunkNames: "aws_[hash]",
    plugins: [leanSdk()],
  });
  await build({
    ...worker,
    entryPoints: { notify_worker: "src/notify/worker.ts", run_worker: "src/notify/run_worker.ts" },
    chunkNames: "notify_[hash]",
    external: ["node:*"],
  });
  await stop();
}

/**
 * Imports in a bundled file that reach beyond the bundle. A program of Deno 2.4 imports every file whose name it knows,
 * whatever its permissions, and so reads any JSON. With code from strings switched off, what is not written in the bundle
 * cannot be imported; the worker cannot even reach modules of the runtime.
 */
export function foreignImports(name: string, text: string): string[] {
  const [part] = name.split("_");
  const own = part === "aws" || part === "run"
    ? /^"\.\/(aws|notify)_\w+\.js"$/
    : part === "notify"
    ? /^"(\.\/notify_\w+\.js|node:\w+)"$/
    : /^"(\.\/part_\w+\.js|node:\w+)"$/;
  const found = [...text.matchAll(/\bimport\s*\(([^)]*)\)|\bfrom\s*("node:\w+")/g)];
  return found.map(([, dynamic, fixed]) => dynamic ?? fixed).filter((what) => !own.test(what.trim()));
}

async function refuseForeignImports(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [first] = foreignImports(name, await Deno.readTextFile(`${DIST}/${name}`));
    if (first !== undefined) throw new Error(`dist/${name} would import ${first}, which is not in the program`);
  }
}

/** The bytes of the binary include the files' times: the same input must give the same output. */
async function fixTimes(): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(DIST)) {
    if (!name.endsWith(".js")) continue;
    names.push(name);
    await Deno.utime(`${DIST}/${name}`, 1_700_000_000, 1_700_000_000);
  }
  return names.sort();
}

/** Compiles one bundled file of dist/ to an executable. */
export async function compile(base: RuntimeBase, entry: string, output: string, options: string[]): Promise<void> {
  const [command, first] = base.version === Deno.version.deno
    ? [Deno.execPath(), []]
    : ["npx", ["--yes", `deno@${base.version}`]];
  const { success } = await new Deno.Command(command, {
    args: [...first, "compile", ...COMPILE_FLAGS, ...options, "--output", output, entry],
    cwd: DIST,
    env: base.path === undefined ? {} : { DENORT_BIN: base.path },
  }).spawn().status;
  if (!success) throw new Error(`deno compile of ${entry} failed`);
}

async function main(): Promise<void> {
  const base = await findBase(CACHE);
  await Deno.remove(DIST, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(DIST);
  await bundle(base);
  await shortenStart(DIST);
  const files = await fixTimes();
  await refuseForeignImports(files);
  // Files that main.js imports are found by Deno; the worker is named by a string only.
  const includes = files.filter((name) => name !== "main.js").map((name) => `--include=${name}`);
  await compile(base, "main.js", "sso-heal", [...COMPILED_GRANTS, ...includes]);
  const { size } = await Deno.stat(`${DIST}/sso-heal`);
  console.error(`dist/sso-heal: ${(size / 1e6).toFixed(1)} MB, Deno ${base.version} (runtime base: ${base.source})`);
}

if (import.meta.main) await main();
