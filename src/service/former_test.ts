// Tests of retiring older scripts: they are found wherever they were set up, and a copy of them stays.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import type { Account } from "../domain/service.ts";
import { type Command, type Ran, runProgram } from "../system/run_program.ts";
import { findFormer, type Former, removeFormer } from "./former.ts";
import type { Hands } from "./manager.ts";

const ALICE: Account = { name: "alice", uid: 501, gid: 20, home: "/home/alice" };
const AS_ALICE = { uid: 501, gid: 20 };
const TABLE = "MAILTO=me\n*/30 * * * * /home/alice/bin/sso-refresh.sh corp\n# sso-refresh.sh was here\n";

interface Machine extends Hands {
  /** Words of every program that changes something, and `as UID` behind it. */
  readonly did: string[];
  readonly stdin: string[];
}

/** A machine with these files and this crontab; `answers` are those of programs that change something. */
function machine(files: readonly string[], table = "", answers: Readonly<Record<string, Partial<Ran>>> = {}): Machine {
  const did: string[] = [];
  const stdin: string[] = [];
  const answer = ({ program, args, ...more }: Command): Partial<Ran> => {
    const words = [program, ...args].join(" ");
    if (args.includes("-l")) return table === "" ? { code: 1, stderr: "no crontab for alice" } : { stdout: table };
    if (args[1]?.startsWith("for file")) return { stdout: args.filter((path) => files.includes(path)).join("\n") };
    did.push(words + (more.as ? ` as ${more.as.uid}` : ""));
    if (more.stdin !== undefined) stdin.push(more.stdin);
    return Object.entries(answers).find(([part]) => words.includes(part))?.[1] ?? {};
  };
  return {
    did,
    stdin,
    now: () => 0,
    sleep: () => Promise.resolve(),
    run: (command) => Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer(command) }),
  };
}

const AGENT = "/home/alice/Library/LaunchAgents/com.sso-self-healing.plist";
const DAEMON = "/Library/LaunchDaemons/com.sso-self-healing.plist";
const SYSTEM_UNITS = ["/etc/systemd/system/sso-refresh.timer", "/etc/systemd/system/sso-refresh.service"];
const USER_UNIT = "/home/alice/.config/systemd/user/sso-refresh.timer";

Deno.test("findFormer() finds nothing on a clean machine", async () => {
  assert.deepEqual(await findFormer(machine([]), ALICE, false, "linux"), []);
  assert.deepEqual(await findFormer(machine([], "0 3 * * * backup\n# sso-refresh.sh\n"), ALICE, true, "darwin"), []);
});

Deno.test("findFormer() finds every kind, and says where", async () => {
  const seen = [
    ...await findFormer(machine([AGENT, DAEMON], TABLE), ALICE, false, "darwin"),
    ...await findFormer(machine([...SYSTEM_UNITS, USER_UNIT]), ALICE, false, "linux"),
  ];
  assert.deepEqual(seen.map(({ kind, scope, where }) => [kind, scope, ...where]), [
    ["launchd", "system", DAEMON],
    ["launchd", "user", AGENT],
    ["cron", "user", "crontab"],
    ["systemd", "system", ...SYSTEM_UNITS],
    ["systemd", "user", USER_UNIT],
  ]);
  for (const { where, message } of seen) assert.ok(message.includes(where[0]), message);
  assert.match(seen[2].message, /: \*\/30 \* \* \* \* \/home\/alice\/bin\/sso-refresh\.sh corp$/);
});

Deno.test("findFormer() looks into a home as its owner when root asks", async () => {
  const asked: Command[] = [];
  const hands = machine([]);
  const { run } = hands;
  hands.run = (command) => {
    asked.push(command);
    return run(command);
  };
  await findFormer(hands, ALICE, true, "linux");
  for (const { args, as } of asked) {
    assert.deepEqual(as, args.some((word) => word.startsWith(ALICE.home)) ? AS_ALICE : undefined);
  }
});

Deno.test("findFormer() finds real files, whatever their names", async () => {
  await withTemporaryHome(async (temporary) => {
    const home = `${temporary}/it's "$HOME"`;
    Deno.mkdirSync(`${home}/.config/systemd/user`, { recursive: true });
    const path = `${home}/.config/systemd/user/sso-refresh.service`;
    Deno.writeTextFileSync(path, "");
    const hands = machine([]);
    const { run } = hands;
    hands.run = (command) => command.program === "/bin/sh" ? runProgram(command) : run(command);
    const found = await findFormer(hands, { ...ALICE, home }, false, "linux");
    assert.deepEqual(found.filter(({ scope }) => scope === "user").map(({ where }) => where), [[path]]);
  });
});

