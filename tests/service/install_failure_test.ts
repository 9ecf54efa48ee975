// An installation that fails on a real systemd leaves everything as it was, and says what helps.
import assert from "node:assert/strict";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";
import {
  beatOf,
  differences,
  hurried,
  makeNewer,
  mustHeal,
  statusOf,
  textsOf,
  tracesOn,
  unpack,
  UNPACKED,
} from "./support/program.ts";

const USER_UNITS = "/home/alice/.config/systemd/user";
const AS_BEFORE = /everything is as it was before/;
const as = "alice" as const;

/** Fails to do `act` with the words of `says`, and nothing is otherwise than before. */
async function leavesAll(machine: Machine, act: () => Promise<string>, ...says: readonly RegExp[]): Promise<void> {
  const before = textsOf(await tracesOn(machine));
  const said = await act();
  for (const words of says) assert.match(said, words);
  assert.deepEqual(differences(before, textsOf(await tracesOn(machine))), []);
}

/** In place of the program the job starts another one. */
async function dropIn(machine: Machine, folder: string, name: string, program: string): Promise<() => Promise<void>> {
  await machine.write(`${folder}/${name}.service.d/other.conf`, `[Service]\nExecStart=\nExecStart=${program}\n`);
  return async () => void await machine.sh(["rm", "-r", `${folder}/${name}.service.d`]);
}

Deno.test({
  name: "a job of the machine that cannot be installed leaves all as it was",
  ...needsMachine("failures of the job of the machine"),
  async fn(t) {
    await using machine = await bootSystemd();
    await unpack(machine);
    const folder = "/etc/systemd/system";
    const active = () => machine.run("systemctl is-active sso-heal-alice.timer").then(({ stdout }) => stdout.trim());

    await t.step("the first run fails: no job, no program, and the manager knows nothing of it", async () => {
      const end = await dropIn(machine, folder, "sso-heal-alice", "/bin/false");
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --user alice", { env: hurried() }, 1),
        ...[/Cannot prove the job: its first run failed \(exit-code 1\)/, /journalctl -u sso-heal-alice/, AS_BEFORE],
      );
      assert.equal(await active(), "inactive");
      await end();
    });

    await t.step("a run that leaves no heartbeat is no proof", async () => {
      const end = await dropIn(machine, folder, "sso-heal-alice", "/bin/true");
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --user alice", { env: hurried() }, 1),
        ...[/no heartbeat came within 1 min/, AS_BEFORE],
      );
      await end();
    });

    await t.step("a file of somebody else is not touched", async () => {
      await machine.write(`${folder}/sso-heal-alice.timer`, "[Timer]\nOnCalendar=daily\n");
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --user alice", {}, 1),
        /sso-heal-alice\.timer": the file that is there was not written by sso-heal/,
      );
      await machine.sh(["rm", `${folder}/sso-heal-alice.timer`]);
    });

    await t.step("/usr/local/bin cannot be written", async () => {
      await machine.sh("mount --bind -o ro /usr/local/bin /usr/local/bin");
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --user alice", {}, 1),
        ...[/Cannot copy \S+ to \/usr\/local\/bin\/sso-heal\.new-\d+: .*Read-only file system/, AS_BEFORE],
      );
      await machine.sh("umount /usr/local/bin");
    });

    await t.step("an upgrade finds the disk full: the former program stays, and the job goes on", async () => {
      // Room for one program and a half.
      const bytes = Math.floor(Number(await machine.sh(`stat -c %s ${UNPACKED}`)) * 1.5);
      await machine.sh(`mount -t tmpfs -o mode=755,size=${bytes} tmpfs /usr/local/bin`);
      await mustHeal(machine, "install --user alice");
      await makeNewer(machine);
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --user alice", {}, 1),
        ...[/No space left on device/, AS_BEFORE],
      );
      assert.equal(await active(), "active");
      assert.deepEqual((await statusOf(machine)).codes, []);
    });

    await t.step("an upgrade whose first run fails: the former program is back", async () => {
      await machine.sh("mount -o remount,size=100% /usr/local/bin");
      const end = await dropIn(machine, folder, "sso-heal-alice", "/bin/false");
      await leavesAll(machine, () => mustHeal(machine, "install --user alice", { env: hurried() }, 1), AS_BEFORE);
      assert.equal(await active(), "active");
      await end();
      await machine.sh("systemctl daemon-reload");
      await mustHeal(machine, "install --user alice");
    });
  },
});

