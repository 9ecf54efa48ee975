// Proves `run` from outside: it checks again and again, ends as a good citizen, and loses no answer of AWS doing so.
import assert from "node:assert/strict";
import { endOf, FastClock } from "./support/fast_clock.ts";
import { startGate } from "./support/gate.ts";
import { BINARY, type Home, makeHome } from "./support/home.ts";
import { needs, needsMounts } from "./support/requirement.ts";
import { makeScene, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { until } from "./support/until.ts";

const STATE = ".local/state/sso-heal";
const RECORD = `${STATE}/service.json`;

/** The moments of the checks so far, epoch milliseconds. */
function checksOf(home: Home): number[] {
  const history = home.texts(STATE).get(`${STATE}/history.jsonl`) ?? "";
  return history.trim().split("\n").filter(Boolean).map((line) => Date.parse(JSON.parse(line).at));
}

for (const from of ["home", "elsewhere"]) {
  Deno.test(`run, started ${from}, checks at once, says that it is the manager, and ends with 0 by a signal`, async () => {
    await using scene = await makeScene();
    const { home, aws } = scene;
    const child = home.start(["run", "--every", "5m"], { cwd: from === "home" ? home.path : "/" });
    const ended = endOf(child);
    assert.ok(await until(() => checksOf(home).length === 1, [ended]));
    assert.equal(aws.count("CreateToken"), 1);
    const { manager, everyMs } = JSON.parse(home.read(RECORD));
    assert.deepEqual([manager, everyMs], ["run", 300_000]);
    child.kill("SIGTERM");
    // The check has our output, too: this waits for its end as well.
    const run = await ended;
    await child.stdin.close().catch(() => {});
    assert.equal(run.code, 0, said(run));
    assert.equal(run.out, "sso-heal: checking now, and then every 5 min, until Ctrl-C or SIGTERM\n");
    assert.equal(home.texts(STATE).has(RECORD), false);
  });
}

Deno.test({
  name: "run checks at the minutes of its schedule, one at a time",
  ...needs("a clock that runs fast", "faketime"),
  async fn() {
    const clock = new FastClock(60);
    await using home = await makeHome({ config: null });
    const child = clock.start(home, ["run", "--every", "1m", "--quiet"]);
    const ended = endOf(child);
    assert.ok(await until(() => checksOf(home).length >= 4, [ended]));
    child.kill("SIGINT");
    const run = await ended;
    assert.deepEqual([run.code, run.out, run.err], [0, "", ""]);
    const [, ...later] = checksOf(home);
    // Its start takes a few seconds of that clock, and chance adds up to six.
    for (const at of later) assert.ok(at % 60_000 < 40_000, new Date(at).toISOString());
    assert.equal(new Set(later.map((at) => Math.floor(at / 60_000))).size, later.length);
  },
});

Deno.test("run ends a check that waits for a person", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: -60 } });
  const { home, aws } = scene;
  aws.endSession();
  const child = home.start(["run"]);
  const ended = endOf(child);
  assert.ok(await until(() => aws.pendingCodes().length === 1 && home.texts(`${STATE}/pending`).size > 0, [ended]));
  child.kill("SIGTERM");
  const run = await ended;
  await child.stdin.close().catch(() => {});
  assert.equal(run.code, 0, said(run));
});

Deno.test("run does not wait for a check that waits for AWS, and that check saves the answer", async () => {
  await using scene = await makeScene();
  await using gate = startGate(scene.aws);
  const { home } = scene;
  const before = scene.token();
  const child = home.start(["run"], { env: { AWS_ENDPOINT_URL: gate.url } });
  assert.ok(await until(() => gate.waiting > 0, [child.status]));
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
  assert.equal(scene.token(), before);
  gate.open();
  // Their end is that of the check.
  const [, err] = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
  await child.stdin.close().catch(() => {});
  assert.match(err, /ending while the check still finishes what it has begun with AWS/);
  const { refreshToken } = scene.aws.session(scene.session.id);
  assert.equal(JSON.parse(scene.token()).refreshToken, refreshToken);
  assert.notEqual(scene.token(), before);
});

Deno.test({
  name: "run as the first process of a container waits for that answer, because its end is the end of all",
  ...needsMounts("process 1"),
  async fn() {
    await using scene = await makeScene();
    await using gate = startGate(scene.aws);
    const { home } = scene;
    const before = scene.token();
    const outside = new Deno.Command("unshare", {
      args: ["--map-root-user", "--pid", "--fork", "--kill-child", BINARY, "run"],
      cwd: home.path,
      clearEnv: true,
      env: { ...home.env, AWS_ENDPOINT_URL: gate.url },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = endOf(outside);
    assert.ok(await until(() => gate.waiting > 0, [ended]));
    const first = Deno.readTextFileSync(`/proc/${outside.pid}/task/${outside.pid}/children`).trim();
    Deno.kill(Number(first), "SIGTERM");
    // Longer than it would wait elsewhere.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    gate.open();
    const run = await ended;
    assert.equal(run.code, 0, said(run));
    assert.doesNotMatch(run.err, /ending while/);
    assert.notEqual(scene.token(), before);
    const { refreshToken } = scene.aws.session(scene.session.id);
    assert.equal(JSON.parse(scene.token()).refreshToken, refreshToken);
  },
});

const CODES = [
  { name: "0 when all is well", args: [], config: undefined, code: 0 },
  { name: "1 when something is broken", args: [], config: "[sso-session corp]\nsso_region = us-east-1\n", code: 1 },
  { name: "2 for a session that is not there", args: ["--session", "nope"], config: undefined, code: 2 },
] as const;

Deno.test("run --once ends as its check does, and is no manager", async (t) => {
  await sideBySide(t, CODES, async ({ args, config, code }) => {
    await using scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
    if (config !== undefined) scene.home.write(".aws/config", config);
    const run = await scene.home.run(["run", "--once", ...args]);
    assert.equal(run.code, code, said(run));
    assert.equal(run.out.includes("checking now"), false);
    assert.equal(scene.home.texts(STATE).has(RECORD), false);
  });
});

Deno.test("run leaves the record of an installed job in its place, and says that there are two", async () => {
  await using home = await makeHome({ config: null });
  const record = '{"version":1,"manager":"systemd","scope":"user","everyMs":600000,"since":1}\n';
  home.write(RECORD, record);
  const child = home.start(["run"]);
  const ended = endOf(child);
  assert.ok(await until(() => checksOf(home).length === 1, [ended]));
  child.kill("SIGTERM");
  const run = await ended;
  await child.stdin.close().catch(() => {});
  assert.equal(run.code, 0, said(run));
  assert.match(run.err, /systemd has a job for these checks too/);
  assert.equal(home.read(RECORD), record);
});

Deno.test("run refuses an interval that is no part of an hour, and a session that is not there", async () => {
  await using home = await makeHome();
  const odd = await home.run(["run", "--every", "7m"]);
  assert.equal(odd.code, 2);
  assert.match(odd.err, /write: --every 6m or 10m/);
  const typo = await home.run(["run", "--session", "nope"]);
  assert.equal(typo.code, 2);
  assert.match(typo.err, /Cannot find session "nope"/);
});
