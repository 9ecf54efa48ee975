// Prints what the program costs, beside the AWS CLI, and whether each figure is within its bar.
import { parseArgs } from "node:util";
import { startConnectProxy } from "../tests/aws/connect_proxy.ts";
import { startSimulator } from "../tests/aws/simulator.ts";
import { COMPILED_GRANTS } from "../src/sandbox/compiled_grants.ts";
import { freshBinary, ROOT } from "./binary.ts";
import { compile } from "./build.ts";
import { measureSync, type SyncFigures } from "./bench_sync.ts";
import { findBase } from "./denort.ts";
import { type Candidate, type Cost, measure, type Measured } from "./measure.ts";
import { type Kept, measureRun } from "./measure_run.ts";

const HELP = `Usage: deno task bench [--json] [--rounds N]

Measures dist/sso-heal (Linux; needs /usr/bin/python3, /usr/bin/aws and strace; faketime for one figure) against a
simulated AWS. Takes about three minutes.
  --json      one JSON document for machines
  --rounds N  runs of each program, 15 or more (default 25); the median counts
`;

interface Bar {
  readonly name: string;
  readonly figure: number;
  readonly limit: number;
  readonly unit: "x" | "MB" | "kB" | "s" | "";
}

const AWS_CLI = "/usr/bin/aws";
/** Runs of the slow programs. */
const FEW = 15;
const START_URL = "https://sim.awsapps.com/start";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "25" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const rounds = Number(values.rounds);
  if (!(rounds >= 15)) throw new Error("--rounds must be 15 or more");
  const built = await freshBinary();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-bench-" }));
  await using aws = await startSimulator({ tls: true });
  await using proxy = startConnectProxy({ target: aws.port });
  try {
    // How a file came into the page cache changes its start by two milliseconds: both come the same way.
    const [binary, hello] = [`${folder}/sso-heal`, `${folder}/console-log`];
    Deno.copyFileSync(await compileHello(folder), hello);
    Deno.copyFileSync(built, binary);
    const home = (name: string, sessions: number, profiles: number): Candidate => {
      const cwd = `${folder}/${name}`;
      Deno.mkdirSync(`${cwd}/.aws/sso/cache`, { recursive: true });
      Deno.writeTextFileSync(`${cwd}/.aws/config`, configOf(sessions, profiles));
      Deno.copyFileSync(aws.caFile ?? "", `${cwd}/.aws/ca.pem`);
      for (let at = 0; at < sessions; at++) {
        const { fileName, token } = aws.issueSession({ sessionName: `session-${at}`, startUrl: START_URL });
        Deno.writeTextFileSync(`${cwd}/.aws/sso/cache/${fileName}`, JSON.stringify(token), { mode: 0o600 });
      }
      const env = { HOME: cwd, PATH: "/usr/bin:/bin", AWS_CA_BUNDLE: `${cwd}/.aws/ca.pem` };
      return { name, argv: [binary, "check"], env: { ...env, AWS_ENDPOINT_URL: aws.url }, cwd };
    };
    const noop = home("no-op check", 1, 1);
    const many = home("no-op check, 300 profiles", 5, 300);
    const full = home("check with three calls", 1, 1);
    const floor: Candidate = { ...noop, name: "console.log, compiled alike", argv: [hello] };
    const heal: Candidate = {
      ...full,
      argv: [binary, "check", "--force-refresh"],
      before: () => forgetRoles(full.cwd),
    };
    const cli: Candidate = {
      ...full,
      name: "aws sts get-caller-identity",
      argv: [AWS_CLI, "sts", "get-caller-identity", "--profile", "profile-0"],
      // Debian's knows no endpoint setting. The proxy costs it nothing: its wall time is its CPU time.
      env: { ...full.env, HTTPS_PROXY: proxy.url },
      before: () => forgetRoles(full.cwd),
    };
    await measure([noop, many, full], 0); // The first check proves the profiles: from then on there is nothing to do.

    aws.requests.length = 0;
    const kept = [binary, "export", "--profile", "profile-0"];
    const asProcess: Candidate = { ...noop, name: "export, kept credentials", argv: kept };
    const outside: Candidate = { ...asProcess, name: "export, from another folder", cwd: folder };
    const idle = await measure([floor, noop, many, asProcess, outside], rounds);
    const requests = aws.requests.length;
    aws.requests.length = 0;
    const busy = await measure([heal, cli], FEW);
    const calls = aws.requests.length / (FEW + 1);
    if (calls !== 5) throw new Error(`expected 3 calls of sso-heal and 2 of the AWS CLI a round, not ${calls}`);
    const workers = await countWorkers(noop, folder);
    if (await countWorkers(heal, folder) !== 1) {
      throw new Error("strace does not show the worker of a check with calls");
    }

    const living = await measureRun();
    const sync = await measureSync();

    const megabytes = (await Deno.stat(binary)).size / 1e6;
    const figures = { ...idle, ...busy };
    const bars = barsOf(figures, { floor, noop, many, asProcess, outside, heal, cli }, {
      megabytes,
      requests,
      workers,
      living,
      sync,
    });
    if (values.json) console.log(JSON.stringify({ version: 1, rounds, figures, bars: bars.map(judged) }, null, 1));
    else print(figures, bars);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type Names = Readonly<Record<"floor" | "noop" | "many" | "asProcess" | "outside" | "heal" | "cli", Candidate>>;

interface Counted {
  readonly megabytes: number;
  /** Of the checks with nothing to do. */
  readonly requests: number;
  readonly workers: number;
  readonly living?: Kept;
  readonly sync: SyncFigures;
}

function barsOf(
  figures: Measured,
  names: Names,
  { megabytes, requests, workers, living, sync }: Counted,
): Bar[] {
  const of = (key: keyof Names): Cost => figures[names[key].name];
  const [floor, noop, many, heal, cli] = [of("floor"), of("noop"), of("many"), of("heal"), of("cli")];
  const [asProcess, outside] = [of("asProcess"), of("outside")];
  return [
    { name: "no-op: wall, of console.log", figure: noop.wallMs / floor.wallMs, limit: 1.35, unit: "x" },
    { name: "no-op: CPU, of console.log", figure: noop.cpuMs / floor.cpuMs, limit: 1.35, unit: "x" },
    { name: "no-op: memory above it", figure: (noop.maxRssKb - floor.maxRssKb) / 1000, limit: 5, unit: "MB" },
    { name: "no-op: 300 profiles, of one", figure: many.wallMs / noop.wallMs, limit: 2, unit: "x" },
    { name: "no-op: requests to AWS", figure: requests, limit: 0, unit: "" },
    { name: "no-op: workers started", figure: workers, limit: 0, unit: "" },
    { name: "export, kept: wall, of no-op", figure: asProcess.wallMs / noop.wallMs, limit: 1.5, unit: "x" },
    { name: "export, another folder, of no-op", figure: outside.wallMs / noop.wallMs, limit: 2.5, unit: "x" },
    { name: "three calls: wall, of the AWS CLI", figure: heal.wallMs / cli.wallMs, limit: 0.2, unit: "x" },
    ...living === undefined
      ? []
      : [{ name: `run: growth a check, of ${living.checks}`, figure: living.growthKb, limit: 20, unit: "kB" as const }],
    { name: "sync, 1,200 profiles", figure: sync.seconds, limit: 75, unit: "s" },
    { name: "sync, calls refused as too fast", figure: sync.throttled, limit: 0, unit: "" },
    { name: "sync, second run", figure: sync.secondRunSeconds, limit: 1, unit: "s" },
    { name: "sync, second run, calls", figure: sync.secondRunCalls, limit: 0, unit: "" },
    { name: "size of the binary", figure: megabytes, limit: 90, unit: "MB" },
  ];
}

function judged(bar: Bar) {
  return { ...bar, met: bar.figure <= bar.limit };
}

function print(figures: Measured, bars: readonly Bar[]): void {
  console.log(`${"median".padEnd(36)}${"wall".padStart(12)}${"CPU".padStart(12)}${"max RSS".padStart(12)}`);
  for (const [name, { wallMs, cpuMs, maxRssKb }] of Object.entries(figures)) {
    const cells = [`${wallMs.toFixed(1)} ms`, `${cpuMs.toFixed(1)} ms`, `${(maxRssKb / 1000).toFixed(1)} MB`];
    console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(12)).join(""));
  }
  console.log(`\n${"bar".padEnd(36)}${"figure".padStart(12)}${"limit".padStart(12)}`);
  for (const { name, figure, limit, unit, met } of bars.map(judged)) {
    const cell = (value: number) =>
      `${unit === "" ? value : value.toFixed(unit === "x" ? 3 : 2)} ${unit}`.trimEnd().padStart(12);
    console.log(`${name.padEnd(36)}${cell(figure)}${cell(limit)}  ${met ? "met" : "missed"}`);
  }
  const [load] = Deno.loadavg();
  if (load > navigator.hardwareConcurrency) console.log(`\nThe machine is busy (load ${load}): trust no wall time.`);
}

