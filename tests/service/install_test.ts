// The compiled program sets its job up on a real systemd, for an account and for the machine, and takes it out again.
import assert from "node:assert/strict";
import { bootSystemd, needsMachine } from "./support/machine.ts";
import {
  beatOf,
  CONFIG,
  differences,
  EACH_SECOND,
  heal,
  makeNewer,
  mustHeal,
  newLines,
  STATE,
  statusOf,
  tracesOn,
  unpack,
  UNPACKED,
  waitForTwoRuns,
} from "./support/program.ts";

const NOTHING = "Nothing to change: the job is there and runs.\n";
const UNITS = "/home/alice/.config/systemd/user";

Deno.test({
  name: "an account installs its job, changes its interval, and takes it out without a trace",
  ...needsMachine("the job of an account"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    const as = "alice" as const;
    const lingers = async () =>
      (await machine.run("loginctl show-user alice -p Linger")).stdout.trim() === "Linger=yes";
    const userctl = (words: string) => machine.sh(`systemctl --user ${words}`, { as });
    await unpack(machine);
    await machine.write(`${home}/.aws/config`, CONFIG);
    const empty = await tracesOn(machine);

    await t.step("--dry-run and --print change nothing", async () => {
      assert.match(
        await mustHeal(machine, "install --dry-run", { as }),
        /write +~\/\.config\/systemd\/user\/sso-heal\.timer/,
      );
      assert.match(await mustHeal(machine, "install --print --scope system", { as }), /\nUser=alice\n/);
      assert.deepEqual(differences(empty, await tracesOn(machine)), []);
    });

    await t.step("install shows its plan, does it, and proves it by a confined run", async () => {
      const said = await mustHeal(machine, "install", { as });
      assert.match(said, /^Every 10 min a check for alice, by a systemd timer of the account:\n/);
      assert.match(said, /The first run of the job: /);
      assert.match(said, /Installed as ~\/\.local\/bin\/sso-heal\./);
      const { service } = await statusOf(machine);
      const { manager, scope, loaded, stale, sandbox } = service;
      assert.deepEqual(
        { manager, scope, loaded, stale, sandbox },
        { manager: "systemd", scope: "user", loaded: true, stale: false, sandbox: { level: "strict", enforced: true } },
      );
      assert.deepEqual(await statusOf(machine).then(({ codes }) => codes), []);
      assert.equal(await lingers(), true);
    });

    await t.step("a second install changes no byte, no time and no inode, and starts no run", async () => {
      const [before, beat] = [await tracesOn(machine), await beatOf(machine, home)];
      assert.equal(await mustHeal(machine, "install", { as }), NOTHING);
      assert.deepEqual(differences(before, await tracesOn(machine)), []);
      assert.deepEqual(await beatOf(machine, home), beat);
    });

    await t.step("a job that no run has proved is proved by the next install", async () => {
      await machine.sh(["rm", `${home}/${STATE}/heartbeat`]);
      assert.match(await mustHeal(machine, "install", { as }), /:\n\n +prove +the job by one real run\n/);
      assert.ok(await beatOf(machine, home) !== undefined);
    });

    await t.step("another interval changes what depends on it, and nothing else", async () => {
      const paths = [`${UNITS}/sso-heal.timer`, `${home}/${STATE}/service.json`];
      const texts = () => Promise.all(paths.map((path) => machine.read(path)));
      const [before, textsBefore] = [await tracesOn(machine), await texts()];
      const said = await mustHeal(machine, "install --every 5m", { as });
      assert.doesNotMatch(said, /copy|linger/);
      assert.deepEqual(differences(before, await tracesOn(machine)), paths.map((path) => path.slice(1)).sort());
      const now = await texts();
      assert.deepEqual(newLines(now[0], textsBefore[0]).map((line) => line.split("=")[0]), [
        "Description",
        "OnCalendar",
        ...["RandomizedDelaySec", "AccuracySec"],
      ]);
      assert.equal(now[1], textsBefore[1]?.replace(`"everyMs":600000`, `"everyMs":300000`));
      assert.equal(await userctl("show -P TimersCalendar sso-heal.timer | grep -c 00/5:00"), "1");
      assert.equal(await mustHeal(machine, "install", { as }), NOTHING, "without --every it stays");
    });

    await t.step("the timer starts checks, also after the last login has ended", async () => {
      await machine.sh(["su", "-", "alice", "-c", "true"]);
      await machine.write(`${UNITS}/sso-heal.timer.d/often.conf`, EACH_SECOND);
      await userctl("daemon-reload");
      await userctl("restart sso-heal.timer");
      await waitForTwoRuns(machine, home);
      await machine.sh(["rm", "-r", `${UNITS}/sso-heal.timer.d`]);
      await userctl("daemon-reload");
      await userctl("restart sso-heal.timer");
    });

    await t.step("uninstall --dry-run takes nothing out", async () => {
      const before = await tracesOn(machine);
      assert.match(await mustHeal(machine, "uninstall --dry-run", { as }), /would go: a systemd timer of the account/);
      assert.deepEqual(differences(before, await tracesOn(machine)), []);
    });

    await t.step("uninstall keeps what the account has and learned, and ends the lingering it began", async () => {
      await mustHeal(machine, "uninstall", { as });
      assert.deepEqual(differences(empty, await tracesOn(machine)), []);
      assert.ok(await beatOf(machine, home) !== undefined, "the state is kept");
      assert.equal(await lingers(), false);
      assert.equal(await mustHeal(machine, "uninstall", { as }), "Nothing is installed.\n");
    });

    await t.step("lingering that was there before stays, and --purge removes the state", async () => {
      await machine.sh("loginctl enable-linger alice");
      await mustHeal(machine, "install --every 30m", { as });
      await mustHeal(machine, "uninstall --purge", { as });
      assert.equal(await lingers(), true);
      assert.equal((await machine.run(`test -e ${home}/${STATE}`)).code, 1);
      assert.equal(await machine.read(`${home}/.aws/config`), CONFIG);
    });
  },
});

