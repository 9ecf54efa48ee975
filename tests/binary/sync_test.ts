// `sync` as people and scripts run it: clients that know no SSO work, and nothing else in the credentials file changes.
import assert from "node:assert/strict";
import { CLIENTS, clientTest } from "./clients/clients.ts";
import { SESSIONS, withScene } from "./clients/scene.ts";
import { configFor, type Home } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { ROLES_CONFIG } from "./support/roles.ts";
import { assertClean, documentOf, makeScene, said } from "./support/scene.ts";
import { traced } from "./support/strace.ts";

const FILE = ".aws/credentials";
const BY_HAND = "# mine\n[ci]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key = by-hand-secret  \n\n";

for (const client of CLIENTS) {
  clientTest(
    client,
    `${client.name} works by the profile that sync wrote, without any config file`,
    () =>
      withScene(async (scene) => {
        await scene.seed("corp", { accessTokenLeftS: -60 });
        const ended = await scene.heal("sync", "--profile", "dev");
        assert.equal(ended.code, 0, said(ended));
        const empty = `${scene.home}/empty`;
        Deno.writeTextFileSync(empty, "");
        scene.forget();
        const { code, out, err } = await scene.run(client.program, client.identity, {
          AWS_PROFILE: "dev-legacy-sso",
          AWS_CONFIG_FILE: empty,
          ...client.reach?.(scene),
        });
        assert.equal(out.trim(), SESSIONS.corp.arn, `${code}: ${err}`);
        assert.deepEqual(scene.asked(), ["GetCallerIdentity"]);
      }),
  );
}

/** Names of the sections in the credentials file. */
function profilesIn(home: Home): string[] {
  return [...(home.texts(".aws").get(FILE) ?? "").matchAll(/^\[(.*)\]$/gm)].map(([, name]) => name);
}

const THREE = `${configFor(["corp"])}
[profile team-a]
sso_session = corp
sso_account_id = 100000000001
sso_role_name = ReadOnlyAccess

[profile team-b]
sso_session = corp
sso_account_id = 100000000002
sso_role_name = ReadOnlyAccess

[profile tokens-only]
sso_session = corp

[profile static]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = by-hand-secret
`;

const CHOICES: readonly (readonly [args: readonly string[], written: readonly string[]])[] = [
  [[], ["dev-legacy-sso"]],
  [["-p", "dev", "-o", "old"], ["old"]],
  [["-p", "team-*"], ["team-a-legacy-sso", "team-b-legacy-sso"]],
  [["-p", "team-?", "-p", "dev", "-o", "old-*"], ["old-team-a", "old-team-b", "old-dev"]],
  [["--profile=*", "--output=*.old"], ["dev.old", "team-a.old", "team-b.old"]],
];

for (const [args, written] of CHOICES) {
  Deno.test(`${["sync", ...args].join(" ")} writes ${written.join(", ")}`, async () => {
    await using scene = await makeScene({ home: { config: THREE } });
    const ended = await scene.home.run(["sync", ...args], { env: { AWS_PROFILE: "dev" } });
    assert.equal(ended.code, 0, said(ended));
    assert.deepEqual(profilesIn(scene.home), written);
    assert.equal(scene.aws.count("CreateToken"), 1, "one refresh for all");
    const again = await scene.home.run(["sync", "--json", ...args], { env: { AWS_PROFILE: "dev" } });
    const { outcome, sync } = documentOf(again) as { outcome: string; sync: Record<string, unknown>[] };
    assert.deepEqual([again.code, outcome, sync.map(({ to, changed }) => [to, changed])], [
      0,
      "healthy",
      written.map((to) => [to, false]),
    ]);
    assert.equal(scene.aws.count("GetRoleCredentials"), written.length, "the second run asks for nothing");
    assertClean(scene, [ended, again]);
  });
}

interface Refusal {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly said: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "two profiles are to be written into one",
    args: ["-p", "dev", "-p", "team-a", "-o", "old"],
    code: 2,
    said: /Cannot write several profiles into one, "old"\n {2}→ write a \*/,
  },
  { name: "a glob has a name without a *", args: ["-p", "dev*", "-o", "old"], code: 2, said: /--output '\*-old'/ },
  { name: "a glob matches nothing", args: ["-p", "prod-*"], code: 2, said: /Cannot find profile "prod-\*"/ },
  {
    name: "there is no such profile",
    args: ["-p", "dve"],
    code: 1,
    said: /"dve": the AWS config file has no such profile\n {2}→ did you mean "dev"\?/,
  },
  {
    name: "the name is that of the profile itself",
    args: ["-p", "dev", "-o", "dev", "--force"],
    code: 1,
    said: /"dev": it is a profile of SSO itself \(sso_session\); SDKs for JavaScript and Go would use the written keys/,
  },
  {
    name: "the name is that of a profile with keys in the config file",
    args: ["-p", "dev", "-o", "static", "--force"],
    code: 1,
    said: /"static": it has credentials of its own \(aws_access_key_id\)/,
  },
  {
    name: "the profile was made by hand",
    args: ["-p", "dev", "-o", "ci"],
    code: 1,
    said: /"\[ci\]" was not made by sso-heal .*\n {2}→ use another name, or take it over with --force/,
  },
  {
    name: "the file lies outside the grants",
    args: ["-p", "dev", "-c", "/var/lib/credentials"],
    code: 1,
    said: /outside the folders .*\n(?:.*\n)?.*ln -s FOLDER ~\/\.aws\/NAME.*build sso-heal/,
  },
];

