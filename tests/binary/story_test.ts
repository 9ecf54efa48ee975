// The whole story on the compiled program: AWS ends the session at night, somebody is asked once, and it heals itself.
import assert from "node:assert/strict";
import { startSimulator } from "../aws/simulator.ts";
import { FastClock } from "./support/fast_clock.ts";
import { makeHome } from "./support/home.ts";
import { Webhook } from "./support/webhook.ts";

const MINUTE = 60_000;

Deno.test("five runs in 50 minutes ask once, and an approval at minute 47 heals within one polling interval", async () => {
  const clock = new FastClock(40);
  const start = clock.now();
  await using aws = await startSimulator({ now: clock.now });
  await using hook = new Webhook(clock.now);
  await using home = await makeHome({ aws });
  home.write(".config/sso-heal/config.ini", `[notify hook]\ntype = webhook\nurl = ${hook.url}\n`);
  home.seed(aws.issueSession({ sessionName: "corp", startUrl: "https://sim.awsapps.com/start", accessTokenLeftS: -60 }));
  aws.endSession();

  for (let run = 0; run < 5; run++) {
    clock.set(start + run * 10 * MINUTE);
    const child = clock.start(home, ["check", "--scheduled"]);
    if (run === 4) {
      await clock.until(start + 47 * MINUTE);
      aws.approve();
    }
    const { code, stdout, stderr } = await child.output();
    console.log(run, code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr), (clock.now() - start) / MINUTE);
  }
  console.log(hook.told.map(({ event, at, body }) => [event, (at - start) / MINUTE, body.downtimeSeconds, body.text]));
  console.log(aws.requests.filter((one) => one.operation !== "CreateToken").map((one) => [one.operation, (one.at - start) / MINUTE, one.error]));
  assert.deepEqual(hook.events(), ["login-needed", "healed"]);
});