/** The floor: a program that does nothing, with the same runtime, flags and grants. */
async function compileHello(folder: string): Promise<string> {
  Deno.writeTextFileSync(`${folder}/hello.js`, `console.log("hello");\n`);
  await compile(await findBase(`${ROOT}/.cache`), `${folder}/hello.js`, `${folder}/hello`, [...COMPILED_GRANTS]);
  return `${folder}/hello`;
}

function configOf(sessions: number, profiles: number): string {
  const sections = Array.from(
    { length: sessions },
    (_, at) =>
      `[sso-session session-${at}]\nsso_start_url = ${START_URL}\nsso_region = us-east-1\n` +
      "sso_registration_scopes = sso:account:access\n",
  );
  for (let at = 0; at < profiles; at++) {
    sections.push(
      `[profile profile-${at}]\nsso_session = session-${at % sessions}\nsso_account_id = 012345678901\n` +
        "sso_role_name = ReadOnly\nregion = eu-west-1\n",
    );
  }
  return sections.join("\n");
}

/** Without role credentials both must ask for them. */
function forgetRoles(home: string): void {
  for (const { name } of Deno.readDirSync(`${home}/.aws/cli/cache`)) Deno.removeSync(`${home}/.aws/cli/cache/${name}`);
}

/** Threads that a run names as the runtime names its workers. */
async function countWorkers({ argv, env, cwd, before }: Candidate, folder: string): Promise<number> {
  before?.();
  const log = `${folder}/strace`;
  const { success } = await new Deno.Command("strace", {
    args: ["-f", "-qq", "-e", "trace=prctl", "-o", log, ...argv],
    cwd,
    clearEnv: true,
    env: { ...env },
    stdout: "null",
  }).output();
  if (!success) throw new Error(`strace of ${argv.join(" ")} failed`);
  return Deno.readTextFileSync(log).split("\n").filter((line) => /PR_SET_NAME, "(?!V8 |tokio)/.test(line)).length;
}

if (values.help) console.log(HELP);
else await main();
