// Proves the dealings with launchctl, exit code by exit code.
import assert from "node:assert/strict";
import { AGENT, DAEMON, JOB, type Line, printed, scripted } from "../../tests/service/launchctl_script.ts";
import { UserError } from "../domain/problem.ts";
import type { Placement } from "../domain/service.ts";
import type { FakeSystem } from "../../tests/support/fake_system.ts";
import { launchd } from "./launchd.ts";

const D = "system/sso-heal.check.alice";
const PATH = "/Library/LaunchDaemons/sso-heal.check.alice.plist";
const G = "gui/501/sso-heal.check.alice";
const AGENT_PATH = "/Users/alice/Library/LaunchAgents/sso-heal.check.alice.plist";

const ENABLE: Line = [`launchctl enable ${D}`];
const BOOTOUT: Line = [`launchctl bootout ${D}`];
const NOT_THERE: Line = [`launchctl bootout ${D}`, 3, "Boot-out failed: 3: No such process"];
const GONE: Line = [`launchctl print ${D}`, 113, 'Could not find service "sso-heal.check.alice" in domain for system'];
const THERE: Line = [`launchctl print ${D}`, 0, printed({ end: "last exit code = (never exited)" })];
const BOOTSTRAP: Line = [`launchctl bootstrap system ${PATH}`];
const IO: Line = [`launchctl bootstrap system ${PATH}`, 5, "Bootstrap failed: 5: Input/output error\nTry as root"];
const STAT: Line = [`stat -f %Su %Lp ${PATH}`, 0, "root 644\n"];
const LINT: Line = [`plutil -lint -s ${PATH}`];
const SWITCHES: Line = ["launchctl print-disabled system", 0, "\tdisabled services = {\n\t}\n"];
const ROUND = [ENABLE, NOT_THERE];
/** Four refusals with three waits between them. */
const REFUSED = [...ROUND, IO, NOT_THERE, IO, NOT_THERE, IO, NOT_THERE, IO];

const bootstrap = (code: number, words: string): Line => [BOOTSTRAP[0], code, `Bootstrap failed: ${code}: ${words}`];

type Good = readonly [sentence: string, lines: readonly Line[], sleeps: readonly number[]];

const GOOD: readonly Good[] = [
  ["loads a job that is new", [...ROUND, BOOTSTRAP, THERE], []],
  ["goes on when nothing is to be switched on", [[ENABLE[0], 1, "no"], NOT_THERE, BOOTSTRAP, THERE], []],
  ["waits until the job of before is gone", [ENABLE, BOOTOUT, THERE, THERE, GONE, BOOTSTRAP, THERE], [500, 500]],
  [
    "takes 36 for an end that is on its way, and asks for it again",
    [
      ENABLE,
      [BOOTOUT[0], 36, "Boot-out failed: 36: Operation now in progress"],
      THERE,
      BOOTOUT,
      GONE,
      BOOTSTRAP,
      THERE,
    ],
    [500],
  ],
  ["tries again after 5", [...ROUND, IO, NOT_THERE, BOOTSTRAP, THERE], [1_000]],
  ["takes away what is still there after 5", [...ROUND, IO, BOOTOUT, GONE, BOOTSTRAP, THERE], [1_000]],
  ["tries again after 37, the 5 of old systems", [...ROUND, bootstrap(37, "busy"), NOT_THERE, BOOTSTRAP, THERE], [
    1_000,
  ]],
  ["tries four times", [...ROUND, IO, NOT_THERE, IO, NOT_THERE, IO, NOT_THERE, BOOTSTRAP, THERE], [
    1_000,
    2_000,
    4_000,
  ]],
  ["switches on again after 119", [...ROUND, bootstrap(119, "Service is disabled"), ENABLE, BOOTSTRAP, THERE], [1_000]],
];

for (const [sentence, lines, sleeps] of GOOD) {
  Deno.test(`activate() ${sentence}`, async () => {
    await scripted(lines, async (hands) => {
      await launchd.activate(hands, DAEMON);
      assert.deepEqual(hands.sleeps, sleeps);
    });
  });
}

type Bad = readonly [sentence: string, lines: readonly Line[], message: string, hint: string, placement?: Placement];

