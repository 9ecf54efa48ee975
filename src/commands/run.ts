// `run`: checks in the foreground, for containers and machines without a manager of jobs.
import { intervalOf } from "../domain/interval.ts";
import { runInForeground } from "../heal/run_in_foreground.ts";
import { defineCommand, type EVERYWHERE, type Given } from "./command.ts";
import { wrongInterval } from "./job_options.ts";
import { SELECTION } from "./options.ts";

export const run = defineCommand({
  options: {
    every: {
      kind: "duration",
      value: "DURATION",
      fallback: "10m",
      help: "check so often, on the clock: a part of an hour such as 5m, 10m or 30m",
    },
    once: { kind: "flag", help: "check once and end with its exit code, for a timer of somebody else" },
    ...SELECTION,
    quiet: { kind: "flag", short: "q", help: "say nothing at the start" },
  },
  examples: [
    { line: "sso-heal run", does: "checks now and then every 10 minutes, until it is asked to end" },
    { line: "sso-heal run --every 5m --quiet", does: "checks more often, and speaks up only when something is wrong" },
    { line: "sso-heal run --once", does: "checks once as a timer does, for a CronJob of Kubernetes" },
  ],
  details:
    "The first check is at once. After the machine slept, one check catches up. SIGTERM or Ctrl-C ends it with 0, " +
    "within a second; as the first process of a container it gives a check that has begun something with AWS up to 8 " +
    "seconds, because the answer may carry the only refresh token. What the program of a channel leaves running there is " +
    "cleared away by an init only: docker run --init.",

  async run(context, given) {
    const { system, log } = context;
    const everyMinutes = intervalOf(given.every);
    if (everyMinutes === undefined) throw wrongInterval(given.every);
    const stop = context.stopSignal();
    if (!given.quiet && !given.once) {
      system.terminal.out(`sso-heal: checking now, and then every ${everyMinutes} min, until Ctrl-C or SIGTERM\n`);
    }
    return await runInForeground({ system, log, stop }, {
      everyMinutes,
      once: given.once,
      checkOptions: passedOn(given),
    });
  },
});

/** The options of each check. It prints only what needs attention, unless more is asked for. */
function passedOn(given: Given<typeof SELECTION & typeof EVERYWHERE>): string[] {
  return [
    given.verbose ? "--verbose" : "--quiet",
    ...given["log-level"] === undefined ? [] : [`--log-level=${given["log-level"]}`],
    ...given.session.map((name) => `--session=${name}`),
    ...given.profile.map((name) => `--profile=${name}`),
  ];
}