const SUFFIX = ".replaced-by-sso-heal";
const FORMERS = {
  agent: { kind: "launchd", scope: "user", where: [AGENT], message: "" },
  daemon: { kind: "launchd", scope: "system", where: [DAEMON], message: "" },
  systemUnits: { kind: "systemd", scope: "system", where: SYSTEM_UNITS, message: "" },
  userUnit: { kind: "systemd", scope: "user", where: [USER_UNIT], message: "" },
  cron: { kind: "cron", scope: "user", where: ["crontab"], message: "" },
} satisfies Record<string, Former>;

const REMOVALS: readonly (readonly [what: string, former: Former, asRoot: boolean, did: readonly string[]])[] = [
  ["an agent", FORMERS.agent, false, [
    "/bin/launchctl bootout gui/501/com.sso-self-healing",
    "/bin/launchctl bootout user/501/com.sso-self-healing",
    `/bin/mv -f ${AGENT} ${AGENT}${SUFFIX}`,
  ]],
  ["a daemon", FORMERS.daemon, true, [
    "/bin/launchctl bootout system/com.sso-self-healing",
    `/bin/mv -f ${DAEMON} ${DAEMON}${SUFFIX}`,
  ]],
  ["units of the system", FORMERS.systemUnits, true, [
    "systemctl --no-ask-password --no-pager disable --now sso-refresh.timer",
    "systemctl --no-ask-password --no-pager disable sso-refresh.service",
    ...SYSTEM_UNITS.map((path) => `/bin/mv -f ${path} ${path}${SUFFIX}`),
    "systemctl --no-ask-password --no-pager daemon-reload",
  ]],
  ["a unit of the account, as root", FORMERS.userUnit, true, [
    "systemctl --user --no-ask-password --no-pager disable --now sso-refresh.timer as 501",
    `/bin/mv -f ${USER_UNIT} ${USER_UNIT}${SUFFIX} as 501`,
    "systemctl --user --no-ask-password --no-pager daemon-reload as 501",
  ]],
];

for (const [what, former, asRoot, did] of REMOVALS) {
  Deno.test(`removeFormer() ends ${what}, and keeps its text`, async () => {
    const hands = machine([]);
    assert.deepEqual(await removeFormer(hands, ALICE, asRoot, former), former.where.map((path) => path + SUFFIX));
    assert.deepEqual(hands.did, did);
  });
}

Deno.test("removeFormer() takes the line out of the crontab, and keeps a copy of the table", async () => {
  const hands = machine([], TABLE);
  const copy = `/home/alice/.local/state/sso-heal/crontab${SUFFIX}`;
  assert.deepEqual(await removeFormer(hands, ALICE, true, FORMERS.cron), [copy]);
  assert.deepEqual(hands.stdin, [TABLE, "MAILTO=me\n# sso-refresh.sh was here\n"]);
  assert.match(hands.did[0], / sh \/home\/alice\/\.local\/state\/sso-heal\/crontab\.replaced-by-sso-heal as 501$/);
  assert.equal(hands.did[1], "/usr/bin/crontab -u alice -");

  const only = machine([], "0 * * * * sso-refresh.sh");
  await removeFormer(only, ALICE, false, FORMERS.cron);
  assert.equal(only.did[1], "/usr/bin/crontab -r");
});

Deno.test("removeFormer() does not mind a job that does not run", async () => {
  for (const code of [3, 112, 113, 125]) {
    assert.equal((await removeFormer(machine([], "", { bootout: { code } }), ALICE, false, FORMERS.agent)).length, 1);
  }
  const asleep = { disable: { code: 1, stderr: "Failed to connect to bus: No medium found" } };
  assert.equal((await removeFormer(machine([], "", asleep), ALICE, false, FORMERS.userUnit)).length, 1);
});

Deno.test("removeFormer() takes nothing away when it cannot do it in order", async () => {
  const rows: readonly (readonly [Former, Readonly<Record<string, Partial<Ran>>>, RegExp])[] = [
    [FORMERS.daemon, {}, /belongs to root/],
    [FORMERS.agent, { bootout: { code: 5, stderr: "Boot-out failed: 5" } }, /Cannot stop gui.*Boot-out failed: 5/],
    [FORMERS.userUnit, { disable: { code: 1, stderr: "Access denied" } }, /Cannot disable sso-refresh\.timer: Access/],
    [FORMERS.cron, { "cat >": { code: 1, stderr: "disk full" } }, /Cannot keep a copy of the crontab in .*disk full/],
  ];
  for (const [former, answers, message] of rows) {
    const hands = machine([], TABLE, answers);
    await assert.rejects(removeFormer(hands, ALICE, false, former), message);
    assert.deepEqual(hands.did.filter((words) => /\/mv |crontab -$/.test(words)), []);
  }
});
