// Shows in half a minute what the program does: real commands against a simulated AWS, in a throw-away home.
import { type Simulator, startSimulator } from "../tests/aws/simulator.ts";
import { freshBinary } from "./binary.ts";

const CONFIG = `[sso-session prod]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile admin]
sso_session = prod
sso_account_id = 012345678901
sso_role_name = ReadOnly
`;
/** sha1 of "prod". */
const TOKEN_FILE = ".aws/sso/cache/f6c433acac2a27cc06a0625896fe3e540a275ac9.json";

interface Stage {
  readonly aws: Simulator;
  readonly home: string;
}

interface Step {
  /** One line: what is to be seen. */
  readonly says: string;
  /** What happens to AWS or to the files before it. */
  readonly before?: (stage: Stage) => void;
  /** The commands; more than one run side by side. */
  readonly commands: readonly (readonly string[])[];
  readonly code: number;
  /** More to be shown and proved: the line, and whether it is as it should be. */
  readonly after?: (stage: Stage) => readonly [string, boolean];
}

const STEPS: readonly Step[] = [
  { says: "One executable: no Node, Python or AWS CLI is needed.", commands: [["--version"]], code: 0 },
  {
    says: "The only time a person is needed. (Here the link approves itself.)",
    commands: [["login"]],
    code: 0,
  },
  {
    says: "Nothing is due: no network at all.",
    before: ({ aws }) => aws.requests.splice(0),
    commands: [["check"]],
    code: 0,
    after: ({ aws }) => [`requests to AWS: ${aws.requests.length}`, aws.requests.length === 0],
  },
  {
    says: "The access token has 10 minutes left: it is refreshed.",
    before: (stage) => leave(stage, 10 * 60),
    commands: [["check"]],
    code: 0,
    after: ({ aws }) => [`tokens of this sign-in so far: ${aws.generation()}`, aws.generation() === 2],
  },
  {
    says: "Two processes refresh at once: one does it, the other adopts what it stored.",
    // Slow enough that the second process starts before the first has its answer.
    before: ({ aws }) => aws.settings.latencyMs = 1000,
    commands: [["check", "--force-refresh"], ["check", "--force-refresh"]],
    code: 0,
    after: ({ aws }) => [`tokens of this sign-in so far: ${aws.generation()}`, aws.generation() === 3],
  },
  {
    says: "AWS is down: temporary (exit 75), the token is kept for the next try.",
    before(stage) {
      stage.aws.settings.latencyMs = 0;
      leave(stage, 10 * 60);
      stage.aws.fail("CreateToken", "InternalServerException", 100);
    },
    commands: [["check"]],
    code: 75,
  },
  {
    says: "AWS is back, but has ended the session for good: a person is needed (exit 4).",
    before({ aws }) {
      aws.heal();
      aws.endSession();
    },
    commands: [["check", "--force-refresh"]],
    code: 4,
  },
  { says: "One login heals it.", commands: [["login", "--if-needed"]], code: 0 },
  { says: "What the files say, without any network.", commands: [["status"]], code: 0 },
];

const bold = paint("1");
const dim = paint("2");

async function main(): Promise<number> {
  const binary = await freshBinary();
  await using aws = await startSimulator({ autoApprove: { afterMs: 500 }, intervalS: 1 });
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-demo-" }));
  try {
    Deno.mkdirSync(`${home}/.aws`, { mode: 0o700 });
    Deno.writeTextFileSync(`${home}/.aws/config`, CONFIG);
    const failed: string[] = [];
    for (const step of STEPS) {
      step.before?.({ aws, home });
      console.log(`\n${dim(`# ${step.says}`)}`);
      console.log(bold(`$ ${step.commands.map((words) => ["sso-heal", ...words].join(" ")).join(" & ")}`));
      const ends = await Promise.all(step.commands.map((words) => run(binary, words, { aws, home })));
      for (const { output } of ends) Deno.stdout.writeSync(new TextEncoder().encode(output));
      const codes = ends.map(({ code }) => code);
      const [line, asExpected] = step.after?.({ aws, home }) ?? ["", true];
      const right = asExpected && codes.every((code) => code === step.code);
      const facts = [`exit ${codes.join(" and ")}`, ...line === "" ? [] : [line]];
      console.log(dim(`[${facts.join("; ")}${right ? "" : `; EXPECTED exit ${step.code}`}]`));
      if (!right) failed.push(step.says);
    }
    const whole = failed.length === 0 ? "Everything went as said." : `Not as said:\n  ${failed.join("\n  ")}`;
    console.log(`\n${whole}`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function run(binary: string, words: readonly string[], { aws, home }: Stage) {
  const { code, stdout, stderr } = await new Deno.Command(binary, {
    args: [...words],
    cwd: home,
    clearEnv: true,
    env: { HOME: home, PATH: "/usr/bin:/bin", AWS_ENDPOINT_URL: aws.url },
    stdin: "null",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Moves the end of the access token, as if time had passed. */
function leave({ home }: Stage, leftS: number): void {
  const path = `${home}/${TOKEN_FILE}`;
  const token = JSON.parse(Deno.readTextFileSync(path));
  token.expiresAt = new Date(Date.now() + leftS * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  Deno.writeTextFileSync(path, JSON.stringify(token));
}

function paint(code: string): (text: string) => string {
  const coloured = Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR");
  return (text) => coloured ? `\x1b[${code}m${text}\x1b[0m` : text;
}

Deno.exit(await main());
