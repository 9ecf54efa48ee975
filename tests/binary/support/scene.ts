// One home, one simulator and one signed-in session: where most tests of the compiled program begin.
import assert from "node:assert/strict";
import type { IssuedSession, IssueOptions } from "../../aws/issue_session.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../aws/simulator.ts";
import { type Ended, type Home, type HomeOptions, makeHome } from "./home.ts";

/** A token that is due: official clients and the program want to refresh it, and it still works. */
const DUE_S = 600;

export interface SceneOptions {
  readonly aws?: SimulatorOptions;
  readonly home?: HomeOptions;
  readonly session?: IssueOptions;
}

export interface Scene extends AsyncDisposable {
  readonly aws: Simulator;
  readonly home: Home;
  readonly session: IssuedSession;
  /** Text of the token file now. */
  token(): string;
}

export async function makeScene(options: SceneOptions = {}): Promise<Scene> {
  const aws = await startSimulator(options.aws);
  const home = await makeHome({ aws, ...options.home });
  const session = aws.issueSession({ accessTokenLeftS: DUE_S, ...options.session });
  const path = home.seed(session);
  return {
    aws,
    home,
    session,
    token: () => Deno.readTextFileSync(path),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await aws.close();
    },
  };
}

/** The document of `--json`. Fails with what was said when there is none. */
export function documentOf(ended: Ended): Record<string, unknown> {
  assert.equal(ended.out.at(0), "{", said(ended));
  return JSON.parse(ended.out);
}

/** For the message of an assertion. */
export function said({ code, out, err }: Ended): string {
  return `exit ${code}\nout: ${out}\nerr: ${err}`;
}

/** The one folder of ours that holds secrets: of a login that waits for a person. */
const PENDING = ".local/state/sso-heal/pending/";

/** No secret of AWS in what was said or left behind, and nothing that only a programmer can read. */
export function assertClean({ aws, home }: Pick<Scene, "aws" | "home">, runs: readonly Ended[]): void {
  const texts = new Map([...home.texts(".local/state/sso-heal")].filter(([path]) => !path.startsWith(PENDING)));
  for (const [index, run] of runs.entries()) texts.set(`run ${index + 1}`, said(run));
  for (const [where, text] of texts) {
    for (const secret of aws.secrets()) assert.ok(!text.includes(secret), `a secret is in ${where}:\n${text}`);
  }
  for (const run of runs) {
    assert.doesNotMatch(
      said(run),
      /^\s+at .*[:(]|Unexpected (failure|token|end)|a bug|NotPermitted|\[object |undefined|NaN/m,
    );
  }
}
