// Proves the console sign-in with a scripted AWS: who is asked for what, by which way, and how refusals are worded.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal, THROTTLED } from "../../tests/support/fake_aws.ts";
import { type FakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import { roleHome } from "../../tests/support/role_home.ts";
import { freshToken, ROLE_KEYS, sessionNamed, writeRole } from "../../tests/support/session_home.ts";
import { type ConsoleOptions, signInToConsole } from "./console.ts";

const TOKEN = { signinToken: "signin-1" };
const PORTAL = ["oidc.us-east-1.amazonaws.com:443", "portal.sso.us-east-1.amazonaws.com:443"];

function signIn(system: FakeSystem, aws: FakeAws, more: Partial<ConsoleOptions> = {}) {
  return signInToConsole(contextOf(system, aws), { profile: "corp-dev", ...more });
}

/** Credentials that were kept, with so much left. */
async function keptHome(leftMs: number, more = ""): Promise<FakeSystem> {
  const system = await roleHome(HOUR, more);
  writeRole(system, sessionNamed("corp"), leftMs);
  return system;
}

Deno.test("signInToConsole() takes kept credentials and reaches the sign-in service alone", async () => {
  await using system = await keptHome(2 * HOUR);
  using aws = new FakeAws().on("GetSigninToken", TOKEN);
  const { link, ...told } = await signIn(system, aws);
  assert.deepEqual(told, {
    profile: "corp-dev",
    accountId: "012345678901",
    roleName: "ReadOnly",
    madeAt: START,
    linkExpiresAt: START + 15 * MINUTE,
    sessionExpiresAt: START + 2 * HOUR,
  });
  const url = new URL(link.reveal());
  assert.equal(url.origin, "https://us-east-1.signin.aws.amazon.com");
  assert.equal(url.searchParams.get("SigninToken"), "signin-1");
  assert.equal(Deno.inspect({ link }), "{ link: [redacted] }");
  assert.deepEqual(aws.opened.map(({ hosts }) => hosts), [["us-east-1.signin.aws.amazon.com:443"]]);
  assert.deepEqual(aws.calls.map(({ target, input }) => [target.endpoint, input]), [[url.origin, {
    accessKeyId: "ASIAOLD",
    secretAccessKey: "old-secret",
    sessionToken: "old-session",
    sessionSeconds: 7200,
  }]]);
  assert.equal(aws.closed, 1);
});

Deno.test("signInToConsole() goes one way for credentials and sign-in, since a process can connect once", async () => {
  await using system = await roleHome(MINUTE);
  using aws = new FakeAws().on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS)
    .on("GetSigninToken", TOKEN);
  await signIn(system, aws, { region: "us-gov-east-1" });
  assert.deepEqual(aws.opened.map(({ hosts }) => [...hosts].sort()), [[
    ...PORTAL,
    "us-gov-east-1.signin.amazonaws-us-gov.com:443",
  ]]);
  assert.equal(aws.closed, 1);
});

Deno.test("signInToConsole() opens the way once more for nobody, also when the credentials fail", async () => {
  await using system = await roleHome(HOUR);
  using aws = new FakeAws().on("GetRoleCredentials", refusal("ForbiddenException", 403));
  await assert.rejects(signIn(system, aws), { exitCode: 1, message: /AWS refuses role ReadOnly/ });
  assert.deepEqual([aws.opened.length, aws.closed], [1, 1]);
});

type RegionRow = [
  sentence: string,
  profile: string,
  env: Record<string, string>,
  wished: string | undefined,
  host: string,
];

const SIGN_IN = ".signin.aws.amazon.com";
const REGIONS: readonly RegionRow[] = [
  ["that was wished", "admin", { AWS_REGION: "eu-west-2" }, "eu-west-3", `eu-west-3${SIGN_IN}`],
  [
    "of AWS_REGION, whatever the profile says",
    "admin",
    { AWS_REGION: "eu-west-2", AWS_DEFAULT_REGION: "x-1" },
    undefined,
    `eu-west-2${SIGN_IN}`,
  ],
  [
    "of AWS_DEFAULT_REGION, whatever the profile says",
    "admin",
    { AWS_REGION: "", AWS_DEFAULT_REGION: "cn-north-1" },
    undefined,
    "signin.amazonaws.cn",
  ],
  ["of the profile", "admin", { AWS_REGION: "" }, undefined, `eu-west-1${SIGN_IN}`],
  ["of the session", "corp-dev", {}, undefined, `us-east-1${SIGN_IN}`],
  ["at its own endpoint", "corp-dev", { AWS_ENDPOINT_URL_SIGNIN: "https://own.example/x" }, undefined, "own.example/x"],
];

for (const [sentence, profile, env, region, host] of REGIONS) {
  Deno.test(`signInToConsole() goes to the region ${sentence}`, async () => {
    await using system = await keptHome(HOUR);
    Object.assign(system.env, env);
    using aws = new FakeAws().on("GetSigninToken", TOKEN);
    if (profile === "admin") aws.on("AssumeRole", ROLE_KEYS);
    const { link } = await signIn(system, aws, { profile, region });
    assert.ok(link.reveal().startsWith(`https://${host}/federation?`));
    assert.equal(aws.calls.at(-1)?.target.endpoint, `https://${host}`);
  });
}

