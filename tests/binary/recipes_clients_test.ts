// The recipes for clients of AWS, run by these clients themselves as docs/recipes.md has them.
import assert from "node:assert/strict";
import { AWS_CLI, CLIENTS, clientTest } from "./clients/clients.ts";
import { type Scene as ClientScene, SESSIONS, withScene } from "./clients/scene.ts";
import { startOldS3 } from "./support/old_s3.ts";
import { append, block, installPrograms, own, type Reader, runLines } from "./support/recipes.ts";
import { needs } from "./support/requirement.ts";
import { keysIn } from "./support/roles.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const BY_PROCESS = "By `credential_process`";
const SYNCED = "Old clients: a synced profile";
const AGENTS = "Coding agents on Amazon Bedrock";

/** What the coding agent of the page is made with. */
const JAVASCRIPT = CLIENTS.find(({ name }) => name === "the AWS SDK for JavaScript")!;
const LOGIN = "→ run: sso-heal login --session corp";

/** The reader's home where clients find AWS by its real names; the profile of the first recipe is in it. */
function readerOf(scene: ClientScene, scripts: Readonly<Record<string, string>> = {}): Reader {
  append(`${scene.home}/.aws/config`, own(block(BY_PROCESS, "ini"), scene.home));
  // What knows no proxy goes straight to the simulator.
  const env = { ...scene.env, NO_PROXY: "127.0.0.1" };
  return { home: scene.home, env: installPrograms({ home: scene.home, env }, scripts) };
}

clientTest(AWS_CLI, `recipe "${BY_PROCESS}" works with its own line`, () =>
  withScene(async (scene) => {
    await scene.seed("corp", { accessTokenLeftS: -60 });
    const ended = await runLines(readerOf(scene), block(BY_PROCESS, "sh"));
    assert.equal(JSON.parse(ended.out || "{}").Arn, SESSIONS.corp.arn, said(ended));
    assert.deepEqual(scene.asked(), ["CreateToken", "GetRoleCredentials", "GetCallerIdentity"]);
  }));

for (const client of CLIENTS.filter((one) => one !== AWS_CLI)) {
  clientTest(client, `recipe "${BY_PROCESS}" works with ${client.name}`, () =>
    withScene(async (scene) => {
      const { env } = readerOf(scene);
      const asked = { ...env, AWS_PROFILE: "build", ...client.reach?.(scene) };
      const refused = await scene.run(client.program, client.identity, asked);
      assert.notEqual(refused.code, 0);
      const words = client === JAVASCRIPT ? "Could not load credentials from any providers" : LOGIN;
      assert.ok(refused.err.includes(words), said(refused));
      await scene.seed("corp", { accessTokenLeftS: 3600 });
      const ended = await scene.run(client.program, client.identity, asked);
      assert.equal(ended.out.trim(), SESSIONS.corp.arn, said(ended));
    }));
}

/** A reader with clients of S3 that are too old for SSO, sent to a server of the test. */
async function withOldClients(use: (it: Scene, reader: Reader, asked: readonly unknown[]) => Promise<void>) {
  await using s3 = startOldS3();
  await using it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const env = { ...it.home.env, RCLONE_S3_ENDPOINT: `http://${s3.host}`, RCLONE_S3_REGION: "eu-west-1" };
  const here = `--no-ssl --host=${s3.host} --host-bucket=${s3.host}`;
  const programs = installPrograms({ home: it.home.path, env }, {
    s3cmd: `#!/bin/sh\nexec /usr/bin/s3cmd ${here} "$@"\n`,
  });
  append(it.home.file(".aws/config"), own(block(BY_PROCESS, "ini"), it.home.path));
  await use(it, { home: it.home.path, env: programs }, s3.asked);
}

async function keysOf({ home }: Scene): Promise<[accessKeyId: string, sessionToken: string]> {
  const [id, , token] = keysIn((await home.run(["export", "--profile", "dev"])).out);
  return [id, token];
}

/** Access key id and session token in the credentials file. */
function syncedKeys({ home }: Scene): string[] {
  const text = home.read(".aws/credentials");
  return ["aws_access_key_id", "aws_session_token"].map((key) =>
    new RegExp(`^${key} = (.*)$`, "m").exec(text)?.[1] ?? ""
  );
}

/** As if an hour had passed for the keys of the role. */
async function letKeysEnd({ home }: Scene): Promise<void> {
  const text = home.read(".aws/credentials");
  home.write(
    ".aws/credentials",
    text.replace(/^(x_sso_heal_expiration = ).*$/m, (_, key) => `${key}2026-01-01T00:00:00Z`),
  );
  await Deno.remove(home.file(".aws/cli"), { recursive: true });
}

Deno.test({
  name: `recipe "${BY_PROCESS}" helps the SDK for Go v1, which knows no sso_session and says so`,
  ...needs("the SDK for Go v1", "rclone"),
  fn: () =>
    withOldClients(async (it, reader, asked) => {
      const lines = block(BY_PROCESS, "sh", 1);
      const ended = await runLines(reader, lines);
      assert.match(ended.out, /the-bucket\n$/, said(ended));
      assert.deepEqual(asked, [await keysOf(it)]);
      const [, complaint] = /`(is configured to use SSO but .*?)`/.exec(
        Deno.readTextFileSync(new URL("../../docs/recipes.md", import.meta.url)),
      ) ?? [];
      const refused = await runLines(reader, lines.replace("AWS_PROFILE=build", "AWS_PROFILE=dev"));
      assert.ok(refused.err.includes(`profile "dev" ${complaint}`), said(refused));
    }),
});

