// Proves the manager against a real systemd: what it changes, what it says, and that a second call changes nothing.
import assert from "node:assert/strict";
import { UserError } from "../../src/domain/problem.ts";
import type { Job } from "../../src/domain/service.ts";
import { disableLinger, enableLinger, isLingering } from "../../src/service/linger.ts";
import { systemd } from "../../src/service/systemd.ts";
import { unitFolder, unitName } from "../../src/service/systemd_units.ts";
import { BINARY } from "../binary/support/home.ts";
import { handsOn, jobOf, placementOf, runOnce, writeUnits } from "./support/job.ts";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";

/** Each run adds a line. */
const COUNTER = `#!/bin/sh\necho run >> "$HOME/.local/state/sso-heal/runs"\n`;

/** A session that nobody ever used here: the check has something to look at and nobody to ask. */
const CONFIG = `[sso-session corp]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1

[profile dev]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnly
`;

const JOBS: readonly (readonly [what: string, more: Partial<Job>])[] = [
  ["system", { scope: "system" }],
  ["user", { scope: "user", hardening: "strict" }],
];

async function runsOf(machine: Machine): Promise<number> {
  return (await machine.read("/home/alice/.local/state/sso-heal/runs") ?? "").split("\n").length - 1;
}

/** Codes of the hints that the manager gives now. */
async function hintsOf(machine: Machine, job: Job): Promise<readonly string[]> {
  return (await systemd.ask(handsOn(machine), placementOf(job))).hints.map(({ code }) => code);
}

