// A check that waits for a person, as that of a timer does for minutes, is in nobody's way.
import assert from "node:assert/strict";
import { documentOf, makeScene, said } from "../binary/support/scene.ts";
import { until } from "../binary/support/until.ts";

const CONFIG = `[sso-session corp]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[sso-session side]
sso_start_url = https://side.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`;

Deno.test("a check that waits for an approval keeps no other check and no login from its work", async () => {
  await using scene = await makeScene({ aws: { intervalS: 1 }, home: { config: CONFIG } });
  const { aws, home, session } = scene;
  aws.endSession(session.id);
  const waiting = home.run(["check", "--scheduled", "--force-refresh", "--json"]);
  const asked = () => aws.count("StartDeviceAuthorization") === 1;
  assert.ok(await until(asked, [waiting]), "nobody was asked");
  // It has polled once: from now on it only waits.
  const polled = aws.count("CreateToken");
  assert.ok(await until(() => aws.count("CreateToken") > polled, [waiting]), "it does not poll");

  const other = await home.run(["check", "--json"]);
  assert.equal(other.code, 4, said(other));
  // deno-lint-ignore no-explicit-any -- a document that the test looks into
  const [{ pendingLogin }] = (documentOf(other) as any).sessions;

  // A session of its own is refreshed meanwhile.
  home.seed(aws.issueSession({
    sessionName: "side",
    startUrl: "https://side.awsapps.com/start",
    accessTokenLeftS: 600,
  }));
  const side = await home.run(["check", "--session", "side", "--json"]);
  assert.equal(side.code, 0, said(side));
  assert.match(side.out, /"action": ?"refreshed"/);

  const login = await home.run(["login", "--session", "corp", "--no-wait", "--json"]);
  assert.equal(login.code, 4, said(login));
  assert.equal(documentOf(login).userCode, pendingLogin.userCode);
  assert.equal(aws.count("StartDeviceAuthorization"), 1, "one pending login for all");

  aws.approve();
  const ended = await waiting;
  assert.equal(ended.code, 0, said(ended));
});
