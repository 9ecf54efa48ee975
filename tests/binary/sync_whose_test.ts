// Whose keys stand in a legacy profile: those of the profile that was asked for, and never over a permanent key.
import assert from "node:assert/strict";
import { configFor } from "./support/home.ts";
import { assertClean, makeScene, said } from "./support/scene.ts";

const FILE = ".aws/credentials";

Deno.test("sync puts the keys and region of another profile in a place whose keys still last", async () => {
  const config = `${configFor()}
[profile prod]
sso_session = corp
sso_account_id = 100000000001
sso_role_name = AdministratorAccess
region = us-east-2
`;
  await using scene = await makeScene({ home: { config }, session: { accessTokenLeftS: 3600 } });
  const { aws, home } = scene;
  const runs = [];
  for (const [from, region] of [["prod", "us-east-2"], ["dev", "eu-west-1"], ["prod", "us-east-2"]]) {
    runs.push(await home.run(["sync", "-p", from, "-o", "old"]));
    assert.match(runs.at(-1)!.out, new RegExp(`has the credentials of ${from},`));
    assert.match(home.read(FILE), new RegExp(`\nregion = ${region}\n`));
  }
  assert.equal(aws.count("GetRoleCredentials"), 2, "the third finds its keys in the cache of the AWS CLI");
  assertClean(scene, runs);
});

Deno.test("sync refuses a section of its own in which somebody put a permanent key, and leaves it as it is", async () => {
  await using scene = await makeScene();
  const { home } = scene;
  const runs = [await home.run(["sync", "-p", "dev"])];
  const text = home.read(FILE).replace(/aws_access_key_id = .*/, "aws_access_key_id = AKIAEXAMPLE")
    .replace(/aws_secret_access_key = .*/, "aws_secret_access_key = by-hand-secret").replace(/aws_session.*\n/, "");
  const expected = text.replace(/(x_sso_heal_expiration = )\d+/, (_, key) => `${key}2020`);
  home.write(FILE, expected);
  runs.push(await home.run(["sync", "-p", "dev"]));
  assert.equal(runs[1].code, 1, said(runs[1]));
  assert.match(runs[1].out, /somebody put keys of their own into "\[dev-legacy-sso\]".*\n {2}→ use another name/);
  assert.equal(home.read(FILE), expected);
  assertClean(scene, runs);
});
