// Makes the probe with the very flags, grants and bundler settings that the program itself is built with.
import { build, stop } from "esbuild";
import { compile } from "../../../scripts/build.ts";
import { findBase } from "../../../scripts/denort.ts";
import { COMPILED_GRANTS } from "../../../src/sandbox/compiled_grants.ts";

/** The same code in the place of each worker. */
const WORKERS = ["aws_worker", "notify_worker", "run_worker"];
const ROOT = new URL("../../../", import.meta.url).pathname;

/** Compiles the probe into `folder` (absolute); answers its path. */
export async function buildProbe(folder: string): Promise<string> {
  await build({
    bundle: true,
    format: "esm",
    minify: true,
    platform: "node",
    target: "es2024",
    logLevel: "warning",
    absWorkingDir: ROOT,
    outdir: folder,
    entryPoints: {
      main: "tests/binary/probe/main.ts",
      ...Object.fromEntries(WORKERS.map((name) => [name, "tests/binary/probe/worker.ts"])),
    },
  });
  await stop();
  const program = `${folder}/probe`;
  const base = await findBase(`${ROOT}.cache`);
  await compile(base, `${folder}/main.js`, program, [
    ...COMPILED_GRANTS,
    ...WORKERS.map((name) => `--include=${folder}/${name}.js`),
  ]);
  return program;
}