Deno.test({
  name: `recipe "${SYNCED}" helps a client that reads nothing but keys`,
  ...needs("a client that reads nothing but keys", "s3cmd"),
  fn: () =>
    withOldClients(async (it, reader, asked) => {
      const ended = await runLines(reader, block(SYNCED, "sh"), ["/bin/sh", "-e", "-c"]);
      assert.match(ended.out, /s3:\/\/the-bucket\n$/, said(ended));
      assert.deepEqual(asked, [await keysOf(it)]);
    }),
});

Deno.test({
  name: `recipe "${SYNCED}" helps the SDK for Go v1, and every check renews the keys`,
  ...needs("the SDK for Go v1", "rclone"),
  fn: () =>
    withOldClients(async (it, reader, asked) => {
      append(it.home.file(".config/sso-heal/config.ini"), block(SYNCED, "ini"));
      const lines = block(BY_PROCESS, "sh", 1).replace("AWS_PROFILE=build", "AWS_PROFILE=dev-legacy-sso");
      const used: unknown[] = [];
      for (let time = 0; time < 2; time++) {
        const checked = await it.home.run(["check"]);
        assert.equal(checked.code, 0, said(checked));
        const ended = await runLines(reader, lines);
        assert.match(ended.out, /the-bucket\n$/, said(ended));
        used.push(syncedKeys(it));
        await letKeysEnd(it);
      }
      assert.deepEqual(asked, used);
      assert.notDeepEqual(used[0], used[1], "those that were over were renewed");
    }),
});

Deno.test(`recipe "${SYNCED}" names what sync refuses: the profile itself, and one made by hand`, async () => {
  await using it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const byHand = "[mine]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = by-hand\n";
  it.home.write(".aws/credentials", byHand);
  for (const name of ["dev", "mine"]) {
    const ended = await it.home.run(["sync", "--profile", "dev", "--output", name]);
    assert.equal(ended.code, 1, said(ended));
    assert.match(ended.out, new RegExp(`Cannot write profile "${name}"`));
  }
  assert.equal(it.home.read(".aws/credentials"), byHand);
});

/** What Claude Code reads of its settings, and runs by the shell. */
interface AgentSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly awsAuthRefresh?: string;
  readonly awsCredentialExport?: string;
}

function settings(nth: number): AgentSettings {
  return JSON.parse(block(AGENTS, "json", nth));
}

clientTest(
  JAVASCRIPT,
  `recipe "${AGENTS}" gives an agent the session that is kept alive`,
  () =>
    withScene(async (scene) => {
      await scene.seed("corp", { accessTokenLeftS: -60 });
      const reader = readerOf(scene);
      const { env, awsAuthRefresh = "" } = settings(0);
      const refreshed = await runLines(reader, awsAuthRefresh);
      assert.deepEqual([refreshed.code, scene.asked()], [0, ["CreateToken"]], said(refreshed));
      const again = await runLines(reader, awsAuthRefresh);
      assert.deepEqual([again.code, scene.asked()], [0, ["CreateToken"]], said(again));
      const ended = await scene.run(JAVASCRIPT.program, JAVASCRIPT.identity, {
        ...reader.env,
        ...env,
        ...JAVASCRIPT.reach?.(scene),
      });
      assert.equal(ended.out.trim(), SESSIONS.corp.arn, said(ended));
    }),
);

Deno.test(`recipe "${AGENTS}" shows a link when AWS has ended the session, and nothing is lost when it is ended`, async () => {
  await using it = await makeScene({ aws: { intervalS: 1 }, session: { accessTokenLeftS: -60 } });
  const reader = { home: it.home.path, env: it.home.env };
  const env = installPrograms(reader);
  it.aws.endSession();
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", `exec ${settings(0).awsAuthRefresh}`],
    cwd: it.home.path,
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const shown = child.output();
  assert.ok(await until(() => it.aws.pendingCodes().length === 1, [shown]));
  const [code] = it.aws.pendingCodes();
  assert.ok(await until(() => it.home.texts(".local/state/sso-heal/pending").size > 0, [shown]));
  child.kill("SIGTERM");
  const words = new TextDecoder().decode((await shown).stdout);
  assert.ok(words.includes(code), words);
  it.aws.approve(code);
  const checked = await it.home.run(["check", "--wait-approval", "10s"]);
  assert.equal(checked.code, 0, said(checked));
  assert.match(checked.out, /signed in/);
});

Deno.test(`recipe "${AGENTS}" prints the keys in the form that the agent reads, or fails`, async () => {
  await using it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const env = installPrograms({ home: it.home.path, env: it.home.env });
  const reader = { home: it.home.path, env: { ...env, ...settings(1).env } };
  const { awsCredentialExport = "" } = settings(1);
  const ended = await runLines(reader, awsCredentialExport);
  const { Credentials } = JSON.parse(ended.out);
  assert.deepEqual(Object.keys(Credentials).slice(1), ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
  assert.deepEqual(Credentials, JSON.parse((await it.home.run(["export", "--profile", "dev"])).out));

  it.aws.endSession(undefined, { accessTokens: true });
  await Deno.remove(it.home.file(".aws/cli"), { recursive: true });
  const failed = await runLines(reader, awsCredentialExport);
  assert.deepEqual([failed.code, failed.out], [4, ""], said(failed));
  assert.ok(failed.err.includes(LOGIN));
});
