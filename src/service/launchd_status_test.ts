// Proves what `status` learns from launchd, and the hints for what launchd does not call an error.
import assert from "node:assert/strict";
import { AGENT, DAEMON, type Line, printed, scripted } from "../../tests/service/launchctl_script.ts";
import type { ManagerView, Placement } from "../domain/service.ts";
import { launchd } from "./launchd.ts";

const LABEL = "sso-heal.check.alice";
const D = `system/${LABEL}`;
const PATH = `/Library/LaunchDaemons/${LABEL}.plist`;
const AGENT_PATH = `/Users/alice/Library/LaunchAgents/${LABEL}.plist`;
const AGAIN = "run: sudo sso-heal install --scope system --user alice";

const LOADED: Line = [`launchctl print ${D}`, 0, printed()];
const UNKNOWN: Line = [`launchctl print ${D}`, 113];
const TEXT: Line = [`stat -f %Su %Lp ${PATH}`, 0, "root 644\n"];
const NO_TEXT: Line = [`stat -f %Su %Lp ${PATH}`, 1, "No such file"];
const ON: Line = ["launchctl print-disabled system", 0, "\tdisabled services = {\n\t}\n"];
const OFF: Line = ["launchctl print-disabled system", 0, `\t\t"${LABEL}" => disabled\n`];
const SOMEBODY: Line = ["stat -f %Su /dev/console", 0, "bob\n"];
const NOBODY: Line = ["stat -f %Su /dev/console", 0, "root\n"];
const UNLOCKED: Line = ["fdesetup status", 0, "FileVault is Off.\n"];

type Row = readonly [
  sentence: string,
  lines: readonly Line[],
  view: Partial<ManagerView>,
  hints: readonly (readonly [code: string, hint: string])[],
  placement?: Placement,
];

const FINE = { loaded: true, enabled: true, running: false, lastResult: "success" };
const ABSENT = { loaded: false, running: undefined, lastResult: undefined };

const ROWS: readonly Row[] = [
  ["a job that is well", [LOADED, TEXT, ON, SOMEBODY], FINE, []],
  ["a job on a Mac with nobody there", [LOADED, TEXT, ON, NOBODY, UNLOCKED], FINE, []],
  [
    "a disk that a person must unlock",
    [LOADED, TEXT, ON, NOBODY, ["fdesetup status", 0, "FileVault is On.\n"]],
    FINE,
    [["FileVault", "before a planned restart run: sudo fdesetup authrestart"]],
  ],
  ["no job", [UNKNOWN, NO_TEXT], { ...ABSENT, enabled: false }, []],
  [
    "a text that is not loaded",
    [UNKNOWN, TEXT, ON, SOMEBODY],
    { ...ABSENT, enabled: true },
    [[
      "JobNotLoaded",
      `${AGAIN}; look at System Settings > General > Login Items & Extensions: sso-heal must be allowed there`,
    ]],
  ],
  [
    "a job that is switched off",
    [UNKNOWN, TEXT, OFF, SOMEBODY],
    { ...ABSENT, enabled: false },
    [["JobDisabled", `run: sudo launchctl enable ${D}, then ${AGAIN}`]],
  ],
  ["a job without its text", [LOADED, NO_TEXT, ON, SOMEBODY], { ...FINE, enabled: false }, [["JobTextMissing", AGAIN]]],
  [
    "a job that could not be started",
    [[LOADED[0], 0, printed({ end: "last exit code = 78: EX_CONFIG" })], TEXT, ON, SOMEBODY],
    { ...FINE, lastResult: "exit-code 78" },
    [["JobCannotStart", AGAIN]],
  ],
  [
    "a run that macOS killed",
    [[LOADED[0], 0, printed({ end: "last terminating signal = Killed: 9" })], TEXT, ON, SOMEBODY],
    { ...FINE, lastResult: "signal 9" },
    [["JobKilled", `${AGAIN} (it copies the binary anew)`]],
  ],
  [
    "an agent that moved to the background with the end of a login",
    [
      [`launchctl print gui/501/${LABEL}`, 125],
      [`launchctl print user/501/${LABEL}`, 0, printed({ state: "running" })],
      [`stat -f %Su %Lp ${AGENT_PATH}`, 0, "alice 644\n"],
      ["launchctl print-disabled user/501", 0, ""],
      NOBODY,
      UNLOCKED,
    ],
    { ...FINE, running: true },
    [["JobNeedsLogin", AGAIN]],
    AGENT,
  ],
];

for (const [sentence, lines, expected, hints, placement = DAEMON] of ROWS) {
  Deno.test(`ask() sees ${sentence}`, async () => {
    await scripted(lines, async (hands) => {
      const { hints: given, nextRunAt, ...view } = await launchd.ask(hands, placement);
      assert.deepEqual({ running: undefined, lastResult: undefined, ...view }, expected);
      assert.deepEqual(given.map(({ code, hint }) => [code, hint]), hints);
      assert.equal(nextRunAt !== undefined, view.loaded);
      if (nextRunAt !== undefined) assert.equal(new Date(nextRunAt).getMinutes() % 10, 3);
    });
  });
}

Deno.test("ask() never throws where there is no launchctl", async () => {
  await scripted([[`launchctl print ${D}`, 127, "no such program"]], async (hands) => {
    assert.deepEqual(await launchd.ask(hands, DAEMON), {
      loaded: false,
      enabled: false,
      hints: [{
        code: "LaunchdSilent",
        message: "launchd cannot be asked: no such program.",
        hint: "run: launchctl version",
      }],
    });
  });
});
