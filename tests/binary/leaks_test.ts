// Where secrets must not be: in what any command says, in what it leaves behind, in the arguments of a process. Also when
// AWS, or whoever answers in its place, repeats them in an error.
import assert from "node:assert/strict";
import { startSimulator } from "../aws/simulator.ts";
import { modeOf } from "../support/temporary_home.ts";
import { type Ended, type Home, makeHome } from "./support/home.ts";
import { assertClean, makeScene, said } from "./support/scene.ts";
import { Telegram } from "./support/telegram.ts";
import { Webhook } from "./support/webhook.ts";

/** What would take over a terminal, and what would add a line to a log or a metrics file. */
const STEERING = "\x1b]0;owned\x07\x1b[2J\x9b2J\u202e\u2028";

const COMMANDS: readonly (readonly string[])[] = [
  ["check", "--force-refresh", "-v"],
  ["check", "--force-refresh", "--log-level", "debug"],
  ["check", "--json", "--force-refresh", "--log-level", "debug"],
  ["status", "--json", "-v"],
  ["status", "--log-level", "debug"],
  ["profiles", "--json"],
  ["login", "--if-needed", "-v"],
  ["login", "-v"],
  ["check", "-v"],
  ["logout", "--log-level", "debug"],
  ["status"],
];

Deno.test("no command says or keeps a secret, however talkative it is asked to be", async () => {
  await using scene = await makeScene({ aws: { autoApprove: true, intervalS: 1 } });
  const { home } = scene;
  for (const args of COMMANDS) {
    const ended = await home.run(args);
    const { out, err } = ended;
    assert.ok([0, 4].includes(ended.code), `${args.join(" ")}: ${said(ended)}`);
    // The link and the code of a login are for the person.
    assertClean(scene, [{ ...ended, out: args[0] === "login" ? "" : out, err: args[0] === "login" ? "" : err }]);
    for (const secret of [...secretsIn(home), ...deviceCodes(scene.aws.secrets())]) {
      assert.ok(!`${out}${err}`.includes(secret), `${args.join(" ")} says ${secret}`);
    }
  }
});

/** The values of the files that must never be shown. */
function secretsIn(home: Home): string[] {
  const texts = [...home.texts(".aws/sso/cache").values(), ...home.texts(".aws/cli/cache").values()];
  return texts.flatMap((text) =>
    [...text.matchAll(/"(?:accessToken|refreshToken|clientSecret|SecretAccessKey|SessionToken)":\s*"([^"]+)"/g)]
      .map(([, secret]) => secret)
  );
}

/** Of the secrets those that are long: a user code is short and meant to be read. */
function deviceCodes(secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret.length > 20);
}

/** What must not be said when people are told: of AWS, and of each channel. */
const CHANNEL_SECRETS = {
  url: "/hook/T0000/the-path-is-a-secret",
  key: "the-key-of-the-signature",
  header: "Bearer header-that-is-a-secret",
  password: "the-password-of-the-mail",
};

Deno.test("a login that waits tells people its link, and nobody a secret of AWS or of a channel", async (t) => {
  await using hook = new Webhook(Date.now, CHANNEL_SECRETS.url);
  await using telegram = new Telegram(Date.now);
  await using scene = await makeScene({ home: { env: { HOOK_KEY: CHANNEL_SECRETS.key } } });
  const { aws, home } = scene;
  home.write(
    ".config/sso-heal/config.ini",
    `[notify hook]
type = webhook
url = ${hook.url}
secret = env:HOOK_KEY
header.Authorization = ${CHANNEL_SECRETS.header}

[notify mail]
type = email
server = smtp://me:${CHANNEL_SECRETS.password}@127.0.0.1:1
to = ops@example.com

${telegram.section}`,
  );
  aws.endSession();
  const runs: Ended[] = [];
  const check = async (...words: string[]) => {
    for (const more of [["-v"], ["--json"], ["--log-level", "debug"]]) runs.push(await home.run([...words, ...more]));
  };
  await check("check");
  await check("status");
  for (const failing of [500, 403]) {
    hook.status = failing;
    telegram.failing = { status: failing };
    await check("notify", "test");
  }
  const links = [...aws.pendingCodes()];
  assert.equal(links.length, 1);
  const told = [...hook.told, ...hook.refused].map(({ raw }) => raw).concat(telegram.chat.map(({ text }) => text));
  assert.ok(told.some((text) => text.includes(links[0])));
  assertClean({ aws, home }, runs);
  const kept = home.texts(".local/state/sso-heal");
  for (const secret of [...Object.values(CHANNEL_SECRETS), telegram.token]) {
    await t.step(secret, () => {
      for (const run of runs) assert.ok(!said(run).includes(secret), said(run));
      for (const [path, text] of kept) assert.ok(!text.includes(secret), `${path}: ${text}`);
    });
  }
  await t.step("of AWS in the messages", () => {
    for (const secret of aws.secrets()) assert.ok(told.every((text) => !text.includes(secret)), secret);
  });
  await t.step("the pending login, which holds what a stranger could go on with, is its owner's only", () => {
    const pending = [...kept.keys()].filter((path) => path.includes("/pending/"));
    assert.equal(pending.length, 1);
    assert.match(kept.get(pending[0]) ?? "", /"deviceCode"/);
    for (const path of kept.keys()) assert.equal(modeOf(home.file(path)), "0600", path);
    assert.equal(modeOf(home.file(".local/state/sso-heal/pending")), "0700");
  });
});

