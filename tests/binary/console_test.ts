// `console` as a person runs it: a link that leads into the web console, and that nobody else ever sees.
import assert from "node:assert/strict";
import { startConnectProxy } from "../aws/connect_proxy.ts";
import { ROLES_CONFIG } from "./support/roles.ts";
import { assertClean, documentOf, makeScene, said, type Scene, type SceneOptions } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

const DEV: readonly string[] = ["console", "--profile", "dev"];
const HOUR_S = 3600;
const FIRST_PAGE = "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1";

function scene(options: SceneOptions = {}): Promise<Scene> {
  return makeScene({ session: { accessTokenLeftS: HOUR_S }, home: { config: ROLES_CONFIG }, ...options });
}

/** Opens a link as a browser does; gives the page that AWS leads to. */
async function follow(link: string): Promise<string | null> {
  const response = await fetch(link.trim(), { redirect: "manual" });
  await response.body?.cancel();
  return response.headers.get("location");
}

/** Seconds that the newest console session lasts. */
function lastsS({ aws }: Scene): number {
  return Math.round((aws.consoleSessions.at(-1)!.endsAt - Date.now()) / 1000);
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 20, `${actual} is not near ${expected}`);
}

Deno.test("console prints one link, which leads to the console once, after a token that was due was refreshed", async () => {
  await using it = await scene({ session: { accessTokenLeftS: 60 } });
  const ended = await it.home.run(DEV, { cwd: "/" });
  assert.equal(ended.code, 0, said(ended));
  assert.match(ended.out, /^http:\/\/127\.0\.0\.1:\d+\/federation\?\S+\n$/);
  assert.match(
    ended.err,
    /^Open this link within 15 min, and give it to nobody: it signs in as profile "dev"; the console session lasts 1 h\.\n$/,
  );
  const operations = it.aws.requests.map(({ operation }) => operation);
  assert.deepEqual(operations, ["CreateToken", "GetRoleCredentials", "GetSigninToken"]);
  assert.equal(await follow(ended.out), FIRST_PAGE);
  assert.equal(it.aws.consoleSessions[0].accountId, "012345678901");
  near(lastsS(it), HOUR_S);
  assert.equal(await follow(ended.out), null);
  assertClean(it, [{ ...ended, out: "" }]);
});

interface Lasting {
  readonly name: string;
  readonly args: readonly string[];
  readonly roleLifeS: number;
  readonly lastsS: number;
}

const LASTING: readonly Lasting[] = [
  { name: "as long as the credentials", args: DEV, roleLifeS: 4 * HOUR_S, lastsS: 4 * HOUR_S },
  { name: "as long as AWS allows", args: DEV, roleLifeS: 13 * HOUR_S, lastsS: 12 * HOUR_S },
  { name: "an hour although the credentials have 20 minutes", args: DEV, roleLifeS: 1200, lastsS: HOUR_S },
  { name: "as long as was wished", args: [...DEV, "--duration", "12h"], roleLifeS: HOUR_S, lastsS: 12 * HOUR_S },
  { name: "as an assumed role allows", args: ["console", "--profile", "deep"], roleLifeS: HOUR_S, lastsS: HOUR_S },
];

Deno.test("console gives a session that lasts", async (t) => {
  await sideBySide(t, LASTING, async ({ args, roleLifeS, lastsS: expected }) => {
    await using it = await scene({ aws: { roleLifeS } });
    // The second time with credentials that were kept.
    for (let time = 0; time < 2; time++) {
      const document = documentOf(await it.home.run([...args, "--json"]));
      assert.ok(await follow(String(document.url)));
      near(lastsS(it), expected);
      near((Date.parse(String(document.sessionExpiresAt)) - Date.now()) / 1000, expected);
      near((Date.parse(String(document.linkExpiresAt)) - Date.now()) / 1000, 900);
    }
    assert.equal(it.aws.count("GetRoleCredentials"), 1);
  });
});

