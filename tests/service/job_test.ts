// What the job of a real systemd gets from its installation, and what `status` says when it is not well.
import assert from "node:assert/strict";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";
import { heal, mustHeal, STATE, statusOf, tracesOn, unpack } from "./support/program.ts";

const as = "alice" as const;
const PLAIN_PROXY = "http://127.0.0.1:8080";
const SECRETS = { proxy: "proxy-password", path: "ping-of-nobody-else" };
const ENV = {
  HTTPS_PROXY: `http://proxy-user:${SECRETS.proxy}@127.0.0.1:8080`,
  BEAT_URL: `https://hc.example.com/${SECRETS.path}`,
};

/** A proxy that lets nobody through; what it was asked is in `/run/heard`. */
async function startProxy(machine: Machine): Promise<() => Promise<string>> {
  const answer = `while read -r line && [ "$line" != "$(printf "\\\\r")" ]; do echo "$line"; done >> /run/heard; ` +
    `printf "HTTP/1.1 502 No\\\\r\\\\nContent-Length: 0\\\\r\\\\n\\\\r\\\\n"`;
  const folder = "/etc/systemd/system";
  await machine.write(`${folder}/proxy.socket`, "[Socket]\nListenStream=127.0.0.1:8080\nAccept=yes\n");
  await machine.write("/usr/local/bin/proxy", `#!/bin/bash\n${answer}\n`, 0o755);
  await machine.write(`${folder}/proxy@.service`, "[Service]\nExecStart=/usr/local/bin/proxy\nStandardInput=socket\n");
  await machine.sh("systemctl daemon-reload && systemctl start proxy.socket");
  return async () => {
    const heard = await machine.read("/run/heard") ?? "";
    await machine.sh("rm -f /run/heard");
    return heard;
  };
}

Deno.test({
  name: "the job gets the variables of its installation, and secret ones stand nowhere but in a file of the account",
  ...needsMachine("the variables of the job"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    const envFile = `${home}/.config/sso-heal/env`;
    const heard = await startProxy(machine);
    await unpack(machine);

    /** Where a secret stands, in files and in the journal. */
    const leaks = async (): Promise<readonly string[]> => {
      const words = Object.values(SECRETS).map((word) => `-e ${word}`).join(" ");
      const files = await machine.run(
        `grep -rlI ${words} /home /etc/systemd /usr/local/bin/proxy /var/spool /run/heard`,
      );
      const journal = await machine.run(`journalctl --no-pager | grep ${words}`);
      return [...files.stdout.trim().split("\n").filter((path) => path !== ""), journal.stdout].filter((it) =>
        it !== ""
      );
    };

    await t.step("a proxy without a password is in the unit", async () => {
      await mustHeal(machine, "install", { as, env: { HTTPS_PROXY: PLAIN_PROXY } });
      const unit = await machine.read(`${home}/.config/systemd/user/sso-heal.service`);
      assert.match(unit ?? "", /^Environment="HTTPS_PROXY=http:\/\/127\.0\.0\.1:8080"$/m);
      assert.equal(await machine.read(envFile), undefined);
    });

    await t.step("a variable that the config wants and nobody has set is named", async () => {
      await machine.write(`${home}/.config/sso-heal/config.ini`, "[heartbeat]\nurl = env:BEAT_URL\n", 0o600);
      assert.match(await mustHeal(machine, "install --dry-run --every 5m", { as }), /asks for env:BEAT_URL/);
    });

    await t.step("a proxy with a password and a secret of the config reach the job by its own file", async () => {
      const said = await mustHeal(machine, "install", { as, env: ENV });
      for (const secret of Object.values(SECRETS)) assert.ok(!said.includes(secret), said);
      assert.deepEqual(await leaks(), [envFile]);
      assert.equal(await machine.sh(`stat -c '%U %a' ${envFile}`), "alice 600");
      const asked = await heard();
      assert.match(asked, /^CONNECT hc\.example\.com:443 /m);
      assert.ok(asked.includes(btoa(`proxy-user:${SECRETS.proxy}`)), asked);
    });

    await t.step("an installation without these variables keeps them", async () => {
      assert.match(await mustHeal(machine, "install", { as }), /^Nothing to change/);
    });

    await t.step("so does the job of the machine, which reads them itself", async () => {
      await heard();
      await mustHeal(machine, "install --user alice");
      assert.deepEqual(await leaks(), [envFile]);
      assert.equal(await machine.sh(`stat -c '%U %a' ${envFile}`), "alice 600");
      assert.ok((await heard()).includes(btoa(`proxy-user:${SECRETS.proxy}`)));
      assert.match(await mustHeal(machine, "install --user alice"), /^Nothing to change/);
    });

    await t.step("uninstall removes the file", async () => {
      await mustHeal(machine, "uninstall --user alice");
      assert.deepEqual(await leaks(), []);
      assert.ok(await machine.read(`${home}/.config/sso-heal/config.ini`) !== undefined);
    });
  },
});

