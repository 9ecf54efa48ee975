// The official clients work with what sso-heal left, and none of them has to ask AWS for a token.
import assert from "node:assert/strict";
import { CLIENTS, clientTest, identityOf } from "./clients/clients.ts";
import { type Scene, SESSIONS, withScene } from "./clients/scene.ts";

interface Row {
  readonly name: string;
  readonly key: "corp" | "legacy";
  prepare(scene: Scene): Promise<void>;
}

/** Less than sso-heal's window, more than that of any client: only sso-heal refreshes. */
const DUE_S = 20 * 60;

const ROWS: readonly Row[] = [
  { name: "signed in", key: "corp", prepare: (scene) => logIn(scene, "corp") },
  { name: "signed in for a legacy profile", key: "legacy", prepare: (scene) => logIn(scene, "legacy") },
  {
    name: "refreshed",
    key: "corp",
    async prepare(scene) {
      await scene.seed("corp", { accessTokenLeftS: DUE_S });
      await refreshByCheck(scene, "corp");
    },
  },
  {
    name: "signed in and refreshed for a legacy profile",
    key: "legacy",
    async prepare(scene) {
      await logIn(scene, "legacy");
      await scene.leave("legacy", DUE_S);
      await refreshByCheck(scene, "legacy");
    },
  },
];

async function logIn(scene: Scene, key: Row["key"]): Promise<void> {
  const { code, out, err } = await scene.heal("login", "--session", SESSIONS[key].session);
  assert.equal(code, 0, out + err);
}

async function refreshByCheck(scene: Scene, key: Row["key"]): Promise<void> {
  const { code, state, action } = await scene.check(key);
  assert.deepEqual({ code, state, action }, { code: 0, state: "healthy", action: "refreshed" });
}

for (const client of CLIENTS) {
  for (const { name, key, prepare } of ROWS) {
    clientTest(
      client,
      `${client.name} works with what sso-heal ${name}, without a token of its own`,
      () =>
        withScene(async (scene) => {
          await prepare(scene);
          const file = await Deno.readTextFile(scene.tokenPath(key));
          scene.forget();
          assert.equal(await identityOf(client, scene, SESSIONS[key].profile), SESSIONS[key].arn);
          const asked = client.readsRoleCache ? ["GetCallerIdentity"] : ["GetRoleCredentials", "GetCallerIdentity"];
          assert.deepEqual(scene.asked(), asked);
          assert.equal(await Deno.readTextFile(scene.tokenPath(key)), file, "the token file is as sso-heal left it");
        }),
    );
  }
}
