// Proves on a real systemd what a run of the job can do and see, for each way to confine it.
import assert from "node:assert/strict";
import type { Account, Hardening, Job } from "../../src/domain/service.ts";
import { enableLinger } from "../../src/service/linger.ts";
import { systemd } from "../../src/service/systemd.ts";
import { handsOn, jobOf, placementOf, runOnce, writeUnits } from "./support/job.ts";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";

const ODD = `50% of $HOME, "two" words \\ 'é'`;

/** What is tried, by bash in the home of the account, and whether it works: hardened, strict, basic. */
const ATTEMPTS: readonly (readonly [what: string, script: string, ...works: [boolean, boolean, boolean]])[] = [
  ["is told to run one check", `[ "$*" = "check --scheduled" ]`, true, true, true],
  ["starts in the home", `[ "$PWD" = "$HOME" ]`, true, true, true],
  ["gets its variables as they are", `[ "$ODD" = '${ODD.replaceAll("'", `'\\''`)}' ]`, true, true, true],
  // systemd as root would open whatever file the account has linked there: the check itself reads it.
  ["gets the variables of the file", `[ "$SECRET" = "from the file" ]`, false, true, true],
  ["reads the AWS config through a link", `grep -q sso .aws/config`, true, true, true],
  ["writes through a link", `echo 1 > .aws/sso/new`, true, true, true],
  ["writes .aws", `echo 1 > .aws/new`, true, true, true],
  ["writes its state", `echo 1 > .local/state/sso-heal/new`, true, true, true],
  ["reads its config", `cat .config/sso-heal/config.ini`, true, true, true],
  ["writes figures for a collector", `echo 1 > /var/lib/node_exporter/sso-heal.prom`, true, true, true],
  ["writes its config", `echo 1 > .config/sso-heal/new`, false, false, true],
  ["writes the home", `echo 1 > new`, false, false, true],
  ["reads a key of ssh", `cat .ssh/id`, false, true, true],
  ["reads another home", `cat /home/shared/note`, false, true, true],
  ["writes where everybody may", `echo 1 > /srv/open/new`, false, false, true],
  ["sees temporary files of others", `cat /tmp/note`, false, false, true],
  ["sees other processes", `[ -e /proc/1/status ]`, false, true, true],
  ["makes a name space", `unshare --user true`, false, false, false],
  [
    "makes memory that is writable and executable",
    `python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7)'`,
    false,
    false,
    false,
  ],
];

/** Stands in for the program: tries all and leaves what worked, one line each, as the last thing. */
const PROBE = `#!/bin/bash
for script in ${ATTEMPTS.map(([, script]) => `'${script.replaceAll("'", `'\\''`)}'`).join(" ")}; do
  (eval "$script") >/dev/null 2>&1 && echo true || echo false
done > .local/state/sso-heal/trying
mv .local/state/sso-heal/trying .local/state/sso-heal/tried
`;

const LEVELS: readonly Hardening[] = ["hardened", "strict", "basic"];

/** A home with everything the attempts look for. */
async function furnish(machine: Machine, { name, home }: Account): Promise<void> {
  await machine.sh(
    `
    umask 022
    cd "$HOME_OF"
    mkdir -p .aws .ssh .config/sso-heal .local/state/sso-heal dotfiles /home/shared /srv/open /srv/cache /var/lib/node_exporter
    echo '[sso-session corp]' > dotfiles/aws
    ln -sfn ../dotfiles/aws .aws/config
    ln -sfn /srv/cache .aws/sso
    echo key > .ssh/id
    echo '[check]' > .config/sso-heal/config.ini
    echo 'SECRET="from the file"' > .config/sso-heal/env
    echo note > /home/shared/note
    echo note > /tmp/note
    chmod 777 /srv/open /srv/cache /var/lib/node_exporter
    chown -R "$NAME": .
    `,
    { env: { HOME_OF: home, NAME: name } },
  );
}

function furnished(account: Account, more: Partial<Job>): Job {
  const config = `${account.home}/dotfiles/aws`;
  return jobOf(account, {
    env: { ODD },
    binds: [
      { source: config, target: config, writable: false },
      { source: "/srv/cache", target: "/srv/cache", writable: true },
    ],
    ...more,
  });
}

async function startManager(machine: Machine): Promise<void> {
  await enableLinger(handsOn(machine), machine.alice);
  await machine.waitFor("the manager of alice", async () => {
    return (await machine.run("systemctl --user is-system-running", { as: "alice" })).stdout.startsWith("running");
  });
}

async function assertTried(machine: Machine, job: Job): Promise<void> {
  await machine.write(job.binary, PROBE, 0o755);
  await writeUnits(machine, job);
  const result = await runOnce(machine, job);
  const tried = await machine.read(`${job.account.home}/.local/state/sso-heal/tried`);
  assert.ok(tried !== undefined, `${result}\n${await machine.journal()}`);
  const worked = tried.trim().split("\n");
  const level = LEVELS.indexOf(job.hardening);
  assert.deepEqual(
    Object.fromEntries(ATTEMPTS.map(([what], index) => [what, worked[index] === "true"])),
    Object.fromEntries(ATTEMPTS.map(([what, , ...works]) => [what, works[level]])),
  );
  assert.equal(result, "success");
}

Deno.test({
  name: "a run of the system unit sees nothing but our folders and what links in them lead to",
  ...needsMachine("the confinement of the system unit"),
  async fn() {
    await using machine = await bootSystemd();
    await furnish(machine, machine.alice);
    await assertTried(machine, furnished(machine.alice, {}));
  },
});

Deno.test({
  name: "a run of the system unit is confined in a home outside /home, with the program in that home",
  ...needsMachine("the confinement in another home"),
  async fn() {
    await using machine = await bootSystemd();
    const account = { name: "build-bot.1", uid: 4343, gid: 4343, home: "/srv/people/build bot 50%$HOME" };
    await machine.sh(["useradd", "-U", "-u", "4343", "-m", "-d", account.home, account.name]);
    await furnish(machine, account);
    await assertTried(machine, furnished(account, { binary: `${account.home}/.local/bin/sso-heal` }));
  },
});

for (const hardening of ["strict", "basic"] as const) {
  Deno.test({
    name: `a run of the ${hardening} user unit can do what it says`,
    ...needsMachine(`the confinement of the ${hardening} user unit`),
    async fn() {
      await using machine = await bootSystemd();
      await furnish(machine, machine.alice);
      await startManager(machine);
      await assertTried(machine, furnished(machine.alice, { scope: "user", hardening }));
    },
  });
}

Deno.test({
  name: "without user name spaces the strict user unit does not start, which is told, and the basic one works",
  ...needsMachine("user units without user name spaces"),
  async fn() {
    await using machine = await bootSystemd();
    const { alice } = machine;
    await machine.write("/etc/systemd/system/user@.service.d/test.conf", "[Service]\nRestrictNamespaces=~user\n");
    await startManager(machine);
    await furnish(machine, alice);
    const strict = furnished(alice, { scope: "user", hardening: "strict" });
    await machine.write(strict.binary, PROBE, 0o755);
    await writeUnits(machine, strict);
    assert.equal(await runOnce(machine, strict), "exit-code 217");
    const { hints } = await systemd.ask(handsOn(machine), placementOf(strict));
    assert.deepEqual(hints.map(({ code }) => code), ["JobNotStarted"]);
    await systemd.deactivate(handsOn(machine), placementOf(strict));
    await assertTried(machine, { ...strict, hardening: "basic" });
  },
});