Deno.test({
  name: "a job of the account that cannot be installed leaves all as it was",
  ...needsMachine("failures of the job of an account"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    await unpack(machine);

    /** In place of `loginctl`, for the words that change lingering. */
    const shadowLoginctl = async (script: string) => {
      await machine.sh("mv /usr/bin/loginctl /usr/bin/loginctl.real");
      const text = `#!/bin/sh\ncase "$*" in *able-linger*) ${script} ;; esac\nexec /usr/bin/loginctl.real "$@"\n`;
      await machine.write("/usr/bin/loginctl", text, 0o755);
      return () => machine.sh("mv /usr/bin/loginctl.real /usr/bin/loginctl");
    };

    await t.step("lingering is refused: the line for root is said", async () => {
      const end = await shadowLoginctl(`echo "Could not enable linger: Access denied" >&2; exit 1`);
      await leavesAll(
        machine,
        () => mustHeal(machine, "install", { as }, 1),
        ...[/Access denied/, /run: sudo loginctl enable-linger alice/, AS_BEFORE],
      );
      await end();
    });

    await t.step("killed in the middle: the next one ends the work, and lingering is not forgotten", async () => {
      const before = textsOf(await tracesOn(machine));
      const end = await shadowLoginctl(`/usr/bin/loginctl.real "$@"; exec sleep 60`);
      const pid = await machine.sh(`${UNPACKED} install </dev/null >/dev/null 2>&1 & echo $!`, { as });
      await machine.waitFor(
        "lingering",
        async () => (await machine.run("test -e /var/lib/systemd/linger/alice")).code === 0,
      );
      await machine.sh(`kill -KILL ${pid}`);
      await end();
      assert.match(await mustHeal(machine, "install", { as }), /prove +the job/);
      await mustHeal(machine, "uninstall", { as });
      assert.deepEqual(differences(before, textsOf(await tracesOn(machine))), []);
    });

    await t.step("the first run fails: lingering that was begun ends, too", async () => {
      const end = await dropIn(machine, USER_UNITS, "sso-heal", "/bin/false");
      await leavesAll(machine, () => mustHeal(machine, "install", { as, env: hurried() }, 1), AS_BEFORE);
      await end();
    });

    await t.step("a changed interval whose run fails: the former one goes on, as before", async () => {
      await mustHeal(machine, "install", { as });
      const end = await dropIn(machine, USER_UNITS, "sso-heal", "/bin/false");
      await leavesAll(
        machine,
        () => mustHeal(machine, "install --every 5m", { as, env: hurried() }, 1),
        ...[/its first run failed/, AS_BEFORE],
      );
      await end();
      await machine.sh("systemctl --user daemon-reload", { as });
      const { code, service, codes } = await statusOf(machine);
      assert.deepEqual({ code, stale: service.stale, codes }, { code: 0, stale: false, codes: [] });
      assert.equal(await machine.sh("systemctl --user is-active sso-heal.timer", { as }), "active");
      assert.match(await machine.sh("systemctl --user show -P TimersCalendar sso-heal.timer", { as }), /00\/10:00/);
    });

    await t.step("a job of the machine that should replace it fails: it goes on as before", async () => {
      const end = await dropIn(machine, "/etc/systemd/system", "sso-heal-alice", "/bin/false");
      await leavesAll(machine, () => mustHeal(machine, "install --user alice", { env: hurried() }, 1), AS_BEFORE);
      await end();
      assert.equal(await machine.sh("systemctl --user is-active sso-heal.timer", { as }), "active");
      assert.equal((await statusOf(machine)).code, 0);
      await mustHeal(machine, "uninstall", { as });
    });

    await t.step("a file of somebody else is not touched", async () => {
      await machine.write(`${USER_UNITS}/sso-heal.service`, "[Service]\nExecStart=/bin/true\n");
      await leavesAll(machine, () => mustHeal(machine, "install", { as }, 1), /was not written by sso-heal/);
      await leavesAll(machine, () => mustHeal(machine, "uninstall", { as }), /Nothing is installed/);
      await machine.sh(["rm", `${USER_UNITS}/sso-heal.service`]);
    });

    await t.step("without user name spaces the job is confined less, and status says so", async () => {
      await machine.write("/etc/systemd/system/user@.service.d/test.conf", "[Service]\nRestrictNamespaces=~user\n");
      await machine.sh("systemctl daemon-reload");
      assert.match(await mustHeal(machine, "install", { as }), /cannot confine the job to its folders/);
      const { code, service, codes } = await statusOf(machine);
      assert.equal(code, 0);
      assert.equal(service.sandbox.level, "basic");
      assert.deepEqual(codes, []);
      assert.ok(await beatOf(machine, home) !== undefined);
      assert.match(await machine.sh(`${UNPACKED} status || :`, { as }), /Confined: fewer system calls/);
      assert.match(await mustHeal(machine, "install", { as }), /^Nothing to change/);
    });
  },
});