const BAD: readonly Bad[] = [
  [
    "gives up after four times 5, with the reason unknown",
    [...REFUSED, STAT, LINT, SWITCHES],
    `Cannot load the launchd job ${D}: launchd refuses it without a reason (Bootstrap failed: 5: Input/output error)`,
    `as root it says more: sudo launchctl bootstrap system ${PATH}`,
  ],
  [
    "finds a wrong owner behind 5",
    [...REFUSED, [STAT[0], 0, "alice 644\n"], LINT, SWITCHES],
    "launchd refuses it without a reason",
    `it belongs to alice; run: sudo chown root:wheel ${PATH}`,
  ],
  [
    "finds a text that others may write behind 5",
    [...REFUSED, [STAT[0], 0, "root 664\n"], LINT, SWITCHES],
    "launchd refuses it without a reason",
    `others may write it; run: sudo chmod go-w ${PATH}`,
  ],
  [
    "finds a damaged text behind 5",
    [...REFUSED, STAT, [LINT[0], 1, "Unexpected character x at line 1\n"], SWITCHES],
    "launchd refuses it without a reason",
    "its text is damaged (Unexpected character x at line 1); run: sudo sso-heal install --scope system --user alice",
  ],
  [
    "finds a missing text behind 5",
    [...REFUSED, [STAT[0], 1, "No such file"]],
    "launchd refuses it without a reason",
    `there is no ${PATH}; run: sudo sso-heal install --scope system --user alice`,
  ],
  [
    "finds a job that is switched off behind 5",
    [...REFUSED, STAT, LINT, [SWITCHES[0], 0, '\t\t"sso-heal.check.alice" => disabled\n']],
    "launchd refuses it without a reason",
    `it is switched off; run: sudo launchctl enable ${D}`,
  ],
  [
    "gives up when 119 stays",
    [
      ...ROUND,
      ...[1, 2, 3].flatMap(() => [bootstrap(119, "Service is disabled"), ENABLE]),
      bootstrap(119, "Service is disabled"),
    ],
    `Cannot load the launchd job ${D}: it is switched off (Bootstrap failed: 119: Service is disabled)`,
    `run: sudo launchctl enable ${D}`,
  ],
  [
    "says what 78 means",
    [...ROUND, BOOTSTRAP, [THERE[0], 0, printed({ end: "last exit code = 78: EX_CONFIG" })]],
    `Cannot start the launchd job ${D}: launchd cannot start its program: the binary, the home or the folder of its ` +
    "log cannot be used (exit code 78)",
    `look at the paths in it: plutil -p ${PATH}`,
  ],
  [
    "asks back, and says what 113 means",
    [...ROUND, BOOTSTRAP, GONE],
    `Cannot find the launchd job ${D}: launchd does not know it (exit code 113: Could not find service`,
    "run: sudo sso-heal install --scope system --user alice",
  ],
  [
    "says what 1 means",
    [ENABLE, [BOOTOUT[0], 1, "Boot-out failed: 1: Operation not permitted"]],
    `Cannot remove the launchd job ${D}: macOS does not permit it (Boot-out failed: 1: Operation not permitted)`,
    "run it again with sudo",
  ],
  [
    "gives a code that it does not know as it is",
    [...ROUND, bootstrap(134, "Odd")],
    `Cannot load the launchd job ${D}: launchctl failed (Bootstrap failed: 134: Odd)`,
    `run: launchctl print ${D}`,
  ],
  [
    "says that there is no launchctl",
    [[ENABLE[0], 127, "not found"], [BOOTOUT[0], 127, "not found"]],
    `Cannot remove the launchd job ${D}: there is no launchctl (exit code 127: not found)`,
    "choose another manager: sso-heal install --manager cron",
  ],
  [
    "takes an unanswered print for no answer",
    [ENABLE, BOOTOUT, [GONE[0], 124]],
    `Cannot find the launchd job ${D}: launchctl did not answer in time (exit code 124)`,
    "try again",
  ],
  ...[112, 125].map((code): Bad => [
    `says what ${code} means`,
    [
      [`launchctl enable ${G}`, code],
      ["launchctl print user/501/sso-heal.check.alice", 113],
      [`launchctl bootout ${G}`, code],
      [`launchctl bootstrap gui/501 ${AGENT_PATH}`, code, `Bootstrap failed: ${code}: Domain does not support it`],
    ],
    `Cannot load the launchd job ${G}: macOS keeps no such session now: nobody is logged in there ` +
    `(Bootstrap failed: ${code}: Domain does not support it)`,
    "run: sudo sso-heal install --scope system --user alice (it needs no login)",
    AGENT,
  ]),
  [
    "asks nothing when only root may",
    [],
    `Cannot load the launchd job ${D}: only root may`,
    "run: sudo sso-heal install --scope system --user alice",
    { ...DAEMON, asRoot: false },
  ],
];

async function fails(work: Promise<unknown>, message: string, hint: string): Promise<void> {
  const error = await work.then(() => undefined, (error) => error);
  assert(error instanceof UserError, `no UserError, but ${error}`);
  assert(error.message.includes(message), error.message);
  assert.equal(error.hints[0], hint);
}

for (const [sentence, lines, message, hint, placement = DAEMON] of BAD) {
  Deno.test(`activate() ${sentence}`, async () => {
    await scripted(lines, (hands) => fails(launchd.activate(hands, placement), message, hint));
  });
}