Deno.test("console --json prints one document with whose session it is, and says nothing aside", async () => {
  await using it = await scene();
  const rows: [profile: string, accountId: string, roleName: string][] = [
    ["dev", "012345678901", "ReadOnly"],
    ["admin", "100000000001", "Admin"],
    ["deep", "100000000002", "Deep"],
  ];
  for (const [profile, accountId, roleName] of rows) {
    const ended = await it.home.run(["console", "--json", "--profile", profile, "--service", "s3"]);
    const { url, linkExpiresAt, sessionExpiresAt, ...rest } = documentOf(ended);
    assert.deepEqual([rest, ended.err], [{ version: 1, profile, accountId, roleName }, ""]);
    for (const at of [linkExpiresAt, sessionExpiresAt]) assert.match(String(at), /^[\d-]{10}T[\d:]{8}Z$/);
    assert.match(await follow(String(url)) ?? "", /\.console\.aws\.amazon\.com\/s3\/home\?region=/);
    assert.equal(it.aws.consoleSessions.at(-1)?.accountId, accountId);
  }
});

const REGIONS: readonly { readonly name: string; readonly host: string; readonly page: string }[] = [
  { name: "eu-west-1", host: "eu-west-1.signin.aws.amazon.com", page: FIRST_PAGE },
  {
    name: "us-gov-west-1",
    host: "signin.amazonaws-us-gov.com",
    page: "https://us-gov-west-1.console.amazonaws-us-gov.com/console/home?region=us-gov-west-1",
  },
  {
    name: "us-gov-east-1",
    host: "us-gov-east-1.signin.amazonaws-us-gov.com",
    page: "https://us-gov-east-1.console.amazonaws-us-gov.com/console/home?region=us-gov-east-1",
  },
  {
    name: "cn-north-1",
    host: "signin.amazonaws.cn",
    page: "https://console.amazonaws.cn/console/home?region=cn-north-1",
  },
];