for (const [what, more] of JOBS) {
  Deno.test({
    name: `the ${what} timer fires, tells how it is, and leaves nothing behind`,
    ...needsMachine(`the life of the ${what} timer`),
    async fn(t) {
      await using machine = await bootSystemd();
      const { alice } = machine;
      const hands = handsOn(machine);
      // Seldom enough that none of its own runs comes in between.
      const job = jobOf(alice, { everyMinutes: 60, ...more });
      const placement = placementOf(job);
      const [service, timer] = systemd.unitsOf(job);
      const systemctl = job.scope === "user" ? "systemctl --user -M alice@" : "systemctl";
      const name = unitName(job);
      await machine.write(job.binary, COUNTER, 0o755);

      await t.step("deactivate() of a job that never was finds nothing", async () => {
        assert.equal(await systemd.deactivate(hands, placement), false);
      });

      if (job.scope === "user") {
        await t.step("activate() without a manager of the account says how to get one", async () => {
          let clock = 0;
          const impatient = { ...hands, now: () => clock += 1000, sleep: () => Promise.resolve() };
          await assert.rejects(systemd.activate(impatient, placement), (error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.hints[0], /^run: sudo loginctl enable-linger alice$/);
            return true;
          });
          assert.deepEqual(await hintsOf(machine, job), ["NoBus", "LingerMissing"]);
        });
        await enableLinger(hands, alice);
        assert.equal(await isLingering(hands, alice), true);
      }

      await t.step("activate() enables and starts the timer, and no run by itself", async () => {
        await writeUnits(machine, job);
        await systemd.activate(hands, placement);
        const view = await systemd.ask(hands, placement);
        assert.deepEqual(
          { ...view, nextRunAt: undefined },
          { loaded: true, enabled: true, running: false, hints: [], nextRunAt: undefined },
        );
        const wait = (view.nextRunAt ?? 0) - Date.now();
        assert.ok(wait > -1000 && wait < 62 * 60_000, `next run in ${wait} ms`);
        assert.equal(await runsOf(machine), 0);
      });

      await t.step("activate() once more changes nothing", async () => {
        const since = () => machine.sh(`${systemctl} show -p ActiveEnterTimestampMonotonic ${name}.timer`);
        const before = await since();
        await systemd.activate(hands, placement);
        assert.equal(await since(), before);
      });

      await t.step("start() runs the service once", async () => {
        await systemd.start(hands, placement, job);
        const view = await machine.waitFor("the result", async () => {
          const now = await systemd.ask(hands, placement);
          return now.lastResult !== undefined && now;
        });
        assert.equal(view.lastResult, "success");
        assert.ok(Math.abs((view.lastStartAt ?? 0) - Date.now()) < 10_000);
        assert.equal(await runsOf(machine), 1);
      });

      await t.step("activate() puts a changed text into effect, which ask() misses before", async () => {
        const oftener = systemd.unitsOf({ ...job, everyMinutes: 30 })[1];
        await machine.write(timer.path, oftener.wanted(await machine.read(timer.path)));
        assert.deepEqual(await hintsOf(machine, job), ["UnitChanged"]);
        await systemd.activate(hands, placement);
        assert.deepEqual(await hintsOf(machine, job), []);
        assert.match(await machine.sh(`${systemctl} show -p TimersCalendar ${name}.timer`), /\*-\*-\* \*:00\/30:00/);
      });

      await t.step("the timer fires again and again", async () => {
        const everySecond = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n";
        await machine.write(`${timer.path}.d/often.conf`, everySecond);
        await systemd.activate(hands, placement);
        await machine.waitFor("two more runs", async () => await runsOf(machine) >= 3);
        await machine.sh(["rm", "-r", `${timer.path}.d`]);
        await systemd.activate(hands, placement);
      });

      await t.step(
        "ask() tells a failed run, a left out run, a missing program, a stopped and a disabled timer",
        async () => {
          const codes: string[] = [];
          const run = async () => {
            const { lastStartAt } = await systemd.ask(hands, placement);
            await machine.sh(`${systemctl} start ${name}.service || true`);
            const { hints, lastResult } = await systemd.ask(hands, placement);
            codes.push(
              [lastResult, ...hints.map(({ code }) => code)].join(" "),
              ...lastStartAt === undefined ? ["?"] : [],
            );
          };
          await machine.write(job.binary, "#!/bin/sh\nexit 75\n", 0o755);
          await run();
          await machine.write(job.binary, "#!/bin/sh\nexit 4\n", 0o755);
          await run();
          await machine.sh(["rm", job.binary]);
          await run();
          await machine.sh("mv /home/alice/.aws /home/alice/.away");
          await run();
          await machine.sh("mv /home/alice/.away /home/alice/.aws");
          await machine.sh(`${systemctl} stop ${name}.timer`);
          codes.push(...await hintsOf(machine, job));
          await systemd.activate(hands, placement);
          await machine.sh(`${systemctl} disable ${name}.timer`);
          codes.push(...await hintsOf(machine, job));
          await systemd.activate(hands, placement);
          assert.deepEqual(codes.map((line) => line.trim()), [
            "success",
            "exit-code 4",
            "exit-code 203 JobNotStarted",
            "exit-code 203 RunLeftOut",
            ...["TimerNotActive", "RunLeftOut"],
            ...["TimerNotEnabled", "RunLeftOut"],
          ]);
        },
      );

      await t.step("deactivate() ends timer and running service, and forgets the failure", async () => {
        await machine.write(job.binary, "#!/bin/sh\nexec sleep 60\n", 0o755);
        await systemd.start(hands, placement, job);
        await machine.waitFor("the run", async () => (await systemd.ask(hands, placement)).running);
        assert.equal(await systemd.deactivate(hands, placement), true);
        await machine.sh(["rm", service.path, timer.path]);
        assert.deepEqual(await systemd.ask(hands, placement), { loaded: false, enabled: false, hints: [] });
        assert.equal(await systemd.deactivate(hands, placement), false);
        assert.equal(await machine.sh(`${systemctl} --failed --no-legend`), "");
        assert.equal(await machine.sh(["find", unitFolder(job), "-name", "sso-heal*"]), "");
      });

      await t.step("deactivate() ends also what runs without its files", async () => {
        await machine.write(job.binary, COUNTER, 0o755);
        await writeUnits(machine, job);
        await systemd.activate(hands, placement);
        await machine.sh(["rm", service.path, timer.path]);
        await machine.sh(`${systemctl} daemon-reload`);
        assert.equal(await systemd.deactivate(hands, placement), true);
        assert.equal(await machine.sh(["find", unitFolder(job), "-name", "sso-heal*"]), "");
        assert.equal(await systemd.deactivate(hands, placement), false);
      });

      if (job.scope === "user") {
        await t.step("deactivate() works without a manager of the account", async () => {
          await writeUnits(machine, job);
          await systemd.activate(hands, placement);
          await disableLinger(hands, alice);
          await machine.waitFor("the end of the manager", async () => {
            return (await systemd.ask(hands, placement)).hints.some(({ code }) => code === "NoBus");
          });
          assert.equal(await systemd.deactivate(hands, placement), true);
          assert.equal(await systemd.deactivate(hands, placement), false);
        });
      }
    },
  });
}

