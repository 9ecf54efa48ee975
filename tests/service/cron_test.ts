// The compiled program as a job of a real cron: its block in the table, the lines of others, and a run that proves it.
import assert from "node:assert/strict";
import { bootSystemd, needsMachine } from "./support/machine.ts";
import { needs } from "../binary/support/requirement.ts";
import { beatOf, differences, heal, mustHeal, statusOf, tracesOn, unpack } from "./support/program.ts";

const FOREIGN = `# mine\nMAILTO=""\n\n5 4 * * *\ttrue  # 100\\%\n@reboot   echo é`;

const as = "alice" as const;
const machineNeeds = needsMachine("the job of cron");
const cronNeeds = needs("the job of cron", "crontab");

Deno.test({
  name: "cron runs the checks of an account, and every other line of its table stays as it is",
  ignore: machineNeeds.ignore || cronNeeds.ignore,
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    const table = async () => (await machine.run("crontab -l", { as })).stdout;
    const daemon = async () => (await machine.run("pgrep -x cron")).code === 0;
    await unpack(machine);
    await machine.sh("crontab -", { as, stdin: `${FOREIGN}\n` });
    // A last line without an end: cron takes no such table, but an editor may have left one.
    await machine.sh("truncate -s -1 /var/spool/cron/crontabs/alice");
    await machine.sh("systemctl start cron");
    await machine.waitFor("cron", daemon);

    await t.step("install adds its block behind the other lines, and proves it by a run", async () => {
      const said = await mustHeal(machine, "install --manager cron", { as });
      assert.match(said, /^Every 10 min a check for alice, by a crontab line:/);
      const now = await table();
      assert.equal(now.slice(0, FOREIGN.length + 1), `${FOREIGN}\n`);
      const block = now.slice(FOREIGN.length + 1);
      assert.match(
        block,
        /^# BEGIN sso-heal \(.*\)\n\d(,\d\d){5} \* \* \* \* \/bin\/sh -c '.*check --scheduled'\n# END sso-heal\n$/,
      );
      assert.ok((await beatOf(machine, home))?.scheduledAt !== undefined);
      const { code, service, codes } = await statusOf(machine);
      assert.deepEqual(
        { code, manager: service.manager, stale: service.stale, codes },
        { code: 0, manager: "cron", stale: false, codes: [] },
      );
    });

    await t.step("a second install changes nothing", async () => {
      const [before, text] = [await tracesOn(machine), await table()];
      assert.match(await mustHeal(machine, "install", { as }), /^Nothing to change/);
      assert.deepEqual(differences(before, await tracesOn(machine)), []);
      assert.equal(await table(), text);
    });

    await t.step("another interval changes its line alone", async () => {
      await mustHeal(machine, "install --every 1m", { as });
      assert.match(await table(), /\n\* \* \* \* \* \/bin\/sh -c /);
      assert.equal((await table()).slice(0, FOREIGN.length + 1), `${FOREIGN}\n`);
    });

    await t.step("without the daemon status says that nothing will run", async () => {
      await machine.sh("systemctl stop cron");
      const { codes } = await statusOf(machine);
      assert.deepEqual(codes, ["CronNotRunning"]);
    });

    await t.step("a job of the machine by root takes its place", async () => {
      await mustHeal(machine, "install --user alice --manager systemd");
      assert.equal(await table(), `${FOREIGN}\n`);
      await mustHeal(machine, "uninstall --user alice");
    });

    await t.step("uninstall leaves the other lines; without any the table is gone", async () => {
      await mustHeal(machine, "install --manager cron", { as });
      await mustHeal(machine, "uninstall", { as });
      assert.equal(await table(), `${FOREIGN}\n`);
      assert.equal((await heal(machine, "uninstall", { as })).stdout, "Nothing is installed.\n");
      await machine.sh("crontab -r", { as });
      await mustHeal(machine, "install --manager cron", { as });
      await mustHeal(machine, "uninstall", { as });
      assert.match((await machine.run("crontab -l", { as })).stderr, /no crontab for alice/);
    });

    await t.step("a table of somebody's own that calls the older script is not touched without consent", async () => {
      const former = `${FOREIGN}\n*/10 * * * * $HOME/bin/sso-refresh.sh\n`;
      await machine.sh("crontab -", { as, stdin: former });
      assert.match(await mustHeal(machine, "install --manager cron", { as }, 1), /add --replace/);
      assert.equal(await table(), former);
      await mustHeal(machine, "install --manager cron --replace", { as });
      const now = await table();
      assert.equal(now.slice(0, FOREIGN.length + 1), `${FOREIGN}\n`);
      assert.doesNotMatch(now, /sso-refresh/);
      assert.match(now, /# BEGIN sso-heal/);
    });
  },
});
