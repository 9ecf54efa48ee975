// Proves the texts of the systemd job; tests/service proves on a real systemd what they do.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import type { Bind, Job } from "../domain/service.ts";
import { MANAGED } from "./manager.ts";
import { systemdUnits, unitName } from "./systemd_units.ts";

const ALICE = { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" };
const JOB: Job = {
  account: ALICE,
  scope: "system",
  everyMinutes: 10,
  host: "buildhost",
  binary: "/usr/local/bin/sso-heal",
  hardening: "hardened",
  env: {},
  secretEnv: { SMTP_PASSWORD: "hunter2" },
  envFile: "/home/alice/.config/sso-heal/env",
  binds: [],
};
const STRICT: Partial<Job> = { scope: "user", hardening: "strict" };
const BASIC: Partial<Job> = { scope: "user", hardening: "basic" };
const LINKED: readonly Bind[] = [
  { source: "/srv/aws config", target: "/home/alice/dot/config", writable: false },
  { source: "/srv/cache", target: "/srv/cache", writable: true },
];

function textsOf(more: Partial<Job>): { readonly service: string; readonly timer: string } {
  const [service, timer] = systemdUnits({ ...JOB, ...more }).map((unit) => unit.wanted(undefined));
  return { service, timer };
}

/** What stands in the service: a line, or a text that must not stand there. */
const LINES: readonly (readonly [what: string, more: Partial<Job>, line: string, there: boolean])[] = [
  ["the system service runs as the account", {}, "User=alice", true],
  ["the user service names no account to run as", BASIC, "User=alice", false],
  ["both start in the home", STRICT, "WorkingDirectory=/home/alice", true],
  ["both get HOME", STRICT, `Environment="HOME=/home/alice"`, true],
  ["a variable of the job stands there", { env: { A: "50%" } }, `Environment="A=50%%"`, true],
  ["the file with secrets may be missing", BASIC, "EnvironmentFile=-/home/alice/.config/sso-heal/env", true],
  ["the manager of the machine, which is root, opens no file of the account", {}, "EnvironmentFile", false],
  ["systemd ends a run two minutes after the interval", { everyMinutes: 60 }, "TimeoutStartSec=62min", true],
  ["a home below /home is hidden in any case", {}, "TemporaryFileSystem=", false],
  [
    "a home elsewhere is hidden, too",
    { account: { ...ALICE, home: "/srv/alice" } },
    `TemporaryFileSystem="/srv/alice:ro"`,
    true,
  ],
  ["a program outside of the homes needs no bind", {}, "BindReadOnlyPaths=/usr", false],
  ["a program in the home is bound", { binary: "/home/alice/bin/s" }, "BindReadOnlyPaths=/home/alice/bin/s", true],
  ["a program in /root is bound", { binary: "/root/sso-heal" }, "BindReadOnlyPaths=/root/sso-heal", true],
  [
    "a link to be read is bound at its name",
    { binds: LINKED },
    `BindReadOnlyPaths=-"/srv/aws config":/home/alice/dot/config`,
    true,
  ],
  ["a link to be written is bound", { binds: LINKED }, "BindPaths=-/srv/cache", true],
  ["the strict service may write where a link leads", { ...STRICT, binds: LINKED }, "ReadWritePaths=-/srv/cache", true],
  ["the strict service may not write what it only reads", { ...STRICT, binds: LINKED }, "aws config", false],
  ["the basic service asks for no name space", BASIC, "PrivateUsers=", false],
  ["the strict service does", STRICT, "PrivateUsers=yes", true],
  ["the system service forbids writable code", {}, "MemoryDenyWriteExecute=yes", true],
  ["the basic service forbids writable code", BASIC, "MemoryDenyWriteExecute=yes", true],
];

for (const [what, more, line, there] of LINES) {
  Deno.test(`systemdUnits(): ${what}`, () => {
    const { service } = textsOf(more);
    const found = there ? service.split("\n").includes(line) : service.includes(line);
    assert.equal(found, there, service);
  });
}

Deno.test("systemdUnits() fills every placeholder, writes no secret, and says in the first line who wrote it", () => {
  for (const more of [{}, STRICT, BASIC, { binds: LINKED, binary: "/root/x" }]) {
    for (const text of Object.values(textsOf(more))) {
      assert.doesNotMatch(text, /\{\{|\}\}|hunter2|undefined/);
      assert.ok(text.split("\n")[0].includes(MANAGED), text);
      assert.match(text, /[^\n]\n$/);
    }
  }
});

Deno.test("systemdUnits() gives the same text whatever the order of the variables", () => {
  assert.deepEqual(textsOf({ env: { A: "1", B: "2" } }), textsOf({ env: { B: "2", A: "1" } }));
});

const TIMERS: readonly (readonly [everyMinutes: number, calendar: string, delay: string, accuracy: string])[] = [
  [1, "*:0/1", "10s", "3s"],
  [5, "*:0/5", "50s", "15s"],
  [10, "*:0/10", "90s", "30s"],
  [30, "*:0/30", "90s", "30s"],
  [60, "hourly", "90s", "30s"],
];

for (const [everyMinutes, calendar, delay, accuracy] of TIMERS) {
  Deno.test(`systemdUnits() fires every ${everyMinutes} minutes, with a delay of at most a sixth of that`, () => {
    const lines = textsOf({ everyMinutes }).timer.split("\n");
    for (const line of [`OnCalendar=${calendar}`, `RandomizedDelaySec=${delay}`, `AccuracySec=${accuracy}`]) {
      assert.ok(lines.includes(line), line);
    }
  });
}

Deno.test("systemdUnits() gives every account of the machine units of its own, and writes the service first", () => {
  const job = { ...JOB, account: { ...ALICE, name: "build-bot" } };
  assert.deepEqual(systemdUnits(job).map(({ path }) => path), [
    "/etc/systemd/system/sso-heal-build\\x2dbot.service",
    "/etc/systemd/system/sso-heal-build\\x2dbot.timer",
  ]);
  assert.equal(unitName(job), "sso-heal-build\\x2dbot");
});

Deno.test("systemdUnits() puts user units into the home", () => {
  assert.deepEqual(systemdUnits({ ...JOB, ...STRICT }).map(({ path, mode }) => [path, mode]), [
    ["/home/alice/.config/systemd/user/sso-heal.service", 0o644],
    ["/home/alice/.config/systemd/user/sso-heal.timer", 0o644],
  ]);
});

Deno.test("wanted() replaces a text of ours and refuses somebody else's, without() takes only ours", () => {
  const [unit] = systemdUnits(JOB);
  const ours = `# ${MANAGED}, an older one\n[Service]\n`;
  const foreign = `[Service]\nExecStart=/bin/true\n\n# ${MANAGED}\n`;
  assert.equal(unit.wanted(ours), unit.wanted(undefined));
  assert.throws(() => unit.wanted(foreign), (error) => error instanceof UserError && error.message.includes(unit.path));
  assert.equal(unit.without(ours), undefined);
  assert.equal(unit.without(foreign), foreign);
});

Deno.test("systemdUnits() refuses a home that would break out of its line", () => {
  const account = { ...ALICE, home: "/home/a\nUser=root" };
  assert.throws(() => systemdUnits({ ...JOB, account })[0].wanted(undefined), UserError);
});