Deno.test("what is kept is for its owner only", async () => {
  await using scene = await makeScene();
  assert.equal((await scene.home.run(["check"])).code, 0);
  const { home } = scene;
  const files = [".aws/sso/cache", ".aws/cli/cache", ".local/state/sso-heal"].flatMap((dir) => [
    ...home.texts(dir).keys(),
  ]);
  assert.ok(files.length >= 6, files.join(" "));
  for (const file of files) assert.equal(modeOf(home.file(file)), "0600", file);
  for (const dir of [".local/state/sso-heal", ".local/state/sso-heal/sessions", ".aws/cli/cache"]) {
    assert.equal(modeOf(home.file(dir)), "0700", dir);
  }
});

interface Rogue extends AsyncDisposable {
  readonly url: string;
  /** Everything secret that was sent to it. */
  readonly told: string[];
}

/** Stands in for AWS and repeats whatever it was told, in every error it knows. */
function startRogue(status: number, type: string): Rogue {
  const told: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const bearer = request.headers.get("x-amz-sso_bearer_token") ?? "";
    for (const [, secret] of body.matchAll(/"(?:refreshToken|clientSecret)":"([^"]+)"/g)) told.push(secret);
    if (bearer !== "") told.push(bearer);
    const words = `${STEERING}You sent ${bearer}${body}\r\nlevel=error owned=1\r\n`;
    const answer = { error: words, error_description: words, message: words, reason: words, __type: type };
    return new Response(JSON.stringify(answer), { status, headers: { "content-type": "application/json" } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    told,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const ECHOES: readonly [leftS: number, status: number, type: string, code: number][] = [
  [600, 400, "InvalidGrantException", 4],
  [600, 400, "InvalidRequestException", 1],
  [600, 400, "NeverHeardOfException", 1],
  [600, 400, `${STEERING}Exception\nlevel=error owned=1`, 1],
  [600, 500, "InternalServerException", 75],
  [3600, 403, "ForbiddenException", 1],
  [3600, 429, "TooManyRequestsException", 75],
];

Deno.test("an answer that repeats our secrets or steers terminals reaches nobody as it is", async (t) => {
  for (const [leftS, status, type, code] of ECHOES) {
    await t.step(`${status} ${JSON.stringify(type)}, ${leftS} s left`, async () => {
      await using aws = await startSimulator();
      await using rogue = startRogue(status, type);
      await using home = await makeHome({ aws: rogue });
      home.seed(aws.issueSession({ accessTokenLeftS: leftS }));
      const runs: Ended[] = [];
      for (const words of [["-v"], ["--json", "--force-refresh"], ["--log-level", "debug", "--force-refresh"]]) {
        runs.push(await home.run(["check", ...words]));
      }
      runs.push(await home.run(["status"]), await home.run(["status", "--json"]));
      assert.equal(runs[0].code, code, said(runs[0]));
      assert.ok(rogue.told.length > 0);
      assertClean({ aws, home }, runs);
      for (
        const text of [...runs.flatMap(({ out, err }) => [out, err]), ...home.texts(".local/state/sso-heal").values()]
      ) {
        // deno-lint-ignore no-control-regex
        assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]|^level=error/m);
      }
    });
  }
});