Deno.test({
  name: "root installs a job of the machine in place of the account's own, upgrades it, and takes it out",
  ...needsMachine("the job of the machine"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    const as = "alice" as const;
    const foreign = (path: string, name: string) => machine.sh(`find ${path} -not -user ${name}`);
    await unpack(machine);
    await machine.write(`${home}/dotfiles/aws`, CONFIG);
    await machine.sh("mkdir -p .aws && ln -s ../dotfiles/aws .aws/config", { as });

    await t.step("the account's own job gives way to it, with its program and its lingering", async () => {
      await mustHeal(machine, "install --every 30m", { as });
      const said = await mustHeal(machine, "install --user alice");
      assert.match(said, /^Every 30 min a check for alice, by a systemd timer of the machine:/);
      assert.match(said, /end +a systemd timer of the account, which this one replaces/);
      const left = [...(await tracesOn(machine)).keys()].filter((path) => /sso-heal|linger/.test(path));
      assert.deepEqual(left, [
        "etc/systemd/system/sso-heal-alice.service",
        "etc/systemd/system/sso-heal-alice.timer",
        "etc/systemd/system/timers.target.wants/sso-heal-alice.timer",
        `home/alice/${STATE}/service.json`,
        UNPACKED.slice(1),
        "usr/local/bin/sso-heal",
      ]);
      assert.equal(
        (await machine.run("systemctl --user is-active sso-heal.timer", { as })).stdout.trim() === "active",
        false,
      );
    });

    await t.step("its run is confined, sees the session through a link, and leaves nothing of root's", async () => {
      const { outcome, sandbox } = await beatOf(machine, home) ?? {};
      assert.deepEqual({ outcome, sandbox }, { outcome: "needs-login", sandbox: true });
      assert.equal(await foreign(home, "alice"), "");
      const { service, codes } = await statusOf(machine);
      const { scope, loaded, stale, sandbox: confined } = service;
      assert.deepEqual(
        { scope, loaded, stale, confined, codes },
        { scope: "system", loaded: true, stale: false, confined: { level: "hardened", enforced: true }, codes: [] },
      );
    });

    await t.step("a second install changes nothing, and the account itself is sent to sudo", async () => {
      const before = await tracesOn(machine);
      assert.equal(await mustHeal(machine, "install --user alice"), NOTHING);
      assert.equal(await mustHeal(machine, "install", { env: { SUDO_USER: "alice" } }), NOTHING);
      assert.match(await mustHeal(machine, "install", {}, 1), /name the account: \S+ install --user NAME/);
      const refused = await mustHeal(machine, "install", { as }, 1);
      assert.match(refused, new RegExp(`run: sudo ${UNPACKED} install --user alice`));
      assert.deepEqual(differences(before, await tracesOn(machine)), []);
    });

    await t.step("the timer starts checks", async () => {
      await machine.write("/etc/systemd/system/sso-heal-alice.timer.d/often.conf", EACH_SECOND);
      await machine.sh("systemctl daemon-reload && systemctl restart sso-heal-alice.timer");
      await waitForTwoRuns(machine, home);
      await machine.sh("rm -r /etc/systemd/system/sso-heal-alice.timer.d");
      await machine.sh("systemctl daemon-reload && systemctl restart sso-heal-alice.timer");
    });

    await t.step("an upgrade takes the place of a program that runs, which goes on", async () => {
      const place = "/usr/local/bin/sso-heal";
      const pid = await machine.sh(`${place} status --watch </dev/null >/dev/null 2>&1 & echo $!`, { as });
      const file = () => machine.sh(`stat -c %i ${place}`);
      const former = await file();
      await makeNewer(machine);
      await mustHeal(machine, "install --user alice");
      assert.notEqual(await file(), former);
      assert.equal(await machine.sh(`stat -Lc %i /proc/${pid}/exe`), former);
      assert.equal(await machine.sh("ls /usr/local/bin | grep sso-heal"), "sso-heal");
      assert.equal(await mustHeal(machine, "install --user alice"), NOTHING);
      await machine.sh(`kill ${pid}`);
    });

    await t.step("an account with its home elsewhere shares the program", async () => {
      await machine.sh("useradd -m -d '/srv/people/build bot' bot");
      await machine.write("/srv/people/build bot/.aws/config", CONFIG);
      await machine.sh("chown -R bot: '/srv/people/build bot/.aws'");
      await mustHeal(machine, "install --user bot");
      const { outcome, sandbox } = await beatOf(machine, "/srv/people/build bot") ?? {};
      assert.deepEqual({ outcome, sandbox }, { outcome: "needs-login", sandbox: true });
      assert.equal(await foreign("'/srv/people/build bot'", "bot"), "");
      await mustHeal(machine, "uninstall --user bot");
      assert.equal((await machine.run("/usr/local/bin/sso-heal --version", { as })).code, 0);
    });

    await t.step("an account whose home is a link is the same by both names", async () => {
      await machine.sh(
        "useradd -m -d /srv/people/eve eve && usermod -d /home/eve eve && ln -s /srv/people/eve /home/eve",
      );
      const eve = "setpriv --reuid=eve --regid=eve --init-groups env -i HOME=/home/eve PATH=/usr/bin:/bin";
      await machine.sh(`cd /srv/people/eve && ${eve} ${UNPACKED} install`);
      await machine.sh("test -x /srv/people/eve/.local/bin/sso-heal");
      await mustHeal(machine, "install --user eve");
      assert.equal((await beatOf(machine, "/home/eve"))?.sandbox, true);
      assert.equal(
        (await machine.run("ls /srv/people/eve/.local/bin/sso-heal /var/lib/systemd/linger/eve")).stdout,
        "",
      );
      await mustHeal(machine, "uninstall --user eve");
    });

    await t.step("the account cannot take it out; root can, and removes no file that the account names", async () => {
      assert.match(await mustHeal(machine, "uninstall", { as }, 1), /run: sudo \S+ uninstall --user alice/);
      const record = await machine.read(`${home}/${STATE}/service.json`) ?? "";
      await machine.write("/srv/precious", "keep me");
      await machine.write(`${home}/${STATE}/service.json`, record.replace("/usr/local/bin/sso-heal", "/srv/precious"));
      await mustHeal(machine, "uninstall --user alice");
      assert.equal(await machine.read("/srv/precious"), "keep me");
      await machine.write(`${home}/${STATE}/service.json`, record);
      await mustHeal(machine, "uninstall --user alice");
      const left = [...(await tracesOn(machine)).keys()].filter((path) => path.includes("sso-heal"));
      assert.deepEqual(left, [UNPACKED.slice(1)]);
      assert.equal((await heal(machine, "uninstall --user alice")).stdout, "Nothing is installed.\n");
    });
  },
});
