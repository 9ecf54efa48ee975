// `check`: one pass over all sessions.
import { exitCodeOf } from "../domain/outcome.ts";
import { runCheck } from "../heal/check.ts";
import { formatCheck } from "../render/check.ts";
import { screenOf } from "../render/screen.ts";
import { defineCommand } from "./command.ts";
import { choiceOf, JSON_OUTPUT, SELECTION } from "./options.ts";

export const check = defineCommand({
  options: {
    ...SELECTION,
    "force-refresh": { kind: "flag", help: "refresh now, also what is not due or failed for a time" },
    "no-probe": { kind: "flag", help: "do not prove the profiles and do not sync: no calls for role credentials" },
    "no-notify": { kind: "flag", help: "send nobody a message" },
    "wait-approval": {
      kind: "duration",
      value: "DURATION",
      help: "wait so long for somebody to approve; 0 asks once (default: 0, with --scheduled until the next run)",
    },
    scheduled: { kind: "flag", help: "this run is one of a timer" },
    "wait-lock": {
      kind: "duration",
      value: "DURATION",
      fallback: "0",
      help: "wait so long for another check that is at work, in place of exit code 75",
    },
    timeout: {
      kind: "duration",
      value: "DURATION",
      fallback: "5m",
      leastMs: 1000,
      help: "give up after this time, such as 90s, 10m or 1h",
    },
    ...JSON_OUTPUT,
  },
  examples: [
    { line: "sso-heal check", does: "refreshes what is due and says how every session is" },
    { line: "sso-heal check --session prod --force-refresh", does: "gets a new token for prod now" },
    { line: "sso-heal check --quiet || echo 'AWS needs you'", does: "speaks up only when something is wrong" },
  ],

  async run(context, given) {
    const { system } = context;
    const report = await runCheck(context, {
      choice: choiceOf(given),
      forceRefresh: given["force-refresh"],
      probe: !given["no-probe"],
      notify: !given["no-notify"],
      scheduled: given.scheduled,
      waitApprovalMs: given["wait-approval"] ?? (given.scheduled ? undefined : 0),
      waitLockMs: given["wait-lock"],
      timeoutMs: given.timeout,
    });
    const text = given.json
      ? (await import("../render/json.ts")).checkJson(report)
      : await formatCheck(report, screenOf(system), given.quiet);
    if (text !== "") system.terminal.out(text);
    return exitCodeOf(report.outcome);
  },
});
