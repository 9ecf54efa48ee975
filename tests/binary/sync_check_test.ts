// [sync …] sections: every check keeps the legacy profiles alive, for hours and through a login, and costs nothing else.
import assert from "node:assert/strict";
import { configFor } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { documentOf, makeScene, said, type Scene } from "./support/scene.ts";
import { traced } from "./support/strace.ts";
import { MINUTE, tellStory } from "./support/story.ts";
import { Webhook } from "./support/webhook.ts";

const FILE = ".aws/credentials";
const HOURS = 5;

function endOfKeys({ home }: Pick<Scene, "home">, profile = "dev-legacy-sso"): number {
  const section = new RegExp(`\\[${profile}\\][^[]*aws_session_token = \\S+\\nx_sso_heal_expiration = (\\S+)`);
  return Date.parse(section.exec(home.read(FILE))?.[1] ?? "");
}

Deno.test({
  name: "checks every ten minutes keep the written keys alive for hours, and ask twice an hour at most",
  ...needs("hours of checks", "faketime"),
  fn: async () => {
    await using story = await tellStory({ config: "[sync dev]", accessTokenLeftS: 3600, alive: true });
    const { aws, clock, start } = story;
    for (let minute = 0; minute <= HOURS * 60; minute += 10) {
      // The keys of the run before must last until this one.
      if (minute > 0) assert.ok(endOfKeys(story) > start + minute * MINUTE, `over at minute ${minute}`);
      clock.set(start + minute * MINUTE);
      await story.check(0);
      const leftMs = endOfKeys(story) - clock.now();
      assert.ok(leftMs > 15 * MINUTE, `${leftMs / MINUTE} min left after the check at minute ${minute}`);
    }
    const asked = aws.count("GetRoleCredentials");
    assert.ok(asked <= HOURS * 2, `${asked} calls in ${HOURS} hours`);
  },
});

Deno.test({
  name: "a session that a person has approved is synced in the same check, before the next is due",
  ...needs("a login", "faketime"),
  fn: async () => {
    await using story = await tellStory({ config: "[sync dev]\nto = old" });
    const { aws, clock, home, start } = story;
    await story.check(4);
    assert.equal(home.texts(".aws").get(FILE), undefined);
    aws.approve();
    clock.set(start + MINUTE);
    const healed = await story.check(0, "--json");
    assert.ok(endOfKeys(story, "old") > clock.now() + 50 * MINUTE, said(healed));
    const { sync } = documentOf(healed) as { sync: { to: string; changed: boolean }[] };
    assert.deepEqual(sync.map(({ to, changed }) => [to, changed]), [["old", true]]);
    assert.equal(aws.count("GetRoleCredentials"), 1, "what proved the login is written");
  },
});

Deno.test({
  name: "a check whose keys last starts no worker and opens no connection for its [sync] sections",
  ...needs("what a check does without work", "strace"),
  fn: async () => {
    await using scene = await makeScene();
    scene.home.write(".config/sso-heal/config.ini", "[sync *]\n");
    const first = await scene.home.run(["check"]);
    assert.match(
      first.out,
      /^✓ profile dev-legacy-sso in ~\/\.aws\/credentials has the credentials of dev, valid for/m,
    );
    const run = await traced(scene.home, ["check"], { calls: ["openat", "socket", "connect", "prctl"] });
    assert.equal(run.code, 0, said(run));
    const named = (name: string, word: string) =>
      run.calls.filter((call) => call.name === name && call.text.includes(word));
    assert.deepEqual([...named("socket", "AF_INET"), ...named("connect", "AF_INET"), ...named("prctl", '"worker')], []);
    assert.equal(named("openat", `/${FILE}"`).length, 1, "the file is read once");
    assert.ok(!run.out.includes("legacy"), "nothing to say of it");
  },
});

const TWO = ["corp", "second"];

Deno.test("check --session syncs the profiles of that session only", async () => {
  await using scene = await makeScene({ home: { sessions: TWO }, session: { accessTokenLeftS: 3600 } });
  scene.home.seed(scene.aws.issueSession({ sessionName: "second" }));
  scene.home.write(".config/sso-heal/config.ini", "[sync *]\n");
  const one = await scene.home.run(["check", "--session", "second", "--json"]);
  const { sync } = documentOf(one) as { sync: { from: string }[] };
  assert.deepEqual([one.code, sync.map(({ from }) => from)], [0, ["second-dev"]]);
  const all = await scene.home.run(["check", "--json"]);
  assert.deepEqual((documentOf(all) as { sync: { changed: boolean }[] }).sync.map(({ changed }) => changed), [
    true,
    false,
  ]);
});