Deno.test("activate() gives a run that does not end longer than its 20 seconds, but no more than 25", async () => {
  const polls = Array.from({ length: 51 }, () => THERE);
  await scripted([ENABLE, BOOTOUT, ...polls], async (hands) => {
    const message = `Cannot remove the launchd job ${D}: launchd is still ending the one of before (exit code 36)`;
    await fails(
      launchd.activate(hands, DAEMON),
      message,
      "wait a minute, then run: sudo sso-heal install --scope system --user alice",
    );
    assert.equal(hands.sleeps.length, 50);
  });
});

Deno.test("activate() chooses the domain when none is recorded", async () => {
  const job = "user/501/sso-heal.check.alice";
  await scripted([
    ["stat -f %Su /dev/console", 0, "root\n"],
    ["launchctl print gui/501", 125],
    [`launchctl enable ${job}`],
    [`launchctl print ${G}`, 125],
    [`launchctl bootout ${job}`, 113],
    [`launchctl bootstrap user/501 ${AGENT_PATH}`],
    [`launchctl print ${job}`, 0, printed()],
  ], async (hands) => {
    await launchd.activate(hands, { ...AGENT, domain: undefined });
    assert.deepEqual(hands.sleeps, []);
  });
});

Deno.test("activate() takes an agent out of the other domain, where it would run as well", async () => {
  const other = "user/501/sso-heal.check.alice";
  await scripted([
    [`launchctl enable ${G}`],
    [`launchctl print ${other}`, 0, printed()],
    [`launchctl bootout ${other}`],
    [`launchctl print ${other}`, 113],
    [`launchctl bootout ${G}`, 3],
    [`launchctl bootstrap gui/501 ${AGENT_PATH}`],
    [`launchctl print ${G}`, 0, printed()],
  ], async (hands) => {
    await launchd.activate(hands, AGENT);
    assert.deepEqual(hands.sleeps, []);
  });
});

const missing = (domain: string): Line => [`launchctl print ${domain}/sso-heal.check.alice`, 113];

Deno.test("deactivate() takes an agent out of both its domains, the recorded one first, and leaves the daemon alone", async () => {
  const user = "user/501/sso-heal.check.alice";
  await scripted([
    [`launchctl print ${user}`, 0, printed()],
    [`launchctl bootout ${user}`],
    [`launchctl print ${user}`, 0, printed()],
    missing("user/501"),
    missing("gui/501"),
  ], async (hands) => {
    assert.equal(await launchd.deactivate(hands, { ...AGENT, domain: "user/501", asRoot: true }), true);
    assert.deepEqual(hands.sleeps, [500]);
  });
});

Deno.test("deactivate() leaves the agent alone that takes the place of a daemon", async () => {
  await scripted([THERE, BOOTOUT, GONE], async (hands) => {
    assert.equal(await launchd.deactivate(hands, { ...DAEMON, domain: "gui/501" }), true);
  });
});

Deno.test("deactivate() says that there was nothing", async () => {
  await scripted([missing("gui/501"), missing("user/501")], async (hands) => {
    assert.equal(await launchd.deactivate(hands, AGENT), false);
  });
});

Deno.test("activate() of a daemon forgets the domain of the agent that it replaces", async () => {
  await scripted([...ROUND, BOOTSTRAP, THERE], async (hands) => {
    await launchd.activate(hands, { ...DAEMON, domain: "gui/501" });
    assert.deepEqual(hands.sleeps, []);
  });
});

Deno.test("deactivate() says that only root may take a system job away", async () => {
  await scripted([THERE], async (hands) => {
    const message = `Cannot remove the launchd job ${D}: only root may`;
    await fails(launchd.deactivate(hands, { ...DAEMON, asRoot: false }), message, "run: sudo sso-heal uninstall");
  });
});

type Start = readonly [sentence: string, line: Line, message?: string];

const STARTS: readonly Start[] = [
  ["starts one run", [`launchctl kickstart ${G}`]],
  ["is content with a run that goes on", [`launchctl kickstart ${G}`, 37, "Operation already in progress"]],
  [
    "says that the job is not loaded",
    [`launchctl kickstart ${G}`, 113, "Could not find service"],
    `Cannot start the launchd job ${G}: launchd does not know it (exit code 113: Could not find service)`,
  ],
];

for (const [sentence, line, message] of STARTS) {
  Deno.test(`start() ${sentence}`, async () => {
    const start = (hands: FakeSystem) => launchd.start(hands, AGENT, JOB);
    await scripted([line], async (hands) => {
      if (message === undefined) assert.equal(await start(hands), undefined);
      else await fails(start(hands), message, "run: sso-heal install --scope user");
    });
  });
}
