// An installation that a person stops, and stops again: what was there goes on.
import assert from "node:assert/strict";
import { bootSystemd, needsMachine } from "./support/machine.ts";
import { CONFIG, differences, mustHeal, statusOf, textsOf, tracesOn, unpack, UNPACKED } from "./support/program.ts";

Deno.test({
  name: "an install that is stopped twice takes everything back, and says so",
  ...needsMachine("an install that is stopped"),
  async fn() {
    await using machine = await bootSystemd();
    await machine.write("/home/alice/.aws/config", CONFIG);
    await unpack(machine);
    await mustHeal(machine, "install --user alice");
    // From now on a run takes longer than anybody waits.
    await machine.write(
      "/etc/systemd/system/sso-heal-alice.service.d/slow.conf",
      "[Service]\nExecStartPre=/bin/sleep 60\n",
    );
    await machine.sh("systemctl daemon-reload");
    const before = textsOf(await tracesOn(machine));
    const { stdout } = await machine.run(
      `${UNPACKED} install --user alice --every 5m >/tmp/said 2>&1 & pid=$!; ` +
        "sleep 2; kill -TERM $pid; sleep 1.3; kill -TERM $pid; kill -INT $pid; wait $pid; echo $?; cat /tmp/said",
    );
    assert.match(stdout, /^75\n/, stdout);
    assert.match(stdout, /stopping: everything is taken back/);
    assert.match(stdout, /Stopped by SIGTERM\n {2}→ .*\n {2}→ everything is as it was before/);
    assert.deepEqual(differences(before, textsOf(await tracesOn(machine))), []);
    const { service } = await statusOf(machine);
    assert.deepEqual([service.loaded, service.everySeconds], [true, 600]);
  },
});