Deno.test("check counts a profile that cannot be synced in its exit code, and heals everything else", async () => {
  await using scene = await makeScene();
  scene.home.write(".config/sso-heal/config.ini", "[sync dev]\nto = ci\n");
  scene.home.write(FILE, "[ci]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = mine\n");
  const ended = await scene.home.run(["check", "--json"]);
  const { outcome, sessions, sync } = documentOf(ended) as {
    outcome: string;
    sessions: { state: string; action: string }[];
    sync: { error: { code: string } }[];
  };
  assert.deepEqual([ended.code, outcome, sync[0].error.code], [1, "broken", "ProfileHandMade"]);
  assert.deepEqual([sessions[0].state, sessions[0].action], ["healthy", "refreshed"]);
});

Deno.test("check takes out keys that are over while a session needs a person", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: -60 } });
  scene.aws.endSession();
  scene.home.write(".config/sso-heal/config.ini", "[sync dev]\n");
  scene.home.write(
    FILE,
    "[mine]\nregion = x\n\n[dev-legacy-sso]\naws_access_key_id = ASIAOLD\naws_secret_access_key = old\n" +
      "aws_session_token = old\nx_sso_heal_expiration = 2020-01-01T00:00:00Z\n",
  );
  const ended = await scene.home.run(["check", "--json"]);
  const { outcome, sync } = documentOf(ended) as { outcome: string; sync: { error: { code: string } }[] };
  assert.deepEqual([ended.code, outcome, sync[0].error.code], [4, "waiting-for-approval", "LoginNeeded"]);
  assert.equal(scene.home.read(FILE), "[mine]\nregion = x\n\n");
});

const hookSection = ({ url }: Webhook) => `[notify ops]\ntype = webhook\nurl = ${url}\n`;

Deno.test("check tells a person before a sync that the portal throttles, and ends by its --timeout", async () => {
  const roles = Array.from({ length: 40 }, (_, at) => `R${at}`);
  const profiles = roles.map((role) =>
    `[profile ${role}]\nsso_session = second\nsso_account_id = 012345678901\nsso_role_name = ${role}\n`
  );
  await using hook = new Webhook(Date.now);
  await using scene = await makeScene({ home: { config: configFor(TWO) + profiles.join("") } });
  const { aws, home } = scene;
  aws.endSession();
  home.seed(aws.issueSession({ sessionName: "second", accessTokenLeftS: 3600 }));
  home.write(".config/sso-heal/config.ini", `[check]\nprofiles = none-*\n[sync *]\n${hookSection(hook)}`);
  aws.fail("GetRoleCredentials", "TooManyRequestsException", 1000);
  let askedBefore: number | undefined;
  hook.onTold = () => void (askedBefore ??= aws.requests.filter(({ status }) => status === 429).length);
  const ended = await home.run(["check", "--timeout", "5s", "--json"]);
  assert.deepEqual([ended.code, hook.events(), askedBefore], [4, ["login-needed"], 0], said(ended));
  const { durationMs, sync } = documentOf(ended) as { durationMs: number; sync: { error: { code: string } }[] };
  assert.ok(durationMs < 15_000, `${durationMs} ms`);
  assert.deepEqual(sync.map(({ error }) => error.code), Array(42).fill("Failed"));
});

Deno.test("a session that was never used and that a [sync] section names is alerted, with a link to it", async () => {
  await using hook = new Webhook(Date.now);
  await using scene = await makeScene({ home: { sessions: TWO }, session: { accessTokenLeftS: 3600 } });
  scene.home.write(".config/sso-heal/config.ini", `[sync second-dev]\n${hookSection(hook)}`);
  const ended = await scene.home.run(["check", "--json"]);
  assert.deepEqual([ended.code, hook.told.map(({ body }) => body.session)], [4, ["second"]], said(ended));
  await using other = await makeScene({ home: { sessions: TWO }, session: { accessTokenLeftS: 3600 } });
  other.home.write(".config/sso-heal/config.ini", `[sync second-*]\n${hookSection(hook)}`);
  assert.deepEqual([(await other.home.run(["check"])).code, hook.told.length], [0, 1], "a glob chooses nothing");
});

Deno.test("status says which sync broke the last check, and the log names its reason", async () => {
  await using scene = await makeScene();
  scene.home.write(".config/sso-heal/config.ini", "[sync dev]\nto = ci\n");
  scene.home.write(FILE, "[ci]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = mine\n");
  assert.equal((await scene.home.run(["check", "--scheduled"])).code, 1);
  const status = await scene.home.run(["status"]);
  assert.match(status.out, /^Last check .* ago: broken \(sync of ci: /m);
  assert.equal(status.code, 0, "no session is broken");
  const log = [...scene.home.texts(".local/state/sso-heal/log").values()].join("");
  assert.equal(log.match(/"level":"warning".*cannot sync: .*"profiles":"ci"/g)?.length, 1, log);
});
