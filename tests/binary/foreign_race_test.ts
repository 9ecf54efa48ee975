// A client of AWS that refreshes the same token file at the same moment, without any lock. What can be promised: it works
// and so do we, and the file holds a pair with which AWS goes on.
import assert from "node:assert/strict";
import { CLIENTS, clientTest, identityOf } from "./clients/clients.ts";
import { type Scene, SESSIONS, withScene } from "./clients/scene.ts";
import { BINARY } from "./support/home.ts";
import { said } from "./support/scene.ts";
import { until } from "./support/until.ts";

const BOTO3 = CLIENTS.find(({ name }) => name === "boto3")!;
/** Longer than a client needs to start, ask and store. */
const LONG_MS = 6000;

const check = (scene: Scene) => scene.run(BINARY, ["check", "--force-refresh", "--no-probe", "--session", "corp"]);

/**
 * The file holds a pair that refreshes. Where AWS refuses a used token there is but one, the newest; where it takes it for
 * a while each of the two got one, the last writer wins, and nobody can tell which of them AWS goes on with later.
 */
async function assertAlive(scene: Scene): Promise<void> {
  const { accessToken, refreshToken } = scene.aws.session();
  const held = await scene.token("corp");
  if (scene.aws.settings.reuse === "refuse") {
    assert.deepEqual([held.accessToken, held.refreshToken], [accessToken, refreshToken]);
  }
  scene.aws.settings.latencyMs = 0;
  const next = await check(scene);
  assert.equal(next.code, 0, said(next));
}

/** Whoever asks first has rotated the token at once, but gets the answer only after the other one is done. */
for (const reuse of ["refuse", "grace"] as const) {
  clientTest(BOTO3, `boto3 comes in between our refresh and its answer; a used token: ${reuse}`, async () => {
    await withScene(async (scene) => {
      const { aws } = scene;
      await scene.seed("corp", { accessTokenLeftS: 600 });
      aws.settings.latencyMs = LONG_MS;
      const running = check(scene);
      assert.ok(await until(() => aws.count("CreateToken") === 1, [running]), "no refresh was begun");
      aws.settings.latencyMs = 0;
      assert.equal(await identityOf(BOTO3, scene, "dev"), SESSIONS.corp.arn);
      const ended = await running;
      assert.equal(ended.code, 0, said(ended));
      assert.equal(aws.count("CreateToken"), 2, "both asked");
      await assertAlive(scene);
    }, { reuse });
  });

  clientTest(BOTO3, `we come in between boto3's refresh and its answer; a used token: ${reuse}`, async () => {
    await withScene(async (scene) => {
      const { aws } = scene;
      await scene.seed("corp", { accessTokenLeftS: 600 });
      aws.settings.latencyMs = 500;
      const running = identityOf(BOTO3, scene, "dev");
      assert.ok(await until(() => aws.count("CreateToken") === 1, [running]), "no refresh was begun");
      // Refused while the other answer is under way: it is in the file when ours comes.
      aws.settings.latencyMs = reuse === "refuse" ? LONG_MS : 0;
      const ours = check(scene);
      // On a slow machine boto3 is done before we look, and there is nothing to race for.
      await until(() => aws.count("CreateToken") === 2, [ours]);
      aws.settings.latencyMs = 0;
      const ended = await ours;
      assert.equal(ended.code, 0, said(ended));
      assert.equal(await running, SESSIONS.corp.arn);
      await assertAlive(scene);
    }, { reuse });
  });
}
