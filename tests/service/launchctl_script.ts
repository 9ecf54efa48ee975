// The programs of a Mac as a script: what is asked must be the next line of it, and nothing of it may be left over.
import assert from "node:assert/strict";
import type { Account, Job, Placement } from "../../src/domain/service.ts";
import { type FakeSystem, fakeSystem } from "../support/fake_system.ts";

/** One command and its end; 0 and no words unless told. */
export type Line = readonly [command: string, code?: number, words?: string];

export const ALICE: Account = { name: "alice", uid: 501, gid: 20, home: "/Users/alice" };
export const DAEMON: Placement = { scope: "system", account: ALICE, asRoot: true, domain: "system" };
export const AGENT: Placement = { scope: "user", account: ALICE, asRoot: false, domain: "gui/501" };

export const JOB: Job = {
  account: ALICE,
  scope: "system",
  everyMinutes: 10,
  host: "mini",
  binary: "/usr/local/libexec/sso-heal/sso-heal",
  hardening: "none",
  env: {},
  secretEnv: {},
  envFile: "/Users/alice/.config/sso-heal/env",
  binds: [],
};

/** What `launchctl print` of macOS says about a job, as far as we read it, with what else has the same names. */
export function printed(facts: { state?: string; end?: string; minutes?: readonly number[] } = {}): string {
  const { state = "not running", end = "last exit code = 0", minutes = [3, 13, 23, 33, 43, 53] } = facts;
  const triggers = minutes.map((minute, index) =>
    `\t\tsso-heal.check.alice.${268435470 + index} => {\n\t\t\tkeepalive = 0\n` +
    `\t\t\tstream = com.apple.launchd.calendarinterval\n\t\t\tdescriptor = {\n\t\t\t\t"Minute" => ${minute}\n\t\t\t}\n\t\t}\n`
  ).join("");
  return `system/sso-heal.check.alice = {\n\tactive count = 0\n\tstate = ${state}\n\n\tenvironment = {\n` +
    `\t\tMinute => 7\n\t}\n\n\truns = 3\n\t${end}\n\n\tevent triggers = {\n${triggers}\t}\n\n` +
    `\tresource coalition = {\n\t\tstate = active\n\t}\n}\n`;
}

/** A world in which `lines` are all the programs that are run, in this order; programs without their folder. */
export async function scripted(lines: readonly Line[], use: (hands: FakeSystem) => Promise<void>): Promise<void> {
  await using hands = await fakeSystem();
  const left = [...lines];
  hands.run = ({ program, args }) => {
    const [command, code = 0, words = ""] = left.shift() ?? ["nothing more"];
    assert.equal([program.split("/").at(-1), ...args].join(" "), command);
    return Promise.resolve({ code, stdout: code === 0 ? words : "", stderr: code === 0 ? "" : words });
  };
  await use(hands);
  assert.deepEqual(left, []);
}
