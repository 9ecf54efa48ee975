// Many runs of the compiled program at the same moment on one home: one refresh, no loser.
import assert from "node:assert/strict";
import { runLockPath } from "../../src/store/paths.ts";
import { startSimulator } from "../aws/simulator.ts";
import { type Home, makeHome } from "./support/home.ts";
import { assertClean, documentOf, makeScene, said } from "./support/scene.ts";
import { until } from "./support/until.ts";

const AT_ONCE = 8;
/** Without it, whoever comes second leaves the work to the first. */
const PATIENT = ["--wait-lock", "1m"];

/** The lock of the checks held by this process, so that everybody who comes has looked before anybody goes on. */
function holdLock(home: Home): { waiters(): number; release(): void } {
  const path = runLockPath(home.path);
  home.write(path.slice(home.path.length + 1), "");
  const file = Deno.openSync(path, { read: true, write: true });
  file.lockSync(true);
  const inode = file.statSync().ino;
  return {
    /** The kernel lists who waits as `1: -> FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF`. */
    waiters: () =>
      Deno.readTextFileSync("/proc/locks").split("\n").filter((line) =>
        line.includes("->") && line.includes(`:${inode} `)
      ).length,
    release: () => file.close(),
  };
}

const linux = Deno.build.os === "linux";
if (!linux) console.log("left out: eight forced checks at once: needs /proc/locks (Linux)");

Deno.test({
  name: "eight forced checks at once refresh the token once, round after round, and all of them are fine",
  ignore: !linux,
  fn: async () => {
    await using scene = await makeScene({ aws: { reuse: "refuse" } });
    const { aws, home, session } = scene;
    for (let round = 1; round <= 3; round++) {
      const lock = holdLock(home);
      const running = Array.from(
        { length: AT_ONCE },
        () => home.run(["check", "--force-refresh", "--json", ...PATIENT]),
      );
      try {
        assert.ok(await until(() => lock.waiters() === AT_ONCE, running), "one of them did not wait");
      } finally {
        lock.release();
      }
      const ended = await Promise.all(running);
      assert.deepEqual(ended.map(({ code }) => code), ended.map(() => 0), ended.map(said).join("\n"));
      const actions = ended.map((each) => Object(documentOf(each)).sessions[0].action).sort();
      assert.deepEqual(actions, [...Array(AT_ONCE - 1).fill("adopted"), "refreshed"]);
      assert.equal(aws.count("CreateToken"), round);
      assert.equal(JSON.parse(scene.token()).refreshToken, aws.session(session.id).refreshToken);
      assertClean(scene, ended);
    }
  },
});

Deno.test("a check leaves the work to another one that is at it, and says so", async () => {
  await using scene = await makeScene({ aws: { latencyMs: 3000 } });
  const { aws, home } = scene;
  const first = home.run(["check", "--no-probe"]);
  assert.ok(await until(() => aws.count("CreateToken") === 1, [first]), "no refresh was begun");
  const second = await home.run(["check", "--no-probe"]);
  assert.equal(second.code, 75, said(second));
  assert.match(second.err, /^sso-heal: Cannot check now: another check is running/);
  assert.match(second.err, /sso-heal check --wait-lock 1m/);
  assert.equal((await first).code, 0);
  assert.equal(aws.count("CreateToken"), 1);
  assert.equal((await home.run(["check", "--no-probe"])).code, 0, "nothing to do needs no turn");
});

Deno.test("checks that come at any moment refresh a due token once", async () => {
  await using scene = await makeScene({ aws: { reuse: "refuse", latencyMs: 100 } });
  const ended = await Promise.all(Array.from({ length: AT_ONCE }, () => scene.home.run(["check", ...PATIENT])));
  assert.deepEqual(ended.map(({ code }) => code), ended.map(() => 0), ended.map(said).join("\n"));
  assert.equal(scene.aws.count("CreateToken"), 1);
  assertClean(scene, ended);
});

Deno.test("forced checks that come at any moment never present a refresh token twice", async () => {
  await using scene = await makeScene({ aws: { reuse: "refuse", latencyMs: 20 } });
  const { aws, home, session } = scene;
  const line = async () => {
    for (let run = 0; run < 5; run++) {
      const ended = await home.run(["check", "--force-refresh", ...PATIENT]);
      assert.equal(ended.code, 0, said(ended));
      assertClean(scene, [ended]);
    }
  };
  await Promise.all([line(), line(), line(), line()]);
  assert.equal(aws.generation(session.id), 1 + aws.count("CreateToken"));
  assert.deepEqual(aws.requests.filter(({ error }) => error !== undefined), []);
  assert.equal(JSON.parse(scene.token()).refreshToken, aws.session(session.id).refreshToken);
});

Deno.test("checks at once of several sessions refresh each of them once", async () => {
  await using aws = await startSimulator({ reuse: "refuse", latencyMs: 100 });
  const names = ["corp", "side", "third", "fourth"];
  await using home = await makeHome({ aws, sessions: names });
  const issued = names.map((sessionName) => aws.issueSession({ sessionName, accessTokenLeftS: 600 }));
  for (const session of issued) home.seed(session);
  const choices = [[], [], ["--session", "corp"], ["--session", "side", "--session", "third"], ["--profile", "*-dev"]];
  const ended = await Promise.all(choices.map((choice) => home.run(["check", ...choice, ...PATIENT])));
  assert.deepEqual(ended.map(({ code }) => code), ended.map(() => 0), ended.map(said).join("\n"));
  assert.deepEqual(issued.map(({ id }) => aws.generation(id)), [2, 2, 2, 2]);
  assert.equal(aws.count("CreateToken"), 4);
});

Deno.test("a login that ends while a refresh is under way keeps its token", async () => {
  await using scene = await makeScene({ aws: { latencyMs: 1500 } });
  const { aws, home } = scene;
  const running = home.run(["check", "--force-refresh", "--no-probe"]);
  assert.ok(await until(() => aws.count("CreateToken") === 1, [running]), "no refresh was begun");
  const login = aws.issueSession();
  home.seed(login);
  const ended = await running;
  assert.equal(ended.code, 0, said(ended));
  assert.deepEqual(JSON.parse(scene.token()), login.token);
});

Deno.test("a logout while a refresh is under way is not undone", async () => {
  await using scene = await makeScene({ aws: { latencyMs: 500 } });
  const { aws, home, session } = scene;
  const running = home.run(["check", "--force-refresh", "--no-probe"]);
  assert.ok(await until(() => aws.count("CreateToken") === 1, [running]), "no refresh was begun");
  Deno.removeSync(home.file(`.aws/sso/cache/${session.fileName}`));
  const ended = await running;
  assert.equal(ended.code, 4, said(ended));
  const left = [...home.texts(".aws/sso/cache")];
  // A link was opened, and with it a client registered; but there is no token.
  assert.ok(left.every(([, text]) => !text.includes("accessToken")), left.map(([name]) => name).join());
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
});
