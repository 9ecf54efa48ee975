// The official clients get their credentials through `credential_process = sso-heal export`, and ask AWS for nothing else.
import assert from "node:assert/strict";
import { CLIENTS, clientTest, identityOf } from "./clients/clients.ts";
import { SESSIONS, withScene } from "./clients/scene.ts";
import { BINARY } from "./support/home.ts";

/** The client for JavaScript knows no proxy, and is told another way to AWS, which must not lead through the proxy. */
const EXPORT = `/usr/bin/env NO_PROXY=127.0.0.1 ${BINARY} export`;

const CONFIG = `
[profile chained]
role_arn = arn:aws:iam::100000000003:role/Deep
source_profile = dev
role_session_name = build
region = eu-west-1

[profile by-sso]
credential_process = ${EXPORT} --profile dev --format process
region = eu-west-1

[profile by-chain]
credential_process = ${EXPORT} --profile chained
region = eu-west-1
`;

for (const client of CLIENTS) {
  clientTest(
    client,
    `${client.name} works with sso-heal export as its credential_process`,
    () =>
      withScene(async (scene) => {
        await Deno.writeTextFile(`${scene.home}/.aws/config`, CONFIG, { append: true });
        await scene.seed("corp", { accessTokenLeftS: -60 });
        assert.equal(await identityOf(client, scene, "by-sso"), SESSIONS.corp.arn);
        assert.deepEqual(scene.asked(), ["CreateToken", "GetRoleCredentials", "GetCallerIdentity"]);

        scene.forget();
        assert.equal(await identityOf(client, scene, "by-sso"), SESSIONS.corp.arn);
        assert.deepEqual(scene.asked(), ["GetCallerIdentity"], "what was kept is enough");

        scene.forget();
        const deep = "arn:aws:sts::100000000003:assumed-role/Deep/build";
        assert.equal(await identityOf(client, scene, "by-chain"), deep);
        assert.deepEqual(scene.asked(), ["AssumeRole", "GetCallerIdentity"]);
      }),
  );
}

for (const client of CLIENTS) {
  clientTest(
    client,
    `${client.name} says what sso-heal export said, when a person must sign in`,
    () =>
      withScene(async (scene) => {
        await Deno.writeTextFile(`${scene.home}/.aws/config`, CONFIG, { append: true });
        await assert.rejects(
          identityOf(client, scene, "by-sso"),
          /sso-heal login --session corp|CredentialsProviderError/,
        );
      }),
  );
}
