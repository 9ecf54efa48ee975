// Proves where a value of the config may stand, and what is said when it is not there.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { lookUp, Missing } from "./look_up.ts";

const KEY = "s3cret-of-channel";

const ROWS: readonly (readonly [sentence: string, written: string, found: string | RegExp])[] = [
  ["takes a value as it stands", "plain-secret", "plain-secret"],
  ["takes a value of the environment", "env:KEY", KEY],
  ["takes a value of a file below ~, without the space around it", "file:~/.config/sso-heal/key", KEY],
  ["says that a variable is not set", "env:NOT_THERE", /^secret: the environment variable NOT_THERE is not set$/],
  ["says that a variable is empty", "env:EMPTY", /^secret: the environment variable EMPTY is not set$/],
  [
    "says that there is no file",
    "file:~/.config/sso-heal/none",
    /^secret: cannot read "\/.*\/\.config\/sso-heal\/none": there is no such file$/,
  ],
  [
    "says that there is no file in the folder for secrets",
    "file:/run/secrets/none",
    /"\/run\/secrets\/none": there is/,
  ],
  ["says that a file is empty", "file:~/.config/sso-heal/empty", /^secret: "\/.*\/empty" is empty$/],
  ["says that a folder is no file", "file:~/.config/sso-heal", /: the system refused$/],
];

for (const [sentence, written, found] of ROWS) {
  Deno.test(`lookUp() ${sentence}`, async () => {
    await using system = await fakeSystem({ KEY, EMPTY: "" });
    system.write(".config/sso-heal/key", `\n ${KEY}\n`);
    system.write(".config/sso-heal/empty", "\n");
    const look = () => lookUp("secret", written, system);
    if (typeof found === "string") assert.equal(look(), found);
    else assert.throws(look, (error) => error instanceof Missing && found.test(error.message));
  });
}

Deno.test({
  name: "lookUp() says how a file outside the granted folders can be read",
  permissions: { read: ["/nowhere"] },
  fn() {
    assert.throws(() => lookUp("url", "file:/etc/keys/topic", { home: "/home/me", env: {} }), {
      message: 'url: cannot read "/etc/keys/topic": it lies outside the folders of sso-heal ' +
        '(run: ln -s "/etc/keys" ~/.config/sso-heal/NAME)',
    });
  },
});
