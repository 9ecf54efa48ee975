// Keeps the layers of the source tree: imports point down only, files stay short, and each power has its place.

/** From top to bottom; folders of one row never import one another. */
const LAYERS: readonly (readonly string[])[] = [
  ["cli"],
  ["commands"],
  ["heal"],
  ["aws", "notify", "service", "render", "server"],
  ["sandbox"],
  ["config"],
  ["store"],
  ["log"],
  ["system"],
  ["domain"],
];
const MOST_LINES = 300;

/** What only some folders may say. Tests may say everything. */
const POWERS: readonly { readonly word: RegExp; readonly only: RegExp; readonly why: string }[] = [
  { word: /\bDeno\.exit\b/, only: /^main\.ts$/, why: "only main.ts ends the program" },
  {
    word: /\bfetch\(|FetchHttpHandler|@aws-sdk\//,
    only: /^src\/(aws\/(oidc|portal|sts|transport|resolve_worker)|notify\/http)\.ts$/,
    why: "only the workers have the network",
  },
  { word: /\bnew Worker\(/, only: /^src\/sandbox\//, why: "workers are started by src/sandbox" },
  {
    word: /\.reveal\(\)/,
    only: /^src\/(aws|heal|store|render\/credentials|notify\/(run_)?client|domain\/secret)/,
    why: "secrets are revealed at the border only",
  },
  {
    word: /\bDeno\.(?!customInspect)|\bDate\.now\b|\bMath\.random\b|\bfetch\(|\basync\b|\bsetTimeout\b/,
    only: /^(?!src\/domain\/)/,
    why: "src/domain is pure",
  },
];
const VAGUE_NAME = /(^|[/_])(utils?|helpers?|common|misc|index)(_|\.ts|\/)/;

const ROOT = new URL("..", import.meta.url).pathname;

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(ROOT + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts") || name.endsWith(".mjs")) yield path;
  }
}

function rankOf(path: string): number {
  const folder = path.split("/")[1];
  return LAYERS.findIndex((row) => row.includes(folder));
}

function problemsOf(path: string): string[] {
  const text = Deno.readTextFileSync(ROOT + path);
  const problems: string[] = [];
  const lines = text.split("\n").length - 1;
  if (lines > MOST_LINES) problems.push(`${lines} lines, more than ${MOST_LINES}`);
  if (VAGUE_NAME.test(path)) problems.push("a name that says nothing");
  if (!text.startsWith("//")) problems.push("the first line does not say why the file exists");
  if (!path.startsWith("src/") || path.endsWith("_test.ts")) return problems;

  const code = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*/g, "$1");
  for (const { word, only, why } of POWERS) {
    if (!only.test(path) && word.test(code)) problems.push(`${why} (${word.exec(code)?.[0]})`);
  }
  const rank = rankOf(path);
  const folder = path.split("/")[1];
  if (rank < 0) return [...problems, `the folder is in no layer: ${folder}`];
  for (const [, imported] of code.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const target = new URL(imported, `file:///${path}`).pathname.slice(1);
    const other = rankOf(target);
    if (folder === "service" && target.startsWith("units/")) continue;
    if (!target.startsWith("src/")) problems.push(`imports ${target}, outside src`);
    else if (other < rank) problems.push(`imports upwards: ${target}`);
    else if (other === rank && target.split("/")[1] !== folder) {
      problems.push(`imports sideways: ${target}`);
    }
  }
  return problems;
}

const found = [...sources("src"), ...sources("tests"), ...sources("scripts"), "main.ts"]
  .filter((path) => !path.startsWith("tests/fixtures/"))
  .flatMap((path) => problemsOf(path).map((problem) => `${path}: ${problem}`));
for (const line of found) console.error(line);
if (found.length > 0) Deno.exit(1);
console.error("layers: fine");
