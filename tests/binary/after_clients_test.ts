// sso-heal goes on with what the official clients left, and neither side spoils the other's files.
import assert from "node:assert/strict";
import { AWS_CLI, CLIENTS, clientTest, identityOf } from "./clients/clients.ts";
import { type Scene, SESSIONS, withScene } from "./clients/scene.ts";
import { BINARY } from "./support/home.ts";

/** Less than sso-heal's window, more than that of any client. */
const DUE_S = 20 * 60;
const HEALTHY = { code: 0, state: "healthy", action: "none" };

for (const client of CLIENTS) {
  clientTest(
    client,
    `check takes over the token that ${client.name} refreshed, and refreshes it in its turn`,
    () =>
      withScene(async (scene) => {
        await scene.seed("corp", { accessTokenLeftS: client.refreshesAtS - 60 });
        const before = await scene.token("corp");
        await identityOf(client, scene, "dev");
        const taken = await scene.token("corp");
        assert.notEqual(taken.refreshToken, before.refreshToken, "the client has refreshed");
        scene.forget();
        assert.deepEqual(await checked(scene, "corp"), HEALTHY);
        assert.equal(scene.aws.count("CreateToken"), 0);

        await scene.leave("corp", DUE_S);
        assert.deepEqual(await checked(scene, "corp"), { ...HEALTHY, action: "refreshed" });
        assert.equal(scene.aws.generation(), 3);
        const { accessToken, refreshToken, expiresAt, ...others } = await scene.token("corp");
        const { accessToken: _, refreshToken: __, expiresAt: ___, ...othersBefore } = taken;
        assert.deepEqual(others, othersBefore, "every other field is as the client wrote it");
        assert.ok(accessToken !== taken.accessToken && refreshToken !== taken.refreshToken && expiresAt !== undefined);
        assert.equal(await identityOf(client, scene, "dev"), SESSIONS.corp.arn);
        assert.equal(scene.aws.generation(), 3, "the client had nothing to refresh");
      }),
  );
}

clientTest(AWS_CLI, "check keeps alive what `aws sso login` began", () =>
  withScene(async (scene) => {
    await signInByCli(scene, "dev");
    assert.deepEqual(await checked(scene, "corp"), HEALTHY);
    await scene.leave("corp", DUE_S);
    assert.deepEqual(await checked(scene, "corp"), { ...HEALTHY, action: "refreshed" });
    assert.equal(await identityOf(AWS_CLI, scene, "dev"), SESSIONS.corp.arn);
    assert.equal(scene.aws.generation(), 2);
  }));

clientTest(
  AWS_CLI,
  "login uses the registration that `aws sso login` made, and the other way round",
  () =>
    withScene(async (scene) => {
      await signInByCli(scene, "dev");
      assert.equal((await scene.heal("login", "--session", "corp")).code, 0);
      await signInByCli(scene, "dev");
      assert.equal(scene.aws.count("RegisterClient"), 1);
      assert.equal((await scene.heal("login", "--session", "second")).code, 0);
      await signInByCli(scene, "other");
      assert.equal(scene.aws.count("RegisterClient"), 2);
    }),
);

clientTest(
  AWS_CLI,
  "a legacy login of the aws CLI is used to its end, and sso-heal makes it refreshable",
  () =>
    withScene(async (scene) => {
      await signInByCli(scene, "legacy");
      const { code, state, refreshable } = await scene.check("legacy");
      assert.deepEqual({ code, state, refreshable }, { code: 0, state: "healthy", refreshable: false });
      await scene.leave("legacy", DUE_S);
      assert.deepEqual(await checked(scene, "legacy"), {
        code: 4,
        state: "waiting-for-approval",
        action: "login-started",
      });
      assert.equal((await scene.heal("login", "--session", SESSIONS.legacy.session)).code, 0);
      await scene.leave("legacy", DUE_S);
      assert.deepEqual(await checked(scene, "legacy"), { ...HEALTHY, action: "refreshed" });
      assert.equal(await identityOf(AWS_CLI, scene, "legacy"), SESSIONS.legacy.arn);
      await signInByCli(scene, "legacy");
      assert.deepEqual(await checked(scene, "legacy"), HEALTHY);
    }),
);