const FORMER_TIMER = "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n";
const FORMER_SERVICE = "[Service]\nType=oneshot\nExecStart=/bin/true\n";
const FORMER_LINE = "*/10 * * * * /home/alice/bin/sso-refresh.sh >/dev/null 2>&1";

Deno.test({
  name: "the jobs of older scripts are in the way until their end is agreed to, and copies are kept",
  ...needsMachine("the jobs of older scripts"),
  async fn(t) {
    await using machine = await bootSystemd();
    await unpack(machine);
    const table = `# mine\nMAILTO=""\n${FORMER_LINE}\n5 4 * * * true\n`;

    await t.step("of the account: a timer and a line of cron", async () => {
      await machine.sh("loginctl enable-linger alice");
      await machine.write(`${USER_UNITS}/sso-refresh.timer`, FORMER_TIMER);
      await machine.write(`${USER_UNITS}/sso-refresh.service`, FORMER_SERVICE);
      await machine.waitFor(
        "the manager of alice",
        async () => (await machine.run("systemctl --user enable --now sso-refresh.timer", { as })).code === 0,
      );
      await machine.sh("crontab -", { as, stdin: table });
      await leavesAll(
        machine,
        () => mustHeal(machine, "install", { as }, 1),
        ...[/older script/, /sso-refresh\.timer/, /sso-refresh\.sh/, /add --replace/],
      );
      const said = await mustHeal(machine, "install --replace", { as });
      assert.match(said, /a copy of what was there: /);
      assert.equal((await machine.run("systemctl --user is-active sso-refresh.timer", { as })).stdout, "inactive\n");
      assert.equal(await machine.read(`${USER_UNITS}/sso-refresh.timer.replaced-by-sso-heal`), FORMER_TIMER);
      assert.equal(await machine.read(`${USER_UNITS}/sso-refresh.service.replaced-by-sso-heal`), FORMER_SERVICE);
      assert.equal(await machine.sh("crontab -l", { as }), table.replace(`${FORMER_LINE}\n`, "").trimEnd());
      const kept = await machine.sh("find .local/state/sso-heal -name 'crontab*' | xargs cat", { as });
      assert.equal(`${kept}\n`, table);
      assert.match(await mustHeal(machine, "install", { as }), /^Nothing to change/);
    });

    await t.step("of the machine: only root can end it", async () => {
      await machine.write("/etc/systemd/system/sso-refresh.timer", FORMER_TIMER);
      await machine.write("/etc/systemd/system/sso-refresh.service", FORMER_SERVICE);
      await machine.sh("systemctl daemon-reload && systemctl enable --now sso-refresh.timer");
      await leavesAll(machine, () => mustHeal(machine, "install --replace", { as }, 1), /sudo/);
      await mustHeal(machine, "install --user alice --replace");
      assert.equal((await machine.run("systemctl is-active sso-refresh.timer")).stdout, "inactive\n");
      assert.equal(
        await machine.read("/etc/systemd/system/sso-refresh.timer.replaced-by-sso-heal"),
        FORMER_TIMER,
      );
      assert.equal((await statusOf(machine)).service.scope, "system");
    });
  },
});