for (const { name, args, code, said: words } of REFUSALS) {
  Deno.test(`sync refuses with ${code}, asks nobody and writes nothing, when ${name}`, async () => {
    await using scene = await makeScene({ home: { config: THREE } });
    scene.home.write(FILE, BY_HAND);
    const ended = await scene.home.run(["sync", ...args]);
    assert.equal(ended.code, code, said(ended));
    assert.match(`${ended.out}${ended.err}`, words);
    assert.deepEqual(scene.aws.requests, []);
    assert.equal(scene.home.read(FILE), BY_HAND);
    assertClean(scene, [ended]);
  });
}

function backupsIn(home: Home): string[] {
  return [...home.texts(".aws")].filter(([path]) => path.includes("backup")).map(([, text]) => text);
}

Deno.test("sync leaves what others wrote as it is, puts one copy beside it, and takes over by force", async () => {
  await using scene = await makeScene();
  const { home } = scene;
  home.write(FILE, BY_HAND);
  const runs = [await home.run(["sync", "-p", "dev"])];
  assert.ok(home.read(FILE).startsWith(BY_HAND));
  assert.deepEqual(backupsIn(home), [BY_HAND]);
  runs.push(await home.run(["sync", "-p", "dev", "-o", "ci", "--force"]));
  assert.deepEqual(runs.map(({ code }) => code), [0, 0], runs.map(said).join("\n"));
  assert.match(home.read(FILE), /^# mine\n\[ci\]\naws_access_key_id=ASIA/);
  assert.ok(!home.read(FILE).includes("by-hand-secret"));
  assert.deepEqual(backupsIn(home), [BY_HAND], "before the first change only");
  assert.equal(Deno.statSync(home.file(FILE)).mode! & 0o777, 0o600);
  assertClean(scene, runs);
});

Deno.test("sync --dry-run shows the change without a secret, asks nobody and writes nothing", async () => {
  await using scene = await makeScene({ home: { config: THREE } });
  const { home } = scene;
  home.write(FILE, BY_HAND);
  const before = JSON.stringify([...home.texts(".aws")]);
  const ended = await home.run(["sync", "-p", "team-*", "--dry-run"]);
  assert.equal(ended.code, 0, said(ended));
  assert.match(ended.out, /^\+\[team-a-legacy-sso\]$/m);
  assert.match(ended.out, /^\+\[team-b-legacy-sso\]$/m);
  assert.ok(!ended.out.includes("by-hand-secret"));
  assert.deepEqual(scene.aws.requests, []);
  assert.equal(JSON.stringify([...home.texts(".aws")]), before);

  await home.run(["sync", "-p", "team-a"]);
  const kept = await home.run(["sync", "-p", "team-a", "-o", "another", "--dry-run"]);
  assert.match(kept.out, /^\+\[another\]$/m);
  const nothing = await home.run(["sync", "-p", "team-a", "--dry-run"]);
  assert.equal(nothing.out, "Nothing would change.\n");
  assertClean(scene, [ended, kept, nothing]);
});

/** Makes the keys in the file look as if they ended so many seconds from now. */
function letEnd(home: Home, profile: string, leftS: number): void {
  const end = new RegExp(`(\\[${profile}\\][^[]*x_sso_heal_expiration = )\\S+`);
  const at = new Date(Date.now() + leftS * 1000).toISOString().replace(/\.\d+/, "");
  home.write(FILE, home.read(FILE).replace(end, (_, before) => before + at));
}

Deno.test("sync takes out keys that are over when there are no others, and leaves those that still work", async () => {
  await using scene = await makeScene({ home: { config: THREE }, session: { accessTokenLeftS: 3600 } });
  const { aws, home } = scene;
  const first = await home.run(["sync", "-p", "*"]);
  letEnd(home, "dev-legacy-sso", -60);
  letEnd(home, "team-a-legacy-sso", 600);
  Deno.removeSync(home.file(".aws/cli/cache"), { recursive: true });
  aws.settings.accounts = { "100000000002": aws.settings.accounts["100000000002"] };
  const ended = await home.run(["sync", "-p", "*", "--json"]);
  assert.equal(ended.code, 1, said(ended));
  const { sync } = documentOf(ended) as {
    sync: { to: string; changed: boolean; expiresAt?: string; error?: object }[];
  };
  assert.deepEqual(sync.map(({ to, changed, expiresAt, error }) => [to, changed, expiresAt !== undefined, !!error]), [
    ["dev-legacy-sso", true, false, true],
    ["team-a-legacy-sso", false, true, true],
    ["team-b-legacy-sso", false, true, false],
  ]);
  assert.deepEqual(profilesIn(home), ["team-a-legacy-sso", "team-b-legacy-sso"]);
  assertClean(scene, [first, ended]);
});

Deno.test("sync says once for all its profiles that a session needs a person, and ends with 4", async () => {
  await using scene = await makeScene({ home: { config: THREE }, session: { accessTokenLeftS: -60 } });
  scene.aws.endSession();
  const ended = await scene.home.run(["sync", "-p", "*"]);
  assert.equal(ended.code, 4, said(ended));
  assert.match(
    ended.out,
    /^! 3 profiles: dev-legacy-sso, team-a-legacy-sso, team-b-legacy-sso: .* session "corp" needs a person \(AWS has ended the session\)\n {2}→ run: sso-heal login --session corp\n$/,
  );
  assert.equal(scene.aws.count("CreateToken"), 1);
  assert.deepEqual(profilesIn(scene.home), []);
  assertClean(scene, [ended]);
});

Deno.test("sync refreshes a token that the portal does not know once, and goes on with all profiles", async () => {
  await using scene = await makeScene({ home: { config: THREE }, session: { accessTokenLeftS: 3600 } });
  scene.aws.fail("GetRoleCredentials", "UnauthorizedException", 2);
  const ended = await scene.home.run(["sync", "-p", "*"]);
  assert.equal(ended.code, 0, said(ended));
  assert.equal(scene.aws.count("CreateToken"), 1);
  assert.equal(profilesIn(scene.home).length, 3);
  assertClean(scene, [ended]);
});

Deno.test("sync writes roles that are assumed", async () => {
  await using scene = await makeScene({ home: { config: ROLES_CONFIG } });
  const ended = await scene.home.run(["sync", "-p", "*"]);
  assert.equal(ended.code, 0, said(ended));
  assert.deepEqual(profilesIn(scene.home), ["dev-legacy-sso", "admin-legacy-sso", "deep-legacy-sso"]);
  assert.match(scene.home.read(FILE), /\[deep-legacy-sso\][^[]*region = us-west-2\n/);
  assertClean(scene, [ended]);
});

Deno.test({
  name: "sync starts no process, so that no secret is in any argument list, and says none however talkative",
  ...needs("what sync starts", "strace"),
  fn: async () => {
    await using scene = await makeScene();
    const run = await traced(scene.home, ["sync", "-p", "dev", "--log-level", "debug"], { calls: ["execve"] });
    assert.equal(run.code, 0, said(run));
    assert.equal(run.calls.length, 1);
    assertClean(scene, [run]);
  },
});

Deno.test({
  name: "two syncs and aws configure set at once lose nothing of each other",
  ...needs("what the AWS CLI writes meanwhile", "aws"),
  fn: async () => {
    await using scene = await makeScene({ home: { config: THREE } });
    const { home } = scene;
    home.write(FILE, BY_HAND);
    const configure = (name: string) =>
      new Deno.Command("/usr/bin/aws", {
        args: ["configure", "set", "aws_access_key_id", "AKIASET", "--profile", name],
        cwd: home.path,
        clearEnv: true,
        env: { HOME: home.path, PATH: "/usr/bin:/bin" },
        stdout: "null",
        stderr: "null",
      }).output();
    const ended = await Promise.all([
      home.run(["sync", "-p", "team-*"]),
      home.run(["sync", "-p", "dev", "-p", "team-a", "-o", "*.old"]),
      configure("x").then(() => configure("y")),
    ]);
    const [one, two] = ended;
    assert.deepEqual([one.code, two.code], [0, 0], `${said(one)}${said(two)}`);
    // What the AWS CLI read before and writes back later undoes any program's change: the next run makes it good.
    const again = [
      await home.run(["sync", "-p", "team-*"]),
      await home.run(["sync", "-p", "dev", "-p", "team-a", "-o", "*.old"]),
    ];
    assert.deepEqual(again.map(({ code }) => code), [0, 0], again.map(said).join("\n"));
    const wanted = ["ci", "dev.old", "team-a-legacy-sso", "team-a.old", "team-b-legacy-sso", "x", "y"];
    assert.deepEqual(profilesIn(home).sort(), wanted);
    assert.ok(home.read(FILE).startsWith(BY_HAND.trimEnd()));
    assertClean(scene, [one, two, ...again]);
  },
});
