// Proves on a real systemd that the texts are understood as they are meant, and how exposed a run is.
import assert from "node:assert/strict";
import type { Job } from "../../src/domain/service.ts";
import { unitWord } from "../../src/service/systemd_escape.ts";
import { unitName } from "../../src/service/systemd_units.ts";
import { handsOn, jobOf, writeUnits } from "./support/job.ts";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";
import { INTERVALS } from "../../src/domain/interval.ts";
import { systemd } from "../../src/service/systemd.ts";

/** The worst grade of the hardened unit that is let through, times ten. What remains is the network. */
const THRESHOLD = 12;

/** Homes and values that would mean something else if they were written as they are. */
const ODD_HOMES = [
  "/srv/a b",
  "/srv/50%h",
  "/srv/$HOME",
  "/srv/it's",
  `/srv/say "so"`,
  "/srv/back\\slash",
  "/srv/köln 東京",
];

async function propertiesOf(machine: Machine, unit: string, names: readonly string[]): Promise<unknown> {
  const shown = await machine.sh(["systemctl", "show", `-p${names}`, unit]);
  return Object.fromEntries(shown.split("\n").map((line) => [line.split("=", 1)[0], line.replace(/^\w+=/, "")]));
}

Deno.test({
  name: "systemd understands the units as they are meant",
  ...needsMachine("what systemd understands of the units"),
  async fn(t) {
    await using machine = await bootSystemd();
    await machine.write("/usr/local/bin/sso-heal", "#!/bin/sh\n", 0o755);
    const { alice } = machine;

    const jobs: readonly Job[] = [
      jobOf(alice),
      jobOf({ ...alice, home: "/srv/people/alice" }),
      jobOf(alice, { scope: "user", hardening: "strict" }),
      jobOf(alice, { scope: "user", hardening: "basic" }),
    ];
    for (const job of jobs) {
      const { scope, hardening, account } = job;
      await t.step(`systemd-analyze verify has nothing to say about ${hardening} in ${account.home}`, async () => {
        await machine.sh(["install", "-d", "-o", "alice", account.home]);
        await writeUnits(machine, job);
        const files = systemd.unitsOf(job).map(({ path }) => path);
        const verify = ["systemd-analyze", ...scope === "user" ? ["--user"] : [], "verify", "--man=no", ...files];
        await machine.sh(["mkdir", "-p", "/run/user/0"]);
        assert.deepEqual(await machine.run(verify), { code: 0, stdout: "", stderr: "" });
      });
    }

    await t.step(`the exposure of the hardened unit is at most ${THRESHOLD / 10}`, async () => {
      await writeUnits(machine, jobOf(alice));
      const security = ["systemd-analyze", "security", "--offline=true", "--no-pager", `--threshold=${THRESHOLD}`];
      const { code, stdout } = await machine.run([...security, "/etc/systemd/system/sso-heal-alice.service"]);
      assert.equal(code, 0, stdout);
    });

    await t.step("every interval is a calendar of systemd with as many runs an hour", async () => {
      for (const everyMinutes of INTERVALS) {
        const [, timer] = systemd.unitsOf(jobOf(alice, { everyMinutes }));
        const calendar = /^OnCalendar=(.*)$/m.exec(timer.wanted(undefined))?.[1] ?? "";
        const shown = await machine.sh([
          ...["env", "TZ=UTC", "systemd-analyze", "calendar", "--iterations=2", "--base-time=2026-11-20 10:00:00 UTC"],
          calendar,
        ]);
        const [next, following] = [...shown.matchAll(/: \w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)]
          .map(([, day, time]) => Date.parse(`${day}T${time}Z`));
        assert.equal((following - next) / 60_000, everyMinutes, shown);
      }
    });

    await t.step("homes and values arrive as they are", async () => {
      const jobs = ODD_HOMES.map((home, index) =>
        jobOf({ ...alice, name: `odd-${index}`, home }, { env: { ODD: home } })
      );
      await machine.sh(["install", "-d", "-o", "alice", ...ODD_HOMES]);
      for (const job of jobs) await writeUnits(machine, job);
      await machine.sh("systemctl daemon-reload");
      for (const job of jobs) {
        const { home } = job.account;
        const bound = [".aws", ".local/state/sso-heal"].map((folder) => `${home}/${folder}:${home}/${folder}:rbind`);
        const wanted = {
          LoadState: "loaded",
          WorkingDirectory: home,
          BindPaths: bound.join(" "),
          TemporaryFileSystem: `${home}:ro`,
        };
        assert.deepEqual(await propertiesOf(machine, `${unitName(job)}.service`, Object.keys(wanted)), wanted);
      }
    });

    await t.step("unitWord() writes names as systemd-escape does", async () => {
      for (const name of ["alice", "build-bot.1", "a@b", "CORP\\alice", ".hidden", "a b", "jürgen", "x:y_z+%"]) {
        assert.equal(unitWord(name), await machine.sh(["systemd-escape", "--", name]));
      }
    });

    await t.step("each account has units of its own", async () => {
      const hands = handsOn(machine);
      await writeUnits(machine, jobOf(alice));
      await systemd.activate(hands, { scope: "system", account: alice, asRoot: true });
      const other = { scope: "system", account: { ...alice, name: "bob" }, asRoot: true } as const;
      assert.equal((await systemd.ask(hands, other)).loaded, false);
    });
  },
});