Deno.test({
  name: "an account sets up its own user timer, and is told the line for lingering that only root may switch on",
  ...needsMachine("the account's own user timer"),
  async fn() {
    await using machine = await bootSystemd();
    const { alice } = machine;
    const hands = handsOn(machine, "alice");
    const other = { name: "daemon", uid: 1, gid: 1, home: "/usr/sbin" };
    await assert.rejects(enableLinger(hands, other), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.hints[0], "run: sudo loginctl enable-linger daemon");
      return true;
    });
    assert.equal(await isLingering(hands, alice), false);
    await enableLinger(handsOn(machine), alice);
    assert.equal(await isLingering(hands, alice), true);
    const job = jobOf(alice, { scope: "user", hardening: "basic" });
    const placement = { ...placementOf(job), asRoot: false };
    await writeUnits(machine, job);
    await systemd.activate(hands, placement);
    const { loaded, enabled, hints } = await systemd.ask(hands, placement);
    assert.deepEqual({ loaded, enabled, hints }, { loaded: true, enabled: true, hints: [] });
    assert.equal(await systemd.deactivate(hands, placement), true);
  },
});

Deno.test({
  name: "an account that may not set up a system timer is sent to sudo",
  ...needsMachine("the system timer without root"),
  async fn() {
    await using machine = await bootSystemd();
    const job = jobOf(machine.alice);
    await writeUnits(machine, job);
    const placement = { ...placementOf(job), asRoot: false };
    await assert.rejects(systemd.activate(handsOn(machine, "alice"), placement), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^Cannot run "sudo systemctl daemon-reload"/);
      assert.deepEqual(error.hints, ["run the same command of sso-heal with sudo"]);
      return true;
    });
  },
});

Deno.test({
  name: "the program leaves its heartbeat however it is confined",
  ...needsMachine("the program under systemd"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { alice } = machine;
    await machine.copyIn(BINARY, "/usr/local/bin/sso-heal");
    await machine.write(`${alice.home}/dotfiles/aws`, CONFIG);
    await machine.sh("mkdir -p .aws && ln -sn ../dotfiles/aws .aws/config", { as: "alice" });
    await enableLinger(handsOn(machine), alice);
    const source = `${alice.home}/dotfiles/aws`;
    const binds = [{ source, target: source, writable: false }];
    const jobs = [
      jobOf(alice, { binds }),
      jobOf(alice, { binds, scope: "user", hardening: "strict" }),
      jobOf(alice, { binds, scope: "user", hardening: "basic" }),
    ];
    for (const job of jobs) {
      await t.step(job.hardening, async () => {
        await machine.sh("rm -rf .local/state/sso-heal", { as: "alice" });
        await writeUnits(machine, job);
        const result = await runOnce(machine, job);
        const heartbeat = await machine.read(`${alice.home}/.local/state/sso-heal/heartbeat`);
        assert.ok(heartbeat !== undefined, `${result}\n${await machine.journal()}`);
        assert.equal(JSON.parse(heartbeat).outcome, "needs-login");
        // 4: a person must sign in, which is no success of the run.
        assert.equal(result, "exit-code 4");
        await systemd.deactivate(handsOn(machine), placementOf(job));
      });
    }
  },
});
