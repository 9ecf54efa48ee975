// Proves which commands of systemd are run, with answers as scripts; tests/service has a real systemd.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import type { Job, Placement } from "../domain/service.ts";
import type { Command, Ran } from "../system/run_program.ts";
import { disableLinger, enableLinger, isLingering } from "./linger.ts";
import type { Hands } from "./manager.ts";
import { systemd } from "./systemd.ts";

const ACCOUNT = { name: "alice", uid: 1000, gid: 1001, home: "/home/alice" };
const SYSTEM: Placement = { scope: "system", account: ACCOUNT, asRoot: true };
const OWN: Placement = { scope: "user", account: ACCOUNT, asRoot: false };
const OTHERS: Placement = { scope: "user", account: ACCOUNT, asRoot: true };

const ASK = ["--no-ask-password", "--no-pager"];
const TIMER = "sso-heal-alice.timer";
const SERVICE = "sso-heal-alice.service";

interface Script extends Hands {
  readonly commands: Command[];
  /** Of `systemctl` and `loginctl`, without the words that stand in all. */
  readonly said: () => readonly string[];
}

/** A machine that answers `show` with these lines, and any other command whose words match with what is given. */
function scripted(timer: string, service = "", answers: readonly (readonly [RegExp, Partial<Ran>])[] = []): Script {
  const commands: Command[] = [];
  let clock = 0;
  const wordsOf = ({ program, args }: Command) =>
    [program, ...args.filter((word) => !ASK.includes(word) && !word.startsWith("-p"))].join(" ");
  const shown = (id: string, text: string) => `Id=${id}\n${text.replaceAll(" ", "\n")}\n`;
  return {
    commands,
    said: () => commands.map(wordsOf),
    now: () => clock,
    sleep: (ms) => Promise.resolve(void (clock += ms)),
    run(command) {
      commands.push(command);
      const words = wordsOf(command);
      const answer = answers.find(([pattern]) => pattern.test(words))?.[1];
      const [ofTimer, ofService] = command.args.slice(-2);
      const stdout = words.includes(" show ") ? `${shown(ofTimer, timer)}\n${shown(ofService, service)}` : "";
      return Promise.resolve({ code: 0, stdout, stderr: "", ...answer });
    },
  };
}

const SHOW = `systemctl show ${TIMER} ${SERVICE}`;
const NEW = "LoadState=loaded UnitFileState=disabled ActiveState=inactive";
const WELL = "LoadState=loaded UnitFileState=enabled ActiveState=active";
const GONE = "LoadState=not-found UnitFileState= ActiveState=inactive";

type Row = readonly [what: string, timer: string, service: string, commands: readonly string[]];

const ACTIVATED: readonly Row[] = [
  ["makes a new timer known, enables and starts it", NEW, "", [`enable ${TIMER}`, `start ${TIMER}`]],
  ["only reloads when all is well", WELL, "", []],
  ["restarts a timer whose text changed", `${WELL} NeedDaemonReload=yes`, "", [`restart ${TIMER}`]],
  ["starts a timer that is enabled only", WELL.replace("=active", "=inactive"), "", [`start ${TIMER}`]],
  ["forgets a failed run", WELL, "ActiveState=failed", [`reset-failed ${SERVICE}`]],
];

for (const [what, timer, service, commands] of ACTIVATED) {
  Deno.test(`activate() ${what}`, async () => {
    const hands = scripted(timer, service);
    await systemd.activate(hands, SYSTEM);
    assert.deepEqual(hands.said(), [SHOW, ...["daemon-reload", ...commands].map((words) => `systemctl ${words}`)]);
  });
}

const DEACTIVATED: readonly (readonly [...Row, boolean])[] = [
  ["disables and stops the timer", WELL, "", [`disable ${TIMER}`, `stop ${TIMER}`], true],
  ["stops a run", WELL, "ActiveState=activating", [`disable ${TIMER}`, `stop ${TIMER} ${SERVICE}`], true],
  ["finds nothing where nothing is", GONE, "", [`disable ${TIMER}`], false],
  [
    "stops a timer whose file is gone",
    GONE.replace("=inactive", "=active"),
    "",
    [`disable ${TIMER}`, `stop ${TIMER}`],
    true,
  ],
];

for (const [what, timer, service, commands, was] of DEACTIVATED) {
  Deno.test(`deactivate() ${what}`, async () => {
    const hands = scripted(timer, service);
    assert.equal(await systemd.deactivate(hands, SYSTEM), was);
    const all = [...commands, `reset-failed ${TIMER} ${SERVICE}`].map((words) => `systemctl ${words}`);
    assert.deepEqual(hands.said(), [SHOW, ...all]);
  });
}

Deno.test("deactivate() takes the enabling back in the files where no manager runs", async () => {
  const noBus = { code: 1, stderr: "Failed to connect to bus: No such file or directory\n" };
  const removed = {
    code: 0,
    stderr: 'Removed "/home/alice/.config/systemd/user/timers.target.wants/sso-heal.timer".\n',
  };
  const hands = scripted("", "", [[/ show /, noBus], [/ disable /, removed]]);
  assert.equal(await systemd.deactivate(hands, OTHERS), true);
  assert.equal(hands.commands[1].env?.SYSTEMD_OFFLINE, "1");
  assert.deepEqual(hands.commands[1].as, { uid: 1000, gid: 1001 });
});