clientTest(
  AWS_CLI,
  "check adopts what the aws CLI refreshed while check had the older token in mind",
  () =>
    withScene(async (scene) => {
      await scene.seed("corp");
      // Without role credentials in the cache: with them the CLI would not look at the token.
      assert.equal((await scene.check("corp", "--no-probe")).code, 0);
      await scene.leave("corp", AWS_CLI.refreshesAtS - 60);
      // Its own lock, held here, keeps sso-heal between its first look and the second.
      using lock = await Deno.open(lockOf(scene), { read: true, write: true });
      await lock.lock(true);
      await using check = scene.command(BINARY, ["check", "--json", "--session", "corp"]).spawn();
      const ended = check.output();
      await waitsFor(check.pid, lockOf(scene));
      await identityOf(AWS_CLI, scene, "dev");
      assert.equal(scene.aws.generation(), 2);
      await lock.unlock();
      const { code, stdout, stderr } = await ended;
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      const [{ state, action }] = JSON.parse(new TextDecoder().decode(stdout)).sessions;
      assert.deepEqual({ state, action }, { state: "healthy", action: "adopted" });
      assert.equal(scene.aws.generation(), 2, "sso-heal did not use the refresh token of the CLI");
    }),
);

clientTest(
  AWS_CLI,
  "check sees that `aws sso logout` ended the session, and asks for a login",
  () =>
    withScene(async (scene) => {
      assert.equal((await scene.heal("login", "--session", "corp")).code, 0);
      const { code, err } = await scene.run(AWS_CLI.program, ["sso", "logout"]);
      assert.deepEqual({ code, err }, { code: 0, err: "" }, "no file of sso-heal stands in its way");
      assert.deepEqual(await checked(scene, "corp"), {
        code: 4,
        state: "waiting-for-approval",
        action: "login-started",
      });
      assert.equal((await scene.heal("login", "--session", "corp")).code, 0);
      assert.equal(await identityOf(AWS_CLI, scene, "dev"), SESSIONS.corp.arn);
    }),
);

clientTest(
  AWS_CLI,
  "logout of one session leaves every file of the others as the aws CLI wrote it",
  () =>
    withScene(async (scene) => {
      await signInByCli(scene, "dev");
      await identityOf(AWS_CLI, scene, "dev");
      const own = await cacheFiles(scene);
      await signInByCli(scene, "other");
      await identityOf(AWS_CLI, scene, "other");
      await signInByCli(scene, "legacy");
      await identityOf(AWS_CLI, scene, "legacy");
      const before = await cacheFiles(scene);
      const foreign = [...before].filter(([path]) => !own.has(path));
      assert.equal(foreign.length, 6, "token, registration and role credentials of two sessions");
      assert.equal((await scene.heal("logout", "--session", "corp")).code, 0);

      const after = await cacheFiles(scene);
      for (const [path, text] of foreign) assert.equal(after.get(path), text, path);
      assert.ok(!after.has(scene.tokenPath("corp")));
      scene.forget();
      assert.equal(await identityOf(AWS_CLI, scene, "other"), SESSIONS.second.arn);
      assert.equal(await identityOf(AWS_CLI, scene, "legacy"), SESSIONS.legacy.arn);
      assert.deepEqual(scene.asked(), ["GetCallerIdentity", "GetCallerIdentity"]);
      await assert.rejects(identityOf(AWS_CLI, scene, "dev"), /Token for corp does not exist/);
    }),
);

async function checked(scene: Scene, key: keyof typeof SESSIONS) {
  const { code, state, action } = await scene.check(key);
  return { code, state, action };
}

async function signInByCli(scene: Scene, profile: string): Promise<void> {
  const { code, out, err } = await scene.run(AWS_CLI.program, ["sso", "login", "--no-browser", "--profile", profile]);
  assert.equal(code, 0, out + err);
}

/** Path to text of everything in the two caches of the AWS CLI. */
async function cacheFiles({ home }: Scene): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const folder of [`${home}/.aws/sso/cache`, `${home}/.aws/cli/cache`]) {
    for await (const { name } of Deno.readDir(folder)) {
      files.set(`${folder}/${name}`, await Deno.readTextFile(`${folder}/${name}`));
    }
  }
  return files;
}

/** The lock file of the only session that sso-heal has seen so far. */
function lockOf({ home }: Scene): string {
  const folder = `${home}/.local/state/sso-heal/locks`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.startsWith("session-"));
  assert.equal(names.length, 1, `${names}`);
  return `${folder}/${names[0]}`;
}

/** Until the process has the file open. */
async function waitsFor(pid: number, path: string): Promise<void> {
  const has = () =>
    [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === path;
      } catch {
        return false;
      }
    });
  for (let turn = 0; turn < 500 && !has(); turn++) await new Promise((done) => setTimeout(done, 10));
  assert.ok(has(), `process ${pid} never opened ${path}`);
}
