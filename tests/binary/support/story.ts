// Where the stories of a login begin: AWS has ended the session of this machine, and two channels lead to a person.
import assert from "node:assert/strict";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../aws/simulator.ts";
import { FastClock } from "./fast_clock.ts";
import { type Ended, type Home, makeHome } from "./home.ts";
import { assertClean, said } from "./scene.ts";
import { Telegram } from "./telegram.ts";
import { Webhook } from "./webhook.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

export interface StoryOptions {
  /** Of the clock; 1, the default, for stories that jump from run to run. */
  readonly rate?: number;
  /** When it begins, epoch milliseconds; now by default. */
  readonly start?: number;
  /** What stands before the channels `hook` and `ops` in the config. */
  readonly config?: string;
  readonly aws?: SimulatorOptions;
  /** Seconds that the access token has left; over by default. */
  readonly accessTokenLeftS?: number;
  /** The session goes on. */
  readonly alive?: boolean;
}

export interface Story extends AsyncDisposable {
  readonly clock: FastClock;
  /** When it began, epoch milliseconds. */
  readonly start: number;
  readonly aws: Simulator;
  readonly home: Home;
  /** `[notify hook]`, whose messages cannot be changed. */
  readonly hook: Webhook;
  /** `[notify ops]`. */
  readonly telegram: Telegram;
  /** Text of the token file now. */
  token(): string;
  /** One scheduled check that does not wait; fails unless it ends with (one of) `code`. */
  check(code: number | readonly number[], ...more: readonly string[]): Promise<Ended>;
}

export async function tellStory(options: StoryOptions = {}): Promise<Story> {
  const clock = new FastClock(options.rate, options.start);
  const start = clock.now();
  const aws = await startSimulator({ now: clock.now, ...options.aws });
  const hook = new Webhook(clock.now);
  const telegram = new Telegram(clock.now);
  const home = await makeHome({ aws });
  const webhook = `[notify hook]\ntype = webhook\nurl = ${hook.url}\n`;
  home.write(".config/sso-heal/config.ini", `${options.config ?? ""}\n${webhook}\n${telegram.section}`);
  const tokenFile = home.seed(aws.issueSession({ accessTokenLeftS: options.accessTokenLeftS ?? -60 }));
  if (!options.alive) aws.endSession();
  const ended: Ended[] = [];
  return {
    clock,
    start,
    aws,
    home,
    hook,
    telegram,
    token: () => Deno.readTextFileSync(tokenFile),
    async check(code, ...more) {
      const run = await clock.run(home, ["check", "--scheduled", "--wait-approval", "0", ...more]);
      assert.ok([code].flat().includes(run.code), `not ${code}: ${said(run)}`);
      ended.push(run);
      return run;
    },
    async [Symbol.asyncDispose]() {
      for (const one of [hook, telegram, aws]) await one[Symbol.asyncDispose]();
      assert.deepEqual(telegram.wrong, [], "Telegram would have refused this");
      assertClean({ aws, home }, ended);
      await home[Symbol.asyncDispose]();
    },
  };
}