Deno.test({
  name: "status tells what keeps the job from its work, and install repairs it",
  ...needsMachine("what status says of the job"),
  async fn(t) {
    await using machine = await bootSystemd();
    const { home } = machine.alice;
    const userctl = (words: string) => machine.sh(`systemctl --user ${words}`, { as });
    const timer = `${home}/.config/systemd/user/sso-heal.timer`;
    await unpack(machine);
    await mustHeal(machine, "install", { as });
    const healthy = await tracesOn(machine);

    /** Breaks the job; each hint is to have a way out, and the last one to be right. */
    const rows: ReadonlyArray<readonly [what: string, spoil: () => Promise<unknown>, ...codes: string[]]> = [
      ["a stopped timer", () => userctl("stop sso-heal.timer"), "TimerNotActive"],
      ["a disabled timer", () => userctl("disable sso-heal.timer"), "TimerNotEnabled"],
      ["a timer that is off", () => userctl("disable --now sso-heal.timer"), "TimerOff"],
      [
        "a removed timer",
        () =>
          machine.sh(`systemctl --user disable --now sso-heal.timer; rm ${timer}; systemctl --user daemon-reload`, {
            as,
          }),
        "NotLoaded",
      ],
      ["lost lingering", async () => {
        await machine.sh("loginctl disable-linger alice");
        await machine.waitFor(
          "the end of the manager",
          async () => (await machine.run("systemctl --user is-active sso-heal.timer", { as })).stdout !== "active\n",
        );
      }, ...["NoBus", "LingerMissing"]],
      ["a heartbeat of long ago", async () => {
        const long = "2020-01-01T00:00:00.000Z";
        const script = `sed -i 's/"scheduledAt":"[^"]*"/"scheduledAt":"${long}"/' heartbeat; ` +
          `sed -i 's/"since":[0-9]*/"since":${Date.parse(long)}/' service.json`;
        await machine.sh(script, { as, cwd: `${home}/${STATE}` });
      }, "Overdue"],
    ];
    for (const [what, spoil, ...codes] of rows) {
      await t.step(what, async () => {
        await spoil();
        const seen = await statusOf(machine);
        assert.deepEqual({ code: seen.code, stale: seen.service.stale, codes: seen.codes }, {
          code: 1,
          stale: true,
          codes,
        });
        for (const { hint } of seen.service.hints) assert.notEqual(hint, "");
        const quiet = await heal(machine, "status --quiet", { as });
        assert.deepEqual(quiet, { code: 1, stdout: "", stderr: "" });
        await mustHeal(machine, "install", { as });
        const { code, service, codes: left } = await statusOf(machine);
        assert.deepEqual({ code, stale: service.stale, left }, { code: 0, stale: false, left: [] });
        assert.deepEqual([...(await tracesOn(machine)).keys()], [...healthy.keys()]);
      });
    }

    await t.step("a masked timer", async () => {
      await machine.sh(`rm ${timer} && ln -s /dev/null ${timer} && systemctl --user daemon-reload`, { as });
      const { code, service, codes } = await statusOf(machine);
      assert.deepEqual({ code, stale: service.stale, codes }, { code: 1, stale: true, codes: ["UnitMasked"] });
      const [{ hint }] = service.hints;
      await machine.sh(hint.replace(/^run: /, ""), { as });
      await mustHeal(machine, "install", { as });
      assert.equal((await statusOf(machine)).code, 0);
    });
  },
});
