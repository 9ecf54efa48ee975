// Proves where the heartbeat URL may stand, and that one that is missing is said in the log without its value.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { heartbeatUrlOf } from "./heartbeat_url.ts";

const URL_TEXT = "https://hc.example.com/ping/s3cret";

const ROWS: readonly (readonly [sentence: string, written: string, found: string | RegExp])[] = [
  ["takes it as it stands", URL_TEXT, URL_TEXT],
  ["takes it from the environment", "env:HEARTBEAT", URL_TEXT],
  ["takes it from a file", "file:~/.config/sso-heal/heartbeat.url", URL_TEXT],
  ["says that a variable is not set", "env:NOBODY", /heartbeat: url: the environment variable NOBODY is not set$/],
  ["says that there is no file", "file:~/.config/sso-heal/none", /there is no such file$/],
  ["says that what it found is no web address", "env:PLAIN", /its address would send without encryption/],
];

for (const [sentence, written, found] of ROWS) {
  Deno.test(`heartbeatUrlOf() ${sentence}`, async () => {
    await using system = await fakeSystem({ HEARTBEAT: URL_TEXT, PLAIN: "http://hc.example.com/s3cret" });
    system.write(".config/sso-heal/heartbeat.url", `${URL_TEXT}\n`);
    const url = heartbeatUrlOf(written, { system, log: system.log });
    const lines = system.logged.map(({ message }) => message);
    if (typeof found === "string") assert.deepEqual([url, lines], [found, []]);
    else {
      assert.equal(url, undefined);
      assert.match(lines.join("\n"), found);
      assert.doesNotMatch(lines.join("\n"), /s3cret/);
    }
  });
}