Deno.test("deactivate() and ask() find nothing on a machine without systemd", async () => {
  const hands = scripted("", "", [[/./, { code: 127, stderr: "No such file" }]]);
  assert.equal(await systemd.deactivate(hands, SYSTEM), false);
  assert.deepEqual(await systemd.ask(hands, OWN), { loaded: false, enabled: false, hints: [] });
});

Deno.test("activate() on a machine without systemd says what to choose instead, at once", async () => {
  const hands = scripted("", "", [[/./, {
    code: 1,
    stderr: "System has not been booted with systemd as init system",
  }]]);
  await assert.rejects(systemd.activate(hands, OWN), (error) => {
    assert.ok(error instanceof UserError);
    assert.deepEqual(error.hints, ["run: sso-heal install --manager cron"]);
    return true;
  });
  assert.equal(hands.now(), 0);
});

Deno.test("activate() waits for the manager of an account that just began to linger", async () => {
  const hands = scripted(WELL);
  const { run } = hands;
  hands.run = (command) =>
    hands.now() < 300 ? Promise.resolve({ code: 1, stdout: "", stderr: "Failed to connect to bus" }) : run(command);
  await systemd.activate(hands, OWN);
  assert.ok(hands.said().includes("systemctl --user daemon-reload"));
});

const REFUSED: readonly (readonly [what: string, stderr: string, placement: Placement, hint: string])[] = [
  ["missing rights", "Failed to reload daemon: Access denied", SYSTEM, "run the same command of sso-heal with sudo"],
  ["a missing bus", "Failed to connect to bus: No medium found", OWN, "run: sudo loginctl enable-linger alice"],
  [
    "a masked unit",
    "Failed to enable unit: Unit file x is masked.",
    SYSTEM,
    "run: systemctl unmask sso-heal-alice.timer",
  ],
  ["anything else", "Failed: no space", OWN, "see what systemd says: journalctl --user -b -n 50"],
];

for (const [what, stderr, placement, hint] of REFUSED) {
  Deno.test(`activate() hands on the words of systemd about ${what}, with the way out`, async () => {
    const hands = scripted(WELL, "", [[/daemon-reload/, { code: 1, stderr: `${stderr}\nmore\n` }]]);
    await assert.rejects(systemd.activate(hands, placement), (error) => {
      assert.ok(error instanceof UserError);
      assert.ok(error.message.endsWith(`: ${stderr}`), error.message);
      assert.equal(error.hints[0], hint);
      return true;
    });
  });
}

Deno.test("start() does not wait for the end of the run", async () => {
  const hands = scripted(WELL);
  await systemd.start(hands, SYSTEM, {} as Job);
  assert.deepEqual(hands.said(), [`systemctl start --no-block ${SERVICE}`]);
});

Deno.test("every command speaks to the manager of the account, as the account, in UTC and without a question", async () => {
  const hands = scripted(WELL);
  await systemd.activate(hands, OTHERS);
  for (const { args, env, as } of hands.commands) {
    assert.deepEqual(args.slice(0, 3), ["--user", ...ASK]);
    assert.deepEqual(env, { TZ: "UTC", XDG_RUNTIME_DIR: "/run/user/1000" });
    assert.deepEqual(as, { uid: 1000, gid: 1001 });
  }
});

const TYPED: readonly (readonly [what: string, placement: Placement, line: string])[] = [
  ["root", SYSTEM, `systemctl enable --now ${TIMER}`],
  ["somebody who needs sudo", { ...SYSTEM, asRoot: false }, `sudo systemctl enable --now ${TIMER}`],
  ["the account itself", OWN, "systemctl --user enable --now sso-heal.timer"],
  ["root for an account", OTHERS, "systemctl --user -M alice@ enable --now sso-heal.timer"],
  [
    "an account with a dash",
    { ...SYSTEM, account: { ...ACCOUNT, name: "a-b" } },
    "systemctl enable --now 'sso-heal-a\\x2db.timer'",
  ],
];

for (const [what, placement, line] of TYPED) {
  Deno.test(`commands() are those of ${what}`, () => {
    assert.deepEqual(systemd.commands("activate", placement)[1], line);
  });
}

Deno.test("isLingering() believes only a clear yes", async () => {
  const answer = (ran: Partial<Ran>) => isLingering(scripted("", "", [[/show-user alice/, ran]]), ACCOUNT);
  assert.equal(await answer({ stdout: "Linger=yes\n" }), true);
  assert.equal(await answer({ stdout: "Linger=no\n" }), false);
  assert.equal(await answer({ code: 1, stderr: "User ID 1000 is not logged in or lingering" }), false);
});

Deno.test("enableLinger() and disableLinger() give the exact line where only root may", async () => {
  const hands = scripted("", "", [[/linger/, { code: 1, stderr: "Could not enable linger: Access denied\n" }]]);
  for (const [change, verb] of [[enableLinger, "enable-linger"], [disableLinger, "disable-linger"]] as const) {
    await assert.rejects(change(hands, ACCOUNT), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /: Could not enable linger: Access denied$/);
      assert.equal(error.hints[0], `run: sudo loginctl ${verb} alice`);
      return true;
    });
  }
});