Deno.test("signInToConsole() takes the endpoint that a services section gives the sign-in", async () => {
  const more = "[services s]\nsignin =\n  endpoint_url = https://signin.example\n" +
    "[profile own]\nservices = s\nsso_session = corp\nsso_account_id = 012345678901\nsso_role_name = ReadOnly\n";
  await using system = await keptHome(HOUR, more);
  using aws = new FakeAws().on("GetSigninToken", TOKEN);
  await signIn(system, aws, { profile: "own" });
  assert.deepEqual(aws.opened[0].hosts, ["signin.example:443"]);
});

Deno.test("signInToConsole() asks for the life of the credentials, an hour at least, or for what was wished", async () => {
  const rows: [leftMs: number, durationMs: number | undefined, seconds: number | undefined, endsAt: number][] = [
    [16 * MINUTE, undefined, 3600, START + HOUR],
    [3 * HOUR, undefined, 10_800, START + 3 * HOUR],
    [13 * HOUR, undefined, 43_200, START + 12 * HOUR],
    [16 * MINUTE, 4 * HOUR, 14_400, START + 4 * HOUR],
    [3 * HOUR, 15 * MINUTE, 900, START + 15 * MINUTE],
  ];
  for (const [leftMs, durationMs, seconds, endsAt] of rows) {
    await using system = await keptHome(leftMs);
    using aws = new FakeAws().on("GetSigninToken", TOKEN);
    const { sessionExpiresAt } = await signIn(system, aws, { durationMs });
    assert.deepEqual([aws.calls[0].input.sessionSeconds, sessionExpiresAt], [seconds, endsAt]);
  }
});

Deno.test("signInToConsole() measures the life of the credentials by the clock of AWS, once that is known", async () => {
  await using system = await keptHome(2 * HOUR);
  using aws = new FakeAws().on("GetSigninToken", TOKEN);
  aws.clockOffsetMs = 10 * MINUTE;
  const { sessionExpiresAt } = await signIn(system, aws);
  assert.deepEqual([aws.calls[0].input.sessionSeconds, sessionExpiresAt], [6600, START + 110 * MINUTE]);
});

Deno.test("signInToConsole() leaves the length to AWS for a role that another one assumes, whose session it is", async () => {
  await using system = await keptHome(HOUR);
  using aws = new FakeAws().on("AssumeRole", { ...ROLE_KEYS, expiresAt: START + 20 * MINUTE })
    .on("GetSigninToken", TOKEN);
  const { accountId, roleName, sessionExpiresAt } = await signIn(system, aws, { profile: "admin" });
  assert.deepEqual([accountId, roleName, sessionExpiresAt], ["111111111111", "Admin", START + 20 * MINUTE]);
  assert.equal(aws.calls.at(-1)?.input.sessionSeconds, undefined);
});

const WRONG: readonly (readonly [more: Partial<ConsoleOptions>, words: RegExp, exitCode: number])[] = [
  [{ region: "evil.example/" }, /that is no region/, 2],
  [{ region: "" }, /that is no region/, 2],
  [{ service: "../s3" }, /that is no service/, 2],
  [{ durationMs: MINUTE }, /from 15m to 12h/, 2],
  [{ profile: "admin", durationMs: HOUR }, /assumed by another one/, 2],
  [{ profile: "nobody" }, /nobody/, 1],
];

Deno.test("signInToConsole() refuses what cannot be met before it reaches anybody", async () => {
  for (const [more, message, exitCode] of WRONG) {
    await using system = await keptHome(HOUR);
    using aws = new FakeAws();
    await assert.rejects(signIn(system, aws, more), { name: "UserError", message, exitCode });
    assert.deepEqual(aws.opened, []);
  }
});

const REFUSED = refusal("SignInRefused", 400, { message: "HTTP 400" });

Deno.test("signInToConsole() says what a refusal may come from", async () => {
  const rows: [more: Partial<ConsoleOptions>, hints: RegExp[]][] = [
    [{}, [/clock of this machine.*--duration 1h$/, /^see whether .* sso-heal check --profile corp-dev$/]],
    [{ durationMs: 8 * HOUR }, [/^choose a shorter --duration/, /check --profile/]],
    [{ region: "cn-north-1" }, [/clock/, /partition as region cn-north-1/, /check --profile/]],
  ];
  for (const [more, expected] of rows) {
    await using system = await keptHome(HOUR);
    using aws = new FakeAws().on("GetSigninToken", REFUSED);
    await assert.rejects(signIn(system, aws, more), (error: { message: string; hints: string[]; exitCode: number }) => {
      assert.match(error.message, /^Cannot sign in to the console by profile "corp-dev": .*\(HTTP 400\)/);
      assert.equal(error.exitCode, 1);
      assert.equal(error.hints.length, expected.length);
      for (const [at, words] of expected.entries()) assert.match(error.hints[at], words);
      return true;
    });
  }
});

Deno.test("signInToConsole() tries again when it may help, and then says to do so later", async () => {
  await using system = await keptHome(HOUR);
  using passing = new FakeAws().on("GetSigninToken", THROTTLED).on("GetSigninToken", OFFLINE).on(
    "GetSigninToken",
    TOKEN,
  );
  await signIn(system, passing);
  assert.equal(system.sleeps.length, 2);
  using lasting = new FakeAws();
  for (let time = 0; time < 3; time++) lasting.on("GetSigninToken", OFFLINE);
  await assert.rejects(signIn(system, lasting), { exitCode: 75, message: /^Cannot reach AWS for now: GetSigninToken/ });
  assert.equal(lasting.closed, 1);
});
