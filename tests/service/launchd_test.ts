// The launchd job as others see it: its text as Python's plistlib reads it, its commands as a program on disk gets them.
import assert from "node:assert/strict";
import { minutesOfHour, offsetMinute } from "../../src/domain/interval.ts";
import { UserError } from "../../src/domain/problem.ts";
import type { Job } from "../../src/domain/service.ts";
import { launchd } from "../../src/service/launchd.ts";
import { plistOf } from "../../src/service/launchd_plist.ts";
import { runProgram } from "../../src/system/run_program.ts";
import { type FakeSystem, fakeSystem } from "../support/fake_system.ts";
import { AGENT, ALICE, DAEMON, JOB } from "./launchctl_script.ts";

const HOSTILE = { name: `o'brién "x" & <y>`, uid: 502, gid: 20, home: `/Users/O'Brién & <Söhne> "x"` };
const VALUE = `a&b<c>d"e'f ü 日本 {{home}} ]]> --> &amp; $HOME ~ 😀`;
const PATH = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

const JOBS: readonly Job[] = [
  JOB,
  { ...JOB, scope: "user" },
  { ...JOB, everyMinutes: 60, scope: "user", env: { HTTPS_PROXY: "http://proxy:3128" } },
  {
    ...JOB,
    everyMinutes: 1,
    env: { HOME: "/elsewhere", PATH: "/mine" },
    secretEnv: { HTTP_PROXY: "http://u:p@proxy" },
  },
  ...(["system", "user"] as const).map((scope): Job => ({
    ...JOB,
    scope,
    account: HOSTILE,
    binary: "/opt/a & <b>/sso-heal",
    env: { "A&B": VALUE },
    secretEnv: { SECRET: VALUE },
  })),
];

/** What a reader of the text of `job` must find in it. */
function expectedOf({ account: { name, home }, scope, binary, everyMinutes, host, env }: Job) {
  const own = { HOME: home, USER: name, LOGNAME: name };
  return {
    Label: `sso-heal.check.${name}`,
    ...(scope === "system" ? { UserName: name, InitGroups: true } : { LimitLoadToSessionType: ["Aqua", "Background"] }),
    ProgramArguments: [binary, "check", "--scheduled"],
    EnvironmentVariables: { PATH, LANG: "en_US.UTF-8", ...env, ...own },
    WorkingDirectory: home,
    Umask: 0o077,
    RunAtLoad: true,
    StartCalendarInterval: minutesOfHour(offsetMinute(host, name, everyMinutes), everyMinutes)
      .map((minute) => ({ Minute: minute })),
    ProcessType: "Background",
    LowPriorityIO: true,
    Nice: 5,
    ExitTimeOut: 20,
    StandardOutPath: "/dev/null",
    StandardErrorPath: `${home}/.local/state/sso-heal/log/launchd.err.log`,
  };
}

Deno.test("plistOf() is read by plistlib as it was meant, hostile values included", async () => {
  const dir = await Deno.makeTempDir({ prefix: "sso-heal-plist-" });
  try {
    const cases = JOBS.map((job, index) => {
      const path = `${dir}/${index}.${job.scope === "user" ? "LaunchAgents" : "LaunchDaemons"}.plist`;
      Deno.writeTextFileSync(path, plistOf(job));
      return [path, expectedOf(job)];
    });
    const schema = new URL("launchctl_schema.py", import.meta.url).pathname;
    const ran = await runProgram({ program: "python3", args: [schema], stdin: JSON.stringify(cases) });
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(JSON.parse(ran.stdout), JOBS.map(() => []));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("plistOf() leaves nothing for launchd to expand: no ~ and no $ in its own variables", () => {
  for (const job of [JOB, { ...JOB, scope: "user" } as const]) {
    const variables = plistOf(job).split("<key>EnvironmentVariables</key>")[1].split("</dict>")[0];
    assert.match(variables, /<string>\/Users\/alice<\/string>/);
    assert.doesNotMatch(variables, /[~$]/);
  }
});

/** A world whose launchctl is a program on disk that ends as `answers` say, and the calls that it got. */
async function onDisk(
  answers: readonly string[],
  use: (hands: FakeSystem) => Promise<void>,
): Promise<readonly string[]> {
  await using hands = await fakeSystem();
  const script = Deno.readTextFileSync(new URL("launchctl.sh", import.meta.url));
  hands.write("bin/launchctl", script);
  Deno.chmodSync(`${hands.home}/bin/launchctl`, 0o700);
  hands.write("bin/answers", `${answers.join("\n")}\n`);
  hands.run = (command) => {
    assert.equal(command.program, "/bin/launchctl");
    return runProgram({ ...command, program: `${hands.home}/bin/launchctl` });
  };
  await use(hands);
  const calls = (hands.read("bin/calls") ?? "").trimEnd().split("\n");
  assert.equal(calls.length, answers.length, "an answer is left over");
  return calls;
}

const JOB_OF = (domain: string) => `${domain}/sso-heal.check.alice`;

Deno.test("activate() on disk replaces a job that takes its time to end", async () => {
  const path = "/Library/LaunchDaemons/sso-heal.check.alice.plist";
  const calls = await onDisk([
    "0 ",
    "36 Boot-out failed: 36: Operation now in progress",
    "0 state = running",
    "3 Boot-out failed: 3: No such process",
    "113 Could not find service",
    "5 Bootstrap failed: 5: Input/output error",
    "3 Boot-out failed: 3: No such process",
    "0 ",
    "0 last exit code = (never exited)",
  ], async (hands) => {
    await launchd.activate(hands, DAEMON);
    assert.deepEqual(hands.sleeps, [500, 1_000]);
  });
  const job = JOB_OF("system");
  assert.deepEqual(calls, [
    `enable|${job}|`,
    `bootout|${job}|`,
    `print|${job}|`,
    `bootout|${job}|`,
    `print|${job}|`,
    `bootstrap|system|${path}|`,
    `bootout|${job}|`,
    `bootstrap|system|${path}|`,
    `print|${job}|`,
  ]);
});

Deno.test("activate() on disk hands over a path with spaces as one word, and tells what 125 means", async () => {
  const account = { ...ALICE, home: "/Users/Alice Smith" };
  const words = "Bootstrap failed: 125: Domain does not support specified action";
  const calls = await onDisk(Array(4).fill(`125 ${words}`), async (hands) => {
    await assert.rejects(launchd.activate(hands, { ...AGENT, account }), (error) => {
      assert(error instanceof UserError);
      assert(error.message.endsWith(`nobody is logged in there (${words})`), error.message);
      return true;
    });
  });
  assert.equal(calls[3], "bootstrap|gui/501|/Users/Alice Smith/Library/LaunchAgents/sso-heal.check.alice.plist|");
});

Deno.test("start() and deactivate() on disk end in a job that is gone", async () => {
  const job = JOB_OF("gui/501");
  const calls = await onDisk([
    "37 Operation already in progress",
    "0 state = running",
    "0 ",
    "113 Could not find service",
    "113 Could not find service",
  ], async (hands) => {
    await launchd.start(hands, AGENT, JOB);
    assert.equal(await launchd.deactivate(hands, AGENT), true);
  });
  assert.deepEqual(calls, [
    `kickstart|${job}|`,
    `print|${job}|`,
    `bootout|${job}|`,
    `print|${job}|`,
    `print|${JOB_OF("user/501")}|`,
  ]);
});
