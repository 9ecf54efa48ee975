// Leaves out of the AWS SDK what this program has no use for: each kilobyte of it costs 0.1 ms at each start of the worker.
import type { OnLoadResult, Plugin } from "esbuild";

/** A module of the SDK, by its path, and what stands in for it. */
const INSTEAD: ReadonlyArray<readonly [path: RegExp, contents: string]> = [
  // Nobody asks a client for its retries: the caller has its own, because it looks at the files again between two.
  [
    /@smithy\/core\/dist-es\/submodules\/retry\/index\.browser\.js$/,
    `const place = { name: "retryMiddleware", tags: ["RETRY"], step: "finalizeRequest", priority: "high", override: true };
     export const getRetryPlugin = () => ({ applyToStack: (stack) => stack.add((next) => next, place) });
     export const resolveRetryConfig = (config) => config;
     export const DEFAULT_MAX_ATTEMPTS = 1, DEFAULT_RETRY_MODE = "standard", RETRY_MODES = {};`,
  ],
  // Each call names its endpoint.
  [/\/util-endpoints\/lib\/aws\/partitions\.js$/, `export const partitionsInfo = { version: "1.1", partitions: [] };`],
  // Keys for several regions at once need code that is not installed.
  [
    /@aws-sdk\/signature-v4-multi-region\/dist-es\/index\.js$/,
    `export { SignatureV4 as SignatureV4MultiRegion } from "@smithy/signature-v4";`,
  ],
  // Only events of a stream are signed with it.
  [/@smithy\/signature-v4\/dist-es\/HeaderFormatter\.js$/, `export class HeaderFormatter {}`],
  // The runtime's own does it all.
  [/\/checksum\/sha256\/Sha256Js\.js$/, `export class Sha256Js {}`],
];

/** What the clients of these services import, and what they need of it: they sign nothing and read no XML. */
const PLAIN_JSON = /@aws-sdk\/client-sso(-oidc)?\/dist-es\//;
const NO_SIGNING = `export class AwsSdkSigV4Signer {}
  export const resolveAwsSdkSigV4Config = (config) => config;`;

const TABLE_OF_CORE = /@aws-sdk\/core\/dist-es\/submodules\/protocols\/index\.js$/;

/** The plugin for the bundle of the worker. @throws {Error} at the end of a build in which a row was of no use. */
export function leanSdk(): Plugin {
  return {
    name: "lean-sdk",
    setup(builder) {
      const unused = new Set(INSTEAD.map(([path]) => path));
      for (const [filter, contents] of INSTEAD) {
        builder.onLoad({ filter }, ({ path }) => {
          unused.delete(filter);
          return { contents, resolveDir: folderOf(path) };
        });
      }
      builder.onEnd(() => {
        if (unused.size > 0) {
          throw new Error(`the SDK has no longer ${[...unused].join(", ")}: see scripts/lean_sdk.ts`);
        }
      });
      // The protocols of all services stand in one file: the ones imported are taken from where they are.
      builder.onResolve(
        { filter: /^@aws-sdk\/core\/protocols$/ },
        async ({ path, importer, resolveDir, kind, pluginData }) => {
          if (pluginData === "plain") return undefined;
          const { path: index } = await builder.resolve(path, { importer, resolveDir, kind, pluginData: "plain" });
          if (!TABLE_OF_CORE.test(index)) throw new Error(`${path} is now ${index}: see scripts/lean_sdk.ts`);
          const file = PLAIN_JSON.test(importer) ? "json/AwsRestJsonProtocol.js" : "query/AwsQueryProtocol.js";
          return { path: `${folderOf(index)}/${file}` };
        },
      );
      builder.onResolve(
        { filter: /^@aws-sdk\/core\/httpAuthSchemes$/ },
        ({ importer }) => PLAIN_JSON.test(importer) ? { path: "no-signing", namespace: "lean-sdk" } : undefined,
      );
      builder.onLoad({ filter: /^no-signing$/, namespace: "lean-sdk" }, () => ({ contents: NO_SIGNING }));
      // Its XML parser for browsers needs a DOM, which Deno has not; the one beside it needs nothing.
      builder.onLoad(
        { filter: /xml-parser\.browser\.js$/ },
        async ({ path }) => await moved(path, path.replace(".browser.js", ".js")),
      );
      // Each client brings its whole manifest, and looks at the version only.
      builder.onLoad({ filter: /@aws-sdk\/[\w-]+\/package\.json$/ }, async ({ path }) => {
        const { version } = JSON.parse(await Deno.readTextFile(path));
        return { contents: JSON.stringify({ version }), loader: "json" };
      });
    },
  };
}

async function moved(path: string, to: string): Promise<OnLoadResult> {
  return { contents: await Deno.readTextFile(to), resolveDir: folderOf(path) };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