Deno.test("console shows the region of the environment before that of the profile, as the AWS CLI does", async () => {
  await using it = await scene();
  const rows: [env: Record<string, string>, args: readonly string[], region: string][] = [
    [{ AWS_REGION: "ap-south-1", AWS_DEFAULT_REGION: "sa-east-1" }, [], "ap-south-1"],
    [{ AWS_REGION: "", AWS_DEFAULT_REGION: "sa-east-1" }, [], "sa-east-1"],
    [{ AWS_REGION: "ap-south-1" }, ["--region", "eu-north-1"], "eu-north-1"],
  ];
  for (const [env, args, region] of rows) {
    const ended = await it.home.run([...DEV, "--service", "logs", ...args], { env });
    const page = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:`;
    assert.equal(await follow(ended.out), page, said(ended));
  }
});

Deno.test("console asks the sign-in of the region's partition and nobody else, and leads to its console", async (t) => {
  await sideBySide(t, REGIONS, async ({ name, host, page }) => {
    await using it = await scene();
    const leads = await it.home.run([...DEV, "--region", name]);
    assert.equal(await follow(leads.out), page, said(leads));
    // The proxy knows no sign-in: whom it was asked for is all that is wanted.
    await using proxy = startConnectProxy({ target: it.aws.port });
    const env = { HTTPS_PROXY: proxy.url, AWS_ENDPOINT_URL: "" };
    const asks = await it.home.run([...DEV, "--region", name], { env });
    assert.equal(asks.code, 75, said(asks));
    assert.deepEqual([...new Set(proxy.connects)], [`${host}:443`]);
    assertClean(it, [{ ...leads, out: "" }, asks]);
  });
});

interface Failing {
  readonly name: string;
  readonly args?: readonly string[];
  readonly break: (scene: Scene) => unknown;
  readonly code: number;
  readonly says: RegExp;
}

const REFUSED = /^sso-heal: Cannot sign in to the console by profile "dev": AWS does not take its credentials/;
const LATER = /^sso-heal: Cannot reach AWS for now: GetSigninToken at 127[^\n]+\n {2}→ try again in a moment\n$/;

/** A fault of the sign-in service that lasts. */
const sick = (fault: string) => ({ aws }: Scene) => aws.fail("GetSigninToken", fault, 9);

const FAILING: readonly Failing[] = [
  { name: "AWS takes keys for old", break: ({ aws }) => aws.settings.clockSkewMs = 7_200_000, code: 1, says: REFUSED },
  { name: "AWS refuses with words", break: sick("gateway-denial"), code: 1, says: REFUSED },
  {
    name: "AWS refuses what was wished",
    args: [...DEV, "--duration", "12h", "--region", "us-gov-west-1"],
    break: sick("gateway-denial"),
    code: 1,
    says: /choose a shorter --duration[^]+same AWS partition as region us-gov-west-1[^]+check --profile dev\n$/,
  },
  { name: "AWS is throttling", break: sick("status-429-retry-after"), code: 75, says: LATER },
  { name: "AWS is busy", break: sick("status-503-retry-after"), code: 75, says: LATER },
  { name: "the answer leads elsewhere", break: sick("redirect-307"), code: 75, says: LATER },
  { name: "a proxy wants a password", break: sick("proxy-page-407"), code: 75, says: LATER },
  { name: "somebody else answers", break: sick("proxy-page-200"), code: 75, says: LATER },
  { name: "the answer is of another shape", break: sick("wrong-shape"), code: 75, says: LATER },
  { name: "there is no network", break: ({ aws }) => aws.close(), code: 75, says: LATER },
  {
    name: "the session has ended",
    args: ["console", "--profile", "admin"],
    break: ({ aws, home }) => {
      aws.endSession(undefined, { accessTokens: true });
      Deno.removeSync(home.file(".aws/cli/cache"), { recursive: true });
    },
    code: 4,
    says: /run: sso-heal login --session corp/,
  },
];

Deno.test("console that fails says why, prints no link and keeps no secret", async (t) => {
  await sideBySide(t, FAILING, async ({ args = DEV, break: spoil, code, says }) => {
    await using it = await scene();
    assert.equal((await it.home.run(["export", "--profile", "dev"])).code, 0);
    await spoil(it);
    const ended = await it.home.run([...args, "--open"]);
    assert.deepEqual([ended.code, ended.out], [code, ""], said(ended));
    assert.match(ended.err, says, said(ended));
    assert.equal(it.aws.count("RedirectTarget"), 0, "a host that the worker may not reach");
    assertClean(it, [ended]);
  });
});

Deno.test("console tries again when AWS was busy for a moment", async () => {
  await using it = await scene();
  it.aws.fail("GetSigninToken", "status-429", 1);
  const ended = await it.home.run(DEV);
  assert.equal(await follow(ended.out), FIRST_PAGE, said(ended));
});

const WRONG: readonly { readonly name: string; readonly says: RegExp }[] = [
  { name: "--region evil.example/", says: /Cannot use region "evil\.example\/": that is no region/ },
  { name: "--region us-iso-east-1", says: /its web console is not known/ },
  { name: "--region eu-west-1 --region eu-west-2", says: /"--region" can be given once/ },
  { name: "--service ../s3", says: /Cannot open the console of service "\.\.\/s3"/ },
  { name: "--duration 5m", says: /"--duration" is from 15m to 12h/ },
  { name: "--duration 13h", says: /"--duration" is from 15m to 12h/ },
  { name: "--profile deep --duration 1h", says: /this role is assumed by another one/ },
  { name: "--service", says: /--service/ },
];

Deno.test("console refuses what cannot be met before it asks anybody", async (t) => {
  await using it = await scene();
  await sideBySide(t, WRONG, async ({ name }) => {
    const words = name.split(" ");
    const ended = await it.home.run(["console", ...words, ...words.includes("--profile") ? [] : ["--profile", "dev"]]);
    assert.deepEqual([ended.code, ended.out], [2, ""], said(ended));
    assert.match(ended.err, WRONG.find((row) => row.name === name)!.says);
  });
  assert.deepEqual(it.aws.requests, []);
});
